"""Dates as people know them: a whole day, only a month, or only a year. Nothing is invented."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

_SHAPES = (
    re.compile(r"(?P<day>\d{1,2})[/.\- ](?P<month>\d{1,2})[/.\- ](?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})"),  # as in the QR of an ID card
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),  # a browser's date box
    re.compile(r"(?P<month>\d{1,2})[/.\- ](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})"),
)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """``dd/mm/yyyy``, ``mm/yyyy`` or ``yyyy``: the day and month of an old paper may be unknown."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Understand the ways people write a date; None for anything else or an impossible day."""
        for shape in _SHAPES:
            if found := shape.fullmatch(text.strip()):
                parts = {name: int(digits) for name, digits in found.groupdict().items()}
                return cls(**parts) if _is_possible(parts) else None
        return None

    @property
    def whole(self) -> date | None:
        """The calendar day, when all three parts are known."""
        if self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    @property
    def earliest(self) -> date:
        """The first day it can mean; for comparing only, never to be stored or shown."""
        return date(self.year, self.month or 1, self.day or 1)

    def __str__(self) -> str:
        """As the portal wants it, with leading zeros."""
        known = [f"{self.day:02}"] if self.day else []
        known += [f"{self.month:02}"] if self.month else []
        return "/".join([*known, f"{self.year:04}"])


def _is_possible(parts: dict[str, int]) -> bool:
    try:
        date(parts["year"], parts.get("month", 1), parts.get("day", 1))
    except ValueError:
        return False
    return True
