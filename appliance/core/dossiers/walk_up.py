"""Papers of somebody who pressed the button while no dossier was on the desk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_NUMBERS = 20  # claimed together: one person with a glass instead of a feeder
_SPAN = re.compile(r"(\d{1,5})\s*[-–]\s*(\d{1,5})")
_NUMBER = re.compile(r"\d{1,5}")


class WalkUpState(StrEnum):
    """Where a walk-up stands. Stored as written."""

    HELD = "held"  # nobody asked for it yet
    CLAIMED = "claimed"  # its pages lie in a dossier
    ERASING = "erasing"  # nobody may open it any more; its files are being removed
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class WalkUp:
    """One press without a dossier (lượt quét chờ nhận): pages under a short number."""

    id: int
    number: int  # the one that people say; given once a day
    desk_key: str  # its own, and in memory only
    state: WalkUpState
    made_at: datetime
    due_s: float  # uptime at which it is erased: a Pi's wall clock jumps, its uptime does not
    opened_by: int | None = None  # the volunteer who asked the citizen and looks at it
    ended_at: datetime | None = None


def numbers_in(text: str) -> tuple[int, ...]:
    """The numbers that somebody typed or said, in that order, each once; at most twenty.

    >>> numbers_in("12, 13 và 15-17")
    (12, 13, 15, 16, 17)
    """
    spread = _SPAN.sub(lambda span: _spread(int(span[1]), int(span[2])), text)
    found = dict.fromkeys(int(number) for number in _NUMBER.findall(spread))
    return tuple(found)[:MOST_NUMBERS]


def _spread(first: int, last: int) -> str:
    if not first <= last < first + MOST_NUMBERS:
        return f"{first} {last}"
    return " ".join(str(number) for number in range(first, last + 1))
