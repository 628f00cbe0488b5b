"""What covers a photographed sheet from its edge inwards: a thumb, or the table at a lost corner.

Paper goes over into paper softly, even where somebody's shadow falls on it. So without print,
all paper hangs together through places where neither light nor tint steps; what does not hang
on it, is no sliver and reaches the sheet's edge, lies over it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from appliance.imaging.geometry.marks import marks_in

_TIMES = 4  # 25 dpi of 100: a thumb is 15 pixels wide
_PX_PER_MM = 100 / 25.4 / _TIMES
_PRINT_PX = 5  # strokes and seals are thinner
_LIGHT_STEP, _TINT_STEP = 0.2, 0.07  # of the logarithms, over two pixels
_GAP_PX = 3  # in an outline: pale skin in the shade is hardly seen here and there
_SLIVER_PX = 7
_LEAST_MM2 = 120.0
_AT_EDGE_PX = 4
_BLACK = 8.0

Points = tuple[NDArray[np.int64], NDArray[np.int64]]


def things_over(sheet: Image.Image) -> list[Points]:
    """x and y of what covers *sheet* (RGB, 100 dpi, its own light), largest first."""
    small = sheet.reduce(_TIMES)
    plain = small.filter(ImageFilter.MaxFilter(_PRINT_PX)).filter(ImageFilter.MinFilter(_PRINT_PX))
    levels = np.log(np.maximum(np.asarray(plain, np.float32), _BLACK))
    steep = _steps(np.minimum.reduce([levels[..., n] for n in range(3)]), _LIGHT_STEP)
    steep |= _steps(levels[..., 2] - levels[..., 0], _TINT_STEP)
    steep = (
        np.asarray(Image.fromarray(steep).convert("L").filter(ImageFilter.MaxFilter(_GAP_PX))) > 0
    )
    even = marks_in(~steep)
    if not even.count:
        return []
    paper = np.zeros_like(steep)
    paper[even.pixels(int(np.argmax(even.area)))] = True
    rest = Image.fromarray(~paper).convert("L").filter(ImageFilter.MinFilter(_GAP_PX))
    beyond = ImageOps.expand(rest, _SLIVER_PX)  # or a sliver would seem to go on out there
    wide = beyond.filter(ImageFilter.MinFilter(_SLIVER_PX)).filter(
        ImageFilter.MaxFilter(_SLIVER_PX)
    )
    marks = marks_in(np.asarray(ImageOps.crop(wide, _SLIVER_PX)) > 0)
    left, top, right, bottom = marks.box.T
    high, across = steep.shape
    to_edge = np.minimum.reduce([left, top, across - right, high - bottom])
    found = np.flatnonzero(
        (to_edge <= _AT_EDGE_PX) & (marks.area >= _LEAST_MM2 * _PX_PER_MM * _PX_PER_MM)
    )
    ordered = found[np.argsort(-marks.area[found])]
    pixels = [marks.pixels(int(mark)) for mark in ordered]
    return [(x * _TIMES + _TIMES // 2, y * _TIMES + _TIMES // 2) for y, x in pixels]


def _steps(levels: NDArray[np.float32], least: float) -> NDArray[np.bool_]:
    steep = np.zeros(levels.shape, bool)
    steep[:, 1:-1] = np.abs(levels[:, 2:] - levels[:, :-2]) > least
    steep[1:-1] |= np.abs(levels[2:] - levels[:-2]) > least
    return steep
