"""Gives the memory of a finished picture back to the system at once."""

from __future__ import annotations

import ctypes

_MMAP_THRESHOLD = -3  # mallopt's name for it
_ARENA_MAX = -8  # the same
_LEAST_BYTES = 1 << 20


def be_thrifty() -> None:
    """Let every picture be memory of its own, from now on and for the whole process.

    Left alone, the C library learns from the first freed picture to keep the next ones in its
    heap, where they leave holes: a page at 300 dpi then needs a third more. Where there is no
    ``mallopt`` (musl), nothing happens.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_MMAP_THRESHOLD, _LEAST_BYTES)
        library.mallopt(_ARENA_MAX, 1)  # a heap for each thread leaves holes in each
