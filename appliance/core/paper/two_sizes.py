"""A picture for the screen in two sizes, kept as one file: the large JPEG, then the small one.

A program that knows nothing of the small one shows the large one: a JPEG ends before it. So
what was kept before there were two still shows, and an older release still shows these.
"""

from __future__ import annotations

import struct

_TAIL = struct.Struct(">8sI")  # a mark, and how long the small one before it is
_MARK = b"NHO1\r\n\x00\x01"  # no JPEG ends so


def joined(large: bytes, small: bytes) -> bytes:
    """Both as one file; the large one alone where there is no small one."""
    return large + small + _TAIL.pack(_MARK, len(small)) if small else large


def large_in(content: bytes) -> bytes:
    """The large one."""
    return content[: _cut(content)[0]]


def small_in(content: bytes) -> bytes:
    """The small one; the large one of a file that was kept without it."""
    start, end = _cut(content)
    return content[start:end] or content


def _cut(content: bytes) -> tuple[int, int]:
    """Where the small one starts and ends."""
    end = len(content) - _TAIL.size
    if end > 0:
        mark, length = _TAIL.unpack_from(content, end)
        if mark == _MARK and 0 < length < end:
            return end - length, end
    return len(content), len(content)
