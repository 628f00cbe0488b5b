"""Wakes boxes that wait for news, without letting them hold every thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Found = TypeVar("Found")

LOOK_AT_LEAST_EVERY_S = 10.0  # a bell in another process may not be heard for a while


class Bell:
    """Rung after every new event. At most *seats* callers wait at a time."""

    def __init__(self, seats: int) -> None:
        self._rung = threading.Condition()
        self._count = 0
        self._seats = threading.BoundedSemaphore(seats)
        self._closed = False

    def ring(self) -> None:
        """Tell everybody who waits to look again."""
        with self._rung:
            self._count += 1
            self._rung.notify_all()

    def close(self) -> None:
        """The service is going down: nobody waits any more."""
        with self._rung:
            self._closed = True
            self._rung.notify_all()

    def wait_for(self, look: Callable[[], Sequence[Found]], wait_s: float) -> Sequence[Found]:
        """Look, and look again at each ring, until there is something or *wait_s* is over.

        When every seat is taken the caller gets its first look's answer at once; it polls.
        """
        found = look()
        if found or wait_s <= 0 or not self._seats.acquire(blocking=False):
            return found
        try:
            deadline = time.monotonic() + wait_s
            while not found and not self._closed:
                heard = self._count
                found = look()
                if found:
                    break
                with self._rung:
                    rest = deadline - time.monotonic()
                    if rest <= 0:
                        break
                    if self._count == heard and not self._closed:
                        self._rung.wait(min(rest, LOOK_AT_LEAST_EVERY_S))
            return found
        finally:
            self._seats.release()
