"""A new release on trial: it runs, and takes nothing in until the set-up knows that it stays.

When it does not stay, the tables of the release before come back, and whatever had been taken in
between would go with the newer ones. So long the set-up holds a lock; the services look at it. A
set-up that is killed lets go of it by dying: no box stays closed because somebody closed a laptop.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Trial:
    """*mark* is the lock: root's, in memory, gone with the power."""

    mark: Path = Path("/run/tramhoso-trial")

    @property
    def is_on(self) -> bool:
        """Whether nothing may be taken in now; microseconds, so ask each time."""
        try:
            handle = os.open(self.mark, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(handle)

    @contextmanager
    def held(self) -> Iterator[None]:
        """The services of this machine take nothing in while this lasts."""
        handle = os.open(self.mark, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            self.mark.unlink(missing_ok=True)
            os.close(handle)


def note_taken_in(state: Path) -> None:
    """A person put something in: from here on tables must not go back to what they were before."""
    with suppress(OSError):  # a card that takes nothing more takes no answers either
        if not has_taken_in(state):  # once a release: the card is not worn
            (state / "taken-in").touch()


def has_taken_in(state: Path) -> bool:
    """Whether anybody put something in since ``begin_anew``."""
    return (state / "taken-in").exists()


def begin_anew(state: Path) -> None:
    """The tables are as they will be kept: what comes now is counted."""
    (state / "taken-in").unlink(missing_ok=True)
