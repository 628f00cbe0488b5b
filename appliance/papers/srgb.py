"""The sRGB colour profile that every PDF carries, as an ICC file of version 2.

Made here so that the same paper is the same file for ever, and of version 2 because PDF/A-1
and old readers know no other.
"""

from __future__ import annotations

import struct
from functools import cache

_RED = (0.43607, 0.22249, 0.01392)  # IEC 61966-2-1, adapted to D50 as the ICC asks
_GREEN = (0.38515, 0.71687, 0.09708)
_BLUE = (0.14307, 0.06061, 0.71410)
_D50 = (0.96420, 1.0, 0.82491)
_POINTS = 1024  # of the curve; nearer than 16 bits can tell


@cache
def srgb_profile() -> bytes:
    """About 3 KB, always the same bytes."""
    curve = _curve()
    parts = {
        b"desc": _description("sRGB"),
        b"cprt": b"text\0\0\0\0No copyright, use freely\0",
        b"wtpt": _xyz(_D50),
        b"rXYZ": _xyz(_RED),
        b"gXYZ": _xyz(_GREEN),
        b"bXYZ": _xyz(_BLUE),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    start = 128 + 4 + 12 * len(parts)
    table, body, places = b"", b"", dict[bytes, int]()
    for name, content in parts.items():
        if content not in places:
            places[content] = start + len(body)
            body += content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", name, places[content], len(content))
    return _header(start + len(body)) + struct.pack(">I", len(parts)) + table + body


def _header(size: int) -> bytes:
    return struct.pack(
        ">I4sI4s4s4s6H4s4sIIIQI12s48x",
        size,
        bytes(4),  # no preferred colour engine
        0x02100000,  # version 2.1
        b"mntr",
        b"RGB ",
        b"XYZ ",
        *(2000, 1, 1, 0, 0, 0),
        b"acsp",
        bytes(4),
        0,
        0,
        0,
        0,
        0,  # perceptual
        struct.pack(">3i", *(round(v * 65536) for v in _D50)),
    )


def _curve() -> bytes:
    def light(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    levels = [round(65535 * light(i / (_POINTS - 1))) for i in range(_POINTS)]
    return struct.pack(f">4s4xI{_POINTS}H", b"curv", _POINTS, *levels)


def _xyz(values: tuple[float, float, float]) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *(round(v * 65536) for v in values))


def _description(name: str) -> bytes:
    text = name.encode("ascii") + b"\0"
    # no Unicode and no ScriptCode name: only their empty, fixed-size places
    return struct.pack(">4s4xI", b"desc", len(text)) + text + bytes(8 + 3 + 67)
