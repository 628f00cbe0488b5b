"""What anybody may read without signing in: procedures, VNeID, scams, opening hours."""

from web.station.guides import opening, procedures, reading
from web.station.guides.room import pages

__all__ = ["opening", "pages", "procedures", "reading"]
