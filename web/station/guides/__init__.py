"""What anybody may read without signing in: procedures, VNeID, scams, opening hours."""

from web.station.guides import kiosk, opening, paper, procedures, reading
from web.station.guides.room import pages

__all__ = ["kiosk", "opening", "pages", "paper", "procedures", "reading"]
