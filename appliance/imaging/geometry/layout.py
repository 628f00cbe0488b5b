"""How one item comes out of its scan: one affine map that straightens, crops, turns and scales."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

from appliance.core.findings import Findings, Point
from appliance.imaging.geometry.sizes import angle_deg, middle

_SAME_DEG = 0.2  # print and paper this much apart cost under a millimetre at the corners
_MOST_REDUCED = 2.0  # source pixels per pixel that the map can blend by itself

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each pixel of the result comes from: x' = a·x + b·y + c, y' = d·x + e·y + f."""

    size: tuple[int, int]
    matrix: Matrix

    def drawn(self, image: Image.Image, outside: tuple[int, ...]) -> Image.Image:
        """The item out of *image* (L or RGB); *outside* is what lies beyond its rim."""
        a, b, c, d, e, f = self.matrix
        image, times = _reduced(image, math.hypot(a, d))
        matrix = tuple(value / times for value in (a, b, c, d, e, f))
        if _is_plain(matrix, self.size, image.size):
            return image.copy()
        smooth = Image.Resampling.BICUBIC
        if math.hypot(a, d) / times > 1.2:  # two pixels blended are what shrinking needs
            smooth = Image.Resampling.BILINEAR
        affine = Image.Transform.AFFINE
        return image.transform(self.size, affine, matrix, smooth, fillcolor=outside)


def layout(found: Findings, source_dpi: float, dpi: float) -> Layout:
    """The layout at *dpi* of what was found on a master of *source_dpi*.

    The result has the item's true size. Only where print and paper disagree about the angle is
    it larger, so that straight print costs no corner of the paper.
    """
    width_mm, height_mm = _cut_mm(found, source_dpi)
    wide, high = (max(1, round(mm / 25.4 * dpi)) for mm in (width_mm, height_mm))
    turn = found.turn or 0
    size = (wide, high) if turn % 180 == 0 else (high, wide)
    c, s = (f(math.radians(found.angle_deg)) * source_dpi / dpi for f in (math.cos, math.sin))
    # the axes of the upright result, as steps in the straight but not yet turned one
    xx, xy, yx, yy = {0: (1, 0, 0, 1), 90: (0, -1, 1, 0), 180: (-1, 0, 0, -1), 270: (0, 1, -1, 0)}[
        turn % 360
    ]
    a, d = xx * c - xy * s, xx * s + xy * c
    b, e = yx * c - yy * s, yx * s + yy * c
    x, y = middle(found.item.quad)
    return Layout(
        size,
        (
            a, b, x - a * size[0] / 2 - b * size[1] / 2,
            d, e, y - d * size[0] / 2 - e * size[1] / 2,
        ),
    )  # fmt: skip


def _cut_mm(found: Findings, source_dpi: float) -> tuple[float, float]:
    """Width and height to cut out, straight but not yet turned."""
    item = found.item
    if abs(found.angle_deg - angle_deg(item.quad)) <= _SAME_DEG:
        return item.width_mm, item.height_mm
    across, down = _spans(item.quad, found.angle_deg)
    return across / source_dpi * 25.4, down / source_dpi * 25.4


def _spans(quad: tuple[Point, ...], angle: float) -> tuple[float, float]:
    """How wide and high the quad is along axes turned clockwise by *angle* degrees."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    us = [x * c + y * s for x, y in quad]
    vs = [y * c - x * s for x, y in quad]
    return max(us) - min(us), max(vs) - min(vs)


def _reduced(image: Image.Image, scale: float) -> tuple[Image.Image, int]:
    """*image* shrunk by whole numbers until the map itself need not skip pixels."""
    times = max(1, int(scale / _MOST_REDUCED + 0.5)) if scale > _MOST_REDUCED else 1
    return (image.reduce(times), times) if times > 1 else (image, 1)


def _is_plain(matrix: tuple[float, ...], size: tuple[int, int], source: tuple[int, int]) -> bool:
    """Whether the map changes nothing at all."""
    return size == source and all(
        abs(value - plain) < 1e-3 * (1 if n in (2, 5) else 1e-3)
        for n, (value, plain) in enumerate(zip(matrix, (1, 0, 0, 0, 1, 0), strict=True))
    )
