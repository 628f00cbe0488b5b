"""The sheets, cards and photos on a scanned image, apart from lid, shadow and feeder borders.

A lid is smooth and empty: from the rim of the image inwards the smooth ground is followed until
something stops it, which a paper's edge or its shadow does even where paper and lid are equally
white. What is left must be made of rectangles and of nothing else. Where it is not (letters
lie about: the smooth ground was the paper itself), the whole image is the sheet, so that
nothing of it is ever cut off by a guess.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from appliance.core.paper.findings import Item, Point, Quad
from appliance.imaging.geometry.marks import marks_in
from appliance.imaging.geometry.rectangles import Rectangle, rectangle_around
from appliance.imaging.geometry.sheet_edges import Edges, refined
from appliance.imaging.geometry.sizes import item_of, sides_px

_ROUGH_DPI = 50
_STEPS_LEVELS = (12, 7, 5)  # how strong an edge stops the ground; a pale shadow needs the last
_LEAST_MM = 18.0  # the shorter side of anything that counts as an item
_DUST_MM = 3.0
_DUST_SHARE = 0.002  # of the image: more litter than this is writing, not dust
_RIM_MM = 2.5
_SLIVER_MM = 3.0
_DEEP_MM = 18.0  # the widest margin of lid that a feeder leaves beside a sheet
_PLAIN_SIDES = 3  # that must show where nothing else told the sheet from the lid
_WRITTEN_LEVELS, _FEW_PX = 40, 6
_SMALL_SHARE = 0.5  # of the image: a sheet this small cannot fill it
_MOST_PAPER = 2  # patches at the rim that belong to a sheet running out of the image
_MOST_LIDS, _LEAST_LID = 4, 0.04  # of the image

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


def find_items(look: Image.Image, dpi: float, lean_deg: float | None = None) -> list[Found]:
    """Everything lying on *look* (RGB or L, about 100 dpi), top to bottom; never nothing.

    *lean_deg*: how print on the image leans, where that is known; the edges of a crooked sheet
    that fills the image are looked for along it. Quads start at the corner that is top left once
    the item lies straight; corners may lie outside the image where a crooked sheet ran out of it.
    """
    color = look if look.mode == "RGB" else look.convert("RGB")
    if min(look.size) < _LEAST_MM * dpi / 25.4:
        return [whole_image(look.size, dpi)]
    apart = _apart(color, dpi)
    small = apart and math.prod(sides_px(apart[0].quad)) < _SMALL_SHARE * color.width * color.height
    if len(apart) > 1 or (small and all(apart[0].seen)):
        return sorted((_found(e, dpi) for e in apart), key=_reading_order)
    filling = _filling(color, dpi, lean_deg)
    candidates = [e for e in (*apart, filling) if _lies_there(e, dpi)]
    best = max(candidates, key=lambda e: _trust(e, dpi), default=None)
    found = whole_image(look.size, dpi) if best is None else _found(best, dpi)
    if found.item.snapped is None:
        deep = _filling(color, dpi, lean_deg, _DEEP_MM)
        standard = _trust(deep, dpi)[0] and sum(deep.seen) >= _PLAIN_SIDES
        if standard and _bare_around(color, deep, dpi):
            return [_found(deep, dpi)]
    return [found]


def _apart(color: Image.Image, dpi: float) -> list[Edges]:
    """The items that lie on visible lid; none when there is no such lid."""
    times = max(1, round(dpi / _ROUGH_DPI))
    rough = np.asarray(color.reduce(times), dtype=np.int16)
    best: list[Edges] = []
    for ground in _grounds(rough):
        rectangles = _rectangles(~ground, dpi / times)
        edges = _outermost([refined(color, r.scaled(times, color.size), dpi) for r in rectangles])
        if not edges or not all(_lies_there(e, dpi) for e in edges):
            continue
        if all(all(e.seen) for e in edges) and (len(edges) > 1 or _trust(edges[0], dpi)[0]):
            return edges
        best = max(best, edges, key=lambda those: [_worth(e, dpi) for e in those])
    return best


def _filling(
    color: Image.Image, dpi: float, lean_deg: float | None, inwards_mm: float = _SLIVER_MM
) -> Edges:
    """The edges of a sheet about as large as the image, that shows slivers of lid at most."""
    wide, high = color.size
    angle = math.radians(lean_deg or 0.0)
    c, s = math.cos(angle), math.sin(angle)
    u, v = wide / 2 * c + high / 2 * s, high / 2 * c - wide / 2 * s
    left, top, right, bottom = u - wide / 2, v - high / 2, u + wide / 2, v + high / 2
    around = Rectangle(angle, left, top, right, bottom, (True,) * 4, color.size)
    slope = 0.004 if lean_deg is not None else 0.03
    return refined(color, around, dpi, slope, wary=True, inwards_mm=inwards_mm)


def _bare_around(color: Image.Image, edges: Edges, dpi: float) -> bool:
    """Whether nothing is written beyond these edges, so that nothing is lost by them."""
    times = max(1, round(dpi / _ROUGH_DPI))
    rough = color.reduce(times)
    beyond = Image.new("1", rough.size, 1)
    ImageDraw.Draw(beyond).polygon([(x / times, y / times) for x, y in edges.quad], fill=0)
    ImageDraw.Draw(beyond).line(  # the shadow's darkest part
        [(x / times, y / times) for x, y in (*edges.quad, edges.quad[0])],
        fill=0,
        width=round(2 * _RIM_MM * dpi / times / 25.4),
    )
    steep = _steepness(np.asarray(rough, dtype=np.int16)) > _WRITTEN_LEVELS
    return int(np.count_nonzero(steep & np.asarray(beyond))) <= _FEW_PX


def _outermost(edges: list[Edges]) -> list[Edges]:
    """Without what lies wholly within another: a photo's picture inside its white border."""
    return [
        one
        for one in edges
        if not any(
            other is not one and all(_holds(other.quad, corner) for corner in one.quad)
            for other in edges
        )
    ]


def _holds(quad: Quad, point: Point) -> bool:
    """Whether a point lies inside a quad whose corners go clockwise."""
    x, y = point
    return all(
        (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0
        for (ax, ay), (bx, by) in zip(quad, (*quad[1:], quad[0]), strict=True)
    )


def _trust(edges: Edges, dpi: float) -> tuple[bool, float]:
    return item_of(edges.quad, dpi).snapped is not None, edges.support


def _worth(edges: Edges, dpi: float) -> tuple[bool, float, float]:
    """Of what shows equally well, the larger comes first: nothing of a sheet may be lost."""
    standard, support = _trust(edges, dpi)
    return standard, round(support, 1), math.prod(sides_px(edges.quad))


def whole_image(size: tuple[int, int], dpi: float) -> Found:
    """The image itself as the only sheet."""
    w, h = float(size[0]), float(size[1])
    quad: Quad = ((0.0, 0.0), (w, 0.0), (w, h), (0.0, h))
    return Found(item_of(quad, dpi), (False, False, False, False))


def _grounds(rough: Levels) -> Iterator[Mask]:
    """What may be lid, most hopeful first."""
    steepness = _steepness(rough)
    for step in _STEPS_LEVELS:
        patches = _rim_patches(steepness <= step)
        for paper in range(min(len(patches), _MOST_PAPER + 1)):  # so many are paper after all
            yield np.logical_or.reduce(patches[paper:])
        if len(patches) > _MOST_PAPER:  # rules that run out of the image cut paper into many
            least = _LEAST_LID * rough.shape[0] * rough.shape[1]
            yield from (lid for lid in patches[:_MOST_LIDS] if np.count_nonzero(lid) >= least)


def _steepness(rough: Levels) -> Levels:
    """The largest step of any channel across each pixel."""
    wide = np.pad(rough, ((1, 1), (1, 1), (0, 0)), mode="edge")
    across = np.abs(wide[1:-1, 2:] - wide[1:-1, :-2])
    down = np.abs(wide[2:, 1:-1] - wide[:-2, 1:-1])
    steep = np.maximum(across, down)
    steepest: Levels = np.maximum.reduce([steep[..., band] for band in range(steep.shape[2])])
    return steepest  # numpy's own max over so few channels takes five times as long


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


def _lies_there(edges: Edges, dpi: float) -> bool:
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
