"""What anybody may read without signing in: procedures, accounts, scams, opening hours."""

from web.station.guides import (
    accounts,
    kiosk,
    opening,
    paper,
    procedures,
    reading,
    sent_down,
)
from web.station.guides.room import pages

__all__ = ["accounts", "kiosk", "opening", "pages", "paper", "procedures", "reading", "sent_down"]
