"""Asks every check at once. One that hangs, or falls over, is a finding and holds up no other."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from appliance.core.diagnosis import Finding, note

log = logging.getLogger(__name__)

Look = Callable[[], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. *look* may take as long as it likes: it is left after *limit_s*."""

    name: str
    look: Look
    limit_s: float = 10.0


def examine(checks: Sequence[Check]) -> list[Finding]:
    """What they all found, in the order of the checks."""
    running = [_Running(check) for check in checks]
    began = time.monotonic()
    return [found for one in running for found in one.found_by(began + one.check.limit_s)]


class _Running:
    def __init__(self, check: Check) -> None:
        self.check = check
        self._found: list[Finding] = []
        # nothing can end a thread that waits for a dead disk, but the process ends without it
        self._thread = threading.Thread(target=self._look, name=check.name, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        try:
            self._found = list(self.check.look())
        except Exception as error:
            log.debug("%s", self.check.name, exc_info=error)
            why = f"{type(error).__name__}: {error}"
            self._found = [note("check-failed", check=self.check.name, why=why)]

    def found_by(self, due: float) -> list[Finding]:
        self._thread.join(max(0.0, due - time.monotonic()))
        if self._thread.is_alive():
            return [note("check-late", check=self.check.name, seconds=f"{self.check.limit_s:g}")]
        return self._found
