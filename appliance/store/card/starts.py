"""How many starts in a row did not become healthy, counted in a file that outlives a power cut."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

HEALTHY_AFTER_S = 60.0  # of turns of the loop: a scanner and a page are long since opened by then
TOO_MANY = 2
_NAME = "starts"


class Starts:
    """One start of one service. What cannot be written counts as a good start.

    A card that is full or read only has findings of its own, and must not keep a box in safe mode.
    """

    def __init__(self, state: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._file = state / _NAME
        self._now = now
        self._began = now()
        self._open = True
        self.incomplete = self._count()  # before this one
        self._write(self.incomplete + 1)

    @property
    def is_safe(self) -> bool:
        """Whether this start must leave the scanner alone."""
        return self.incomplete >= TOO_MANY

    def beat(self) -> None:
        """Once a turn of the loop: after a minute of them the start was a good one."""
        if self._open and not self.is_safe and self._now() - self._began >= HEALTHY_AFTER_S:
            self.ended_well()

    def ended_well(self) -> None:
        """It became healthy, or was stopped in good order."""
        self._open = False
        if not self.is_safe:
            self._file.unlink(missing_ok=True)

    def try_again(self) -> None:
        """Leave safe mode for one whole start; the next incomplete one leads back at once."""
        self._write(TOO_MANY - 1)

    def _count(self) -> int:
        try:
            return min(int(self._file.read_text(encoding="ascii")), TOO_MANY)
        except (OSError, ValueError):
            return 0

    def _write(self, count: int) -> None:
        fresh = self._file.with_name(f"{_NAME}.new")
        try:
            with fresh.open("w", encoding="ascii") as file:
                file.write(str(count))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._file)
        except OSError as error:
            log.warning("starts are not counted: %s", error)
