"""How one item comes out of its scan: one affine map that straightens, crops, turns and scales."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from appliance.core.paper.findings import Findings, Point
from appliance.imaging.geometry.sizes import angle_deg, middle

_SAME_DEG = 0.2  # print and paper this much apart cost under a millimetre at the corners
_MOST_REDUCED = 2.0  # source pixels per pixel that the map can blend by itself
_BLENDS = 1.2  # two pixels blended are what shrinking needs
_BLOWN_UP = 0.9  # more pixels than there are: four blended show where an edge runs

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each pixel of the result comes from: x' = a·x + b·y + c, y' = d·x + e·y + f."""

    size: tuple[int, int]
    matrix: Matrix

    def drawn(
        self,
        image: Image.Image,
        outside: tuple[int, ...],
        times: float = 1.0,
        *,
        quick: bool = False,
    ) -> Image.Image:
        """The item out of *image* (L or RGB); *outside* is what lies beyond its rim.

        *image* may be the scan shrunk *times*. *quick*: a little soft, in half the time.
        """
        matrix = tuple(value / times for value in self.matrix)
        image, less = _reduced(image, math.hypot(matrix[0], matrix[3]))
        matrix = tuple(value / less for value in matrix)
        if _is_plain(matrix, self.size, image.size):
            return image.copy()
        smooth = Image.Resampling.BICUBIC
        if quick or math.hypot(matrix[0], matrix[3]) > _BLENDS:
            smooth = Image.Resampling.BILINEAR
        affine = Image.Transform.AFFINE
        return image.transform(self.size, affine, matrix, smooth, fillcolor=outside)

    def labels(
        self, image: Image.Image, times: float, outside: int | tuple[int, ...] = 0
    ) -> Image.Image:
        """*image*, the scan shrunk *times*, laid out without mixing any two of its values."""
        matrix = tuple(value / times for value in self.matrix)
        affine = Image.Transform.AFFINE
        return image.transform(
            self.size, affine, matrix, Image.Resampling.NEAREST, fillcolor=outside
        )

    def drawn_in(self, image: Image.Image, boxes: Sequence[Box]) -> Image.Image:
        """As ``drawn`` within *boxes*, and white elsewhere: a page is white for the most part."""
        a, b, c, d, e, f = self.matrix
        if _is_plain(self.matrix, self.size, image.size):
            return image
        mesh = [
            (
                (left, top, right, bottom),
                tuple(
                    value
                    for x, y in ((left, top), (left, bottom), (right, bottom), (right, top))
                    for value in (a * x + b * y + c, d * x + e * y + f)
                ),
            )
            for left, top, right, bottom in boxes
        ]
        if not mesh:
            return Image.new(image.mode, self.size, 255)
        smooth = Image.Resampling.BILINEAR
        if math.hypot(a, d) < _BLOWN_UP:
            smooth = Image.Resampling.BICUBIC
        white = 255 if image.mode == "L" else (255, 255, 255)
        return image.transform(self.size, Image.Transform.MESH, mesh, smooth, fillcolor=white)


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
