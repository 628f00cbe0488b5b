"""What a technician writes of the point's hours, and of the times that people book."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from appliance.core.point.hours import Shift


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


class HoursSection(Section):
    """What the public page says of the point: when somebody is there, who, and where it is."""

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


class AppointmentsSection(Section):
    """Times that people book, within shifts that take bookings."""

    minutes: int = Field(default=30, ge=10, le=180)  # how long a visit takes
    days_ahead: int = Field(default=14, ge=1, le=60)
    keep_days: int = Field(default=3, ge=0, le=30)  # name, phone, address and need after the visit
