"""What a technician writes of the point's hours, and of the times that people book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from appliance.core.point.hours import Shift
from appliance.core.point.served import place_key


class Section(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _one_after_the_other(shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    if any(later.opens < earlier.closes for earlier, later in pairwise(shifts)):
        raise ValueError("write the hours of a day from morning to evening, none inside another")
    return shifts


Shifts = Annotated[
    tuple[Annotated[Shift, BeforeValidator(Shift.read)], ...],
    AfterValidator(_one_after_the_other),
]


class PlaceHours(Section):
    """When somebody is at one place, who, and where it is."""

    address: str = ""
    phone: str = ""
    monday: Shifts = ()
    tuesday: Shifts = ()
    wednesday: Shifts = ()
    thursday: Shifts = ()
    friday: Shifts = ()
    saturday: Shifts = ()
    sunday: Shifts = ()
    closed: tuple[date, ...] = ()  # holidays

    @property
    def week(self) -> tuple[tuple[Shift, ...], ...]:
        """From Monday to Sunday."""
        return (
            *(self.monday, self.tuesday, self.wednesday, self.thursday),
            *(self.friday, self.saturday, self.sunday),
        )

    def on(self, day: date) -> tuple[Shift, ...]:
        """The hours of that day, none on a holiday."""
        return () if day in self.closed else self.week[day.weekday()]


def _told_apart(at: Mapping[str, PlaceHours]) -> Mapping[str, PlaceHours]:
    keys = Counter(map(place_key, at))
    if nameless := [name for name in at if not place_key(name)]:
        raise ValueError(f"{nameless[0]!r} is no place's name")
    if twice := [name for name in at if keys[place_key(name)] > 1]:
        raise ValueError(f"{twice[0]!r} and {twice[1]!r} are one place: write its hours once")
    return at


class HoursSection(PlaceHours):
    """What the public page says of the point itself, and *at* which other places when.

    The point's holidays hold everywhere; a place may add its own.
    """

    at: Annotated[Mapping[str, PlaceHours], AfterValidator(_told_apart)] = {}

    def at_place(self, key: str) -> PlaceHours:
        """What is written of that place, however its name is written; else nothing."""
        return next((one for name, one in self.at.items() if place_key(name) == key), PlaceHours())


class AppointmentsSection(Section):
    """Times that people book, within shifts that take bookings."""

    minutes: int = Field(default=30, ge=10, le=180)  # how long a visit takes
    days_ahead: int = Field(default=14, ge=1, le=60)
    keep_days: int = Field(default=3, ge=0, le=30)  # name, phone, address and need after the visit
