"""A plain brake on guessing, in memory: for a ward that one process serves."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from typing import Protocol

MAX_KEYS = 10_000


class Brake(Protocol):
    """Counts who passes, and how often."""

    def rest_s(self, key: str) -> int:
        """Count one pass for *key*; 0 when it may pass, else how many seconds to rest."""
        ...

    def forget(self, key: str) -> None:
        """Whoever it was may."""
        ...


class Limiter:
    """At most *count* passes per key in any *window_s*."""

    def __init__(self, count: int, window_s: float) -> None:
        self._count, self._window_s = count, window_s
        self._passes: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def rest_s(self, key: str) -> int:
        """Count one pass for *key*; 0 when it may pass, else how many seconds to rest."""
        now = time.monotonic()
        with self._lock:
            passes = self._passes.setdefault(key, deque(maxlen=self._count))
            self._passes.move_to_end(key)
            while len(self._passes) > MAX_KEYS:
                self._passes.popitem(last=False)
            if len(passes) == self._count and now - passes[0] < self._window_s:
                return int(self._window_s - (now - passes[0])) + 1
            passes.append(now)
            return 0

    def forget(self, key: str) -> None:
        """Whoever it was may."""
        with self._lock:
            self._passes.pop(key, None)
