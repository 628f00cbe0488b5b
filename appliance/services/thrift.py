"""A service gives back what it does not need: for boards with 512 MB."""

from __future__ import annotations

import ctypes
import gc
import time
from collections.abc import Callable

TIDY_EVERY_S = 30.0


def settle() -> None:
    """Call once, when the start is over: what was made until now stays.

    Python collects all its garbage when new objects are a quarter of the old ones. Half a million
    old ones, which never go, would let megabytes of new garbage lie around.
    """
    gc.collect()
    gc.freeze()


class Tidy:
    """Called on every turn of a loop; now and then collects, and returns free pages to the system.

    The C library returns only what lies at the end of its heap by itself; one living string
    there keeps megabytes of free room before it. Takes about 5 ms.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tidied_at = clock()
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", lambda _: 0)  # musl has none

    def turn(self) -> None:
        """Tidy up if it is time."""
        if self._clock() - self._tidied_at >= TIDY_EVERY_S:
            gc.collect()
            self._trim(0)
            self._tidied_at = self._clock()
