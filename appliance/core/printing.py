"""What comes out of a printer at the point, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Media(StrEnum):
    """The two papers a point may have."""

    A4 = "a4"
    ROLL = "roll"  # till roll, 80 mm wide, as long as the text


class PrintState(StrEnum):
    """How far a job has come. What went wrong, if anything, stands beside it."""

    WAITING = "waiting"
    PRINTING = "printing"
    DONE = "done"
    GIVEN_UP = "given_up"  # cancelled or refused: nothing more comes out


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One document the print system has taken; the number is the queue's own."""

    queue: str
    number: int


@dataclass(frozen=True, slots=True)
class PrintNews:
    """*trouble* is an error code of the printer family, also while the job still waits."""

    state: PrintState
    trouble: str | None = None
