"""A month or a year of the calendar, as figures are read by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

_TEXT = re.compile(r"(20\d{2})(?:-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """*month* from 1 to 12; None: the whole year."""

    year: int
    month: int | None = None

    @classmethod
    def read(cls, text: str) -> Self | None:
        """``2026-11`` or ``2026``; None: it is neither.

        >>> Period.read("2026-11"), Period.read("26")
        (Period(year=2026, month=11), None)
        """
        found = _TEXT.fullmatch(text)
        return cls(int(found[1]), int(found[2]) if found[2] else None) if found else None

    @classmethod
    def of(cls, day: date) -> Self:
        """The month of that day."""
        return cls(day.year, day.month)

    @property
    def months(self) -> tuple[str, ...]:
        """``2026-11``; of a year all twelve."""
        wanted = range(1, 13) if self.month is None else (self.month,)
        return tuple(f"{self.year}-{month:02}" for month in wanted)

    @property
    def before(self) -> Period:
        """The one before it, as long."""
        if self.month is None:
            return Period(self.year - 1)
        return Period(self.year - 1, 12) if self.month == 1 else Period(self.year, self.month - 1)

    @property
    def after(self) -> Period:
        """The one after it, as long."""
        if self.month is None:
            return Period(self.year + 1)
        return Period(self.year + 1, 1) if self.month == 12 else Period(self.year, self.month + 1)

    def __str__(self) -> str:
        return f"{self.year}" if self.month is None else f"{self.year}-{self.month:02}"
