"""Waiting for real processes, not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(holds: Callable[[], bool], patience_s: float = 120.0) -> None:
    """Wait until *holds*; the reason for failing is the caller's line."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, f"still not so after {patience_s:g} s"
        time.sleep(0.02)
