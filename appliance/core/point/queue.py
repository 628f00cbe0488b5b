"""Queue numbers of one day at one place: who is called, who waits, who did not answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_NUMBERS = 999  # of a day: three digits are read from across the room


class Turn(StrEnum):
    """Where a number stands. Stored as written."""

    WAITING = "waiting"
    CALLED = "called"
    ABSENT = "absent"  # called, and nobody came; may be called again
    DONE = "done"
    FREE = "free"  # given by mistake and taken back; the next person gets it
    TAKEN_BACK = "taken-back"  # the same of one that may still lie about; nobody gets it again


@dataclass(frozen=True, slots=True)
class Queue:
    """A day's numbers as the board shows them."""

    called: tuple[int, ...] = ()  # the one called last stands first
    waiting: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()
    given: int = 0  # the newest number; the next person gets one more

    @property
    def is_in_use(self) -> bool:
        """Whether anybody took a number today."""
        return self.given > 0
