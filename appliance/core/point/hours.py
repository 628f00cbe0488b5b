"""When the point is open and who sits there then, as a technician writes it in one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

_LINE = re.compile(r"(\d{2}:\d{2})\s*-\s*(\d{2}:\d{2})(?:\s+(.+))?")
_LOOK_AHEAD_DAYS = 14  # further away nobody plans a visit; Tết closes for less


@dataclass(frozen=True, slots=True)
class Shift:
    """One stretch of a day in local time; *on_duty* as people here call them, or empty.

    *place* is named where it is not the point itself.
    """

    opens: time
    closes: time
    on_duty: str = ""
    place: str = ""

    @classmethod
    def read(cls, line: object) -> Self:
        """``08:00-11:00`` or ``08:00-11:00 chị Lan, anh Nam``.

        Raises:
            ValueError: it is neither, or it closes before it opens.
        """
        found = _LINE.fullmatch(line.strip()) if isinstance(line, str) else None
        if found is None:
            raise ValueError(f"{line!r} is not like 08:00-11:00 or 08:00-11:00 chị Lan")
        try:
            opens, closes = time.fromisoformat(found[1]), time.fromisoformat(found[2])
        except ValueError:
            raise ValueError(f"{line!r} has an hour that no clock shows") from None
        if closes <= opens:
            raise ValueError(f"{line!r} closes before it opens")
        return cls(opens, closes, found[3] or "")


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether somebody is there now, and else when next."""

    day: date
    shift: Shift
    is_now: bool


def opening_at(moment: datetime, shifts_on: Callable[[date], tuple[Shift, ...]]) -> Opening | None:
    """The stretch that runs at *moment* (local time), or the next one; None within two weeks."""
    today, now = moment.date(), moment.time()
    for later in range(_LOOK_AHEAD_DAYS):
        day = today + timedelta(days=later)
        for shift in shifts_on(day):
            if later or now < shift.closes:
                return Opening(day, shift, not later and shift.opens <= now)
    return None
