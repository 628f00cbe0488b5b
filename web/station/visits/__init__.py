"""Who came and who waits, where the box stands, and the figures that come of it."""

from web.station.visits import board, desk, downloads, figures, paper_turns, places
from web.station.visits.room import pages

__all__ = ["board", "desk", "downloads", "figures", "pages", "paper_turns", "places"]
