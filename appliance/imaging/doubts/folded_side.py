"""Whether a strip along one side of a photographed sheet is folded over.

The sheet then ends at the fold, so nothing seems to be missing; but the strip's edge runs right
across it, from one side to the other, and the light falls there. Print leaves margins, and a
letter is creased further inside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from appliance.core.paper.findings import Quad

_DEEP = (0.04, 0.20)  # of the sheet, from its side
_CROOKED = 0.08  # of the edge's length: how much deeper one end may lie
_STEP_PX = 4  # from one edge that is tried to the next
_BEYOND_PX = 4
_FALL = 0.02  # of the light
_SHOWS = 0.93  # of the places along it
_END = np.linspace(0.012, 0.035, 3)  # where no print is
_ENDS_SHOW = 0.6
_ALONG = np.concatenate((_END, np.linspace(0.06, 0.94, 22), 1 - _END[::-1]))


def folded_side(plain: NDArray[np.uint8]) -> Quad | None:
    """Where the strip lies, in pixels of *plain*: the sheet at 100 dpi, without its print."""
    best, where = 0.0, None
    for quarters in range(4):
        seen, near, far = _edge_below_top(np.rot90(plain, quarters))
        if seen > best:
            high, wide = (plain.shape, plain.shape[::-1])[quarters % 2]
            strip = ((0.0, 0.0), (float(wide), 0.0), (float(wide), far), (0.0, near))
            best, where = seen, _turned_back(strip, quarters, (wide, high))
    return where


def _edge_below_top(plain: NDArray[np.uint8]) -> tuple[float, float, float]:
    """How much of the likeliest edge shows (0: none), and how deep it lies left and right."""
    high, wide = plain.shape
    first, last = (int(share * high) for share in _DEEP)
    columns = (_ALONG * wide).astype(np.int64)
    strip = np.log(np.maximum(plain[first - 4 : last + 4, columns], 8).astype(np.float32))
    falls = strip[_BEYOND_PX:] - strip[:-_BEYOND_PX] < -_FALL
    near = falls.copy()
    for off in (1, 2):  # half a step up and down
        near[off:] |= falls[:-off]
        near[:-off] |= falls[off:]
    rows = np.arange(0, len(near), _STEP_PX)
    left, right = (v.ravel() for v in np.meshgrid(rows, rows))
    alike = np.abs(left - right) <= _CROOKED * wide
    left, right = left[alike], right[alike]
    at = np.rint(left[:, None] + (right - left)[:, None] * _ALONG).astype(np.int64)
    shows = near[at, np.arange(_ALONG.size)]
    ends = np.minimum(shows[:, : _END.size].mean(axis=1), shows[:, -_END.size :].mean(axis=1))
    share = np.where(ends >= _ENDS_SHOW, shows.mean(axis=1), 0.0)
    best = int(np.argmax(share))
    if share[best] < _SHOWS:
        return 0.0, 0.0, 0.0
    return float(share[best]), float(left[best] + first - 2), float(right[best] + first - 2)


def _turned_back(strip: Quad, quarters: int, size: tuple[int, int]) -> Quad:
    """*strip* as it lay before so many quarter turns counter-clockwise; *size* is after them."""
    wide, high = size
    for _ in range(quarters):
        a, b, c, d = ((high - y, x) for x, y in strip)
        strip, wide, high = (a, b, c, d), high, wide
    return strip
