"""Whether a scan's transfer ended before the page did: its rest was filled in, not scanned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_LEAST_PX = 24  # 6 mm at 100 dpi; shorter rests lose no writing
_SAME = 1.0  # levels between one row and the next; a sensor's noise moves more
_MOVED = 0.01  # of a row's points
_FLAT, _STRIPES = 1.0, 20.0  # levels across a row: fills have up to 0.2 or from 150 on, lids 2.4
_JUMP = 4.0  # levels from the last scanned rows to the filled ones
_ACROSS = 0.4  # of the row must jump at once: no sheet's edge is as level as that
_BLEND_PX = 5  # JPEG blocks and shrinking mix the last scanned rows with the fill


def breaks_off_at(small: Image.Image) -> int | None:
    """The first row that was never scanned, None when the page is whole.

    A filled rest is the same in every row, over lid and paper alike: grey as libjpeg leaves it,
    white, black, or the last scanned row again and again.
    """
    levels = np.asarray(small.convert("L"), dtype=np.int16)
    end = levels[-_LEAST_PX:]
    if (np.abs(end - end[-1]) > _SAME).mean() > _MOVED:
        return None
    moved = (np.abs(levels - levels[-1]) > 2 * _SAME).mean(axis=1) > _MOVED
    if not moved.any():
        return None
    start = len(moved) - int(np.argmax(moved[::-1]))
    if start < 3 * _BLEND_PX:
        return None
    return start if _is_filled(levels, start) else None


def _is_filled(levels: NDArray[np.int16], start: int) -> bool:
    fill = levels[start : start + _LEAST_PX].mean(axis=0)
    uneven = float(np.abs(fill - fill.mean()).max())
    if uneven >= _STRIPES:
        return True  # the last row's writing, or the sheet's sides, drawn out
    if uneven >= _FLAT:
        return False  # a quiet sensor saw an even lid: light and columns vary across it
    before = levels[start - 3 * _BLEND_PX : start - _BLEND_PX].mean(axis=0)
    return bool((np.abs(fill - before) > _JUMP).mean() >= _ACROSS)
