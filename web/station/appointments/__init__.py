"""The volunteers' side of booked times: confirm, move, tell how it went, book for somebody."""

from web.station.appointments import booking, listing
from web.station.appointments.room import pages

__all__ = ["booking", "listing", "pages"]
