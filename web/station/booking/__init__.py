"""What a citizen's phone may do without a dossier: book a time, see it, call it off."""

from web.station.booking import mine, slots
from web.station.booking.room import pages

__all__ = ["mine", "pages", "slots"]
