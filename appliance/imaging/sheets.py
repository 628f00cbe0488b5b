"""The sheets, cards and photos on a scanned image, apart from lid, shadow and feeder borders.

A lid is smooth and empty: from the rim of the image inwards the smooth ground is followed until
something stops it, which a paper's edge or its shadow does even where paper and lid are equally
white. What is left must be made of rectangles and of nothing else. Where it is not (letters
lie about: the smooth ground was the paper itself), the whole image is the sheet, so that
nothing of it is ever cut off by a guess.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.core.findings import Item, Quad
from appliance.imaging.marks import marks_in
from appliance.imaging.rectangles import Rectangle, rectangle_around
from appliance.imaging.sheet_edges import Edges, refined
from appliance.imaging.sizes import item_of

_ROUGH_DPI = 50
_STEPS_LEVELS = (12, 7, 5)  # how strong an edge stops the ground; a pale shadow needs the last
_LEAST_MM = 18.0  # the shorter side of anything that counts as an item
_DUST_MM = 3.0
_DUST_SHARE = 0.002  # of the image: more litter than this is writing, not dust
_RIM_MM = 2.5
_MOST_PATCHES = 3

Mask = NDArray[np.bool_]
Levels = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Found:
    """An item, and which of its sides could be seen: top, right, bottom, left."""

    item: Item
    seen: tuple[bool, bool, bool, bool]

    @property
    def whole(self) -> bool:
        """No edge was seen: the image itself is the sheet."""
        return not any(self.seen)


def find_items(look: Image.Image, dpi: float) -> list[Found]:
    """Everything lying on *look* (RGB or L, about 100 dpi), top to bottom; never nothing.

    Quads start at the corner that is top left once the item lies straight; corners may lie
    outside the image where a crooked sheet ran out of it.
    """
    color = look if look.mode == "RGB" else look.convert("RGB")
    times = max(1, round(dpi / _ROUGH_DPI))
    rough = np.asarray(color.reduce(times), dtype=np.int16)
    rough_dpi = dpi / times
    for ground in _grounds(rough):
        rectangles = _rectangles(~ground, rough_dpi)
        if not rectangles:
            continue
        scaled = [r.scaled(times, look.size) for r in rectangles]
        edges = [refined(color, r, dpi) for r in scaled]
        if all(_lies_there(e, look.size, dpi) for e in edges):
            return sorted((_found(e, dpi) for e in edges), key=_reading_order)
    return [whole_image(look.size, dpi)]


def whole_image(size: tuple[int, int], dpi: float) -> Found:
    """The image itself as the only sheet."""
    w, h = float(size[0]), float(size[1])
    quad: Quad = ((0.0, 0.0), (w, 0.0), (w, h), (0.0, h))
    return Found(item_of(quad, dpi), (False, False, False, False))


def _grounds(rough: Levels) -> list[Mask]:
    """What may be lid, most hopeful first."""
    grounds = []
    for step in _STEPS_LEVELS:
        patches = _rim_patches(_steepness(rough) <= step)
        large = min(len(patches), _MOST_PATCHES)
        for paper in range(2**large):  # which of the larger patches are paper after all
            lid = [p for n, p in enumerate(patches) if n >= large or not paper >> n & 1]
            if lid:
                grounds.append(np.logical_or.reduce(lid))
    return grounds


def _steepness(rough: Levels) -> Levels:
    """The largest step of any channel across each pixel."""
    wide = np.pad(rough, ((1, 1), (1, 1), (0, 0)), mode="edge")
    across = np.abs(wide[1:-1, 2:] - wide[1:-1, :-2])
    down = np.abs(wide[2:, 1:-1] - wide[:-2, 1:-1])
    steepest: Levels = np.maximum(across, down).max(axis=2)
    return steepest


def _rim_patches(smooth: Mask) -> list[Mask]:
    """Connected smooth ground that reaches the rim of the image, largest first."""
    marks = marks_in(smooth)
    if not marks.count:
        return []
    box = marks.box
    high, wide = smooth.shape
    at_rim = (box[:, 0] <= 1) | (box[:, 1] <= 1) | (box[:, 2] >= wide - 1) | (box[:, 3] >= high - 1)
    order = [n for n in np.argsort(-marks.area) if at_rim[n] and marks.area[n] >= 12]
    patches = []
    for number in order[:12]:
        patch = np.zeros_like(smooth)
        patch[marks.pixels(int(number))] = True
        patches.append(patch)
    return patches


def _rectangles(solid: Mask, dpi: float) -> list[Rectangle]:
    """The items that *solid* is made of; none when anything else is among them."""
    px = dpi / 25.4
    marks = marks_in(solid)
    found, litter = [], 0
    high, wide = solid.shape
    rim = _RIM_MM * px
    for number in range(marks.count):
        left, top, right, bottom = (int(v) for v in marks.box[number])
        if min(right - left, bottom - top) < _LEAST_MM * px:
            inside = left > rim and top > rim and right < wide - rim and bottom < high - rim
            if inside and marks.length[number] > _DUST_MM * px:
                litter += int(marks.area[number])
            continue
        rectangle = rectangle_around(marks.pixels(number), solid.shape, dpi)
        if rectangle is None:
            return []
        found.append(rectangle)
    return found if litter <= _DUST_SHARE * solid.size else []


def _lies_there(edges: Edges, size: tuple[int, int], dpi: float) -> bool:
    """Whether this is a thing on a lid, not a frame or a picture printed on a sheet."""
    if not any(edges.seen):
        return False
    if edges.differs:
        return True
    return edges.shaded or item_of(edges.quad, dpi).snapped is not None


def _found(edges: Edges, dpi: float) -> Found:
    return Found(item_of(edges.quad, dpi), edges.seen)


def _reading_order(found: Found) -> tuple[float, float]:
    quad = found.item.quad
    return min(y for _, y in quad), min(x for x, _ in quad)
