"""The roster at the point: who comes when, who was there, what one shift leaves to the next."""

from web.station.duty import calendar, handing_over, hours, moving, notice, roster
from web.station.duty.room import pages

__all__ = ["calendar", "handing_over", "hours", "moving", "notice", "pages", "roster"]
