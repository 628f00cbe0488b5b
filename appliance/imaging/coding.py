"""An item of a scan becomes plates, drawn straight from the scan as its way asks.

One affine map straightens, crops, turns and scales at once. Stencils are cut from one channel
of the scan and only where its look shows anything; the other ways draw in colour, at the
resolution in which they travel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from appliance.core.findings import Findings, PageMode
from appliance.core.plates import PlatedPage
from appliance.imaging.colors.inks import (
    NO_INKS,
    Mask,
    Stencil,
    dark_channel,
    ink_in,
    inks_of,
    limits,
    stencils,
)
from appliance.imaging.colors.modes import (
    LOOK_DPI,
    MM_PER_INCH,
    STENCILED,
    Way,
    dark_marks,
    plated,
    stenciled,
)
from appliance.imaging.colors.paper import Light
from appliance.imaging.geometry.layout import Box, Layout, layout
from appliance.imaging.pipeline import apply, paper_of
from appliance.imaging.sight import Sight

_TILE_PX = 12  # of the look, 3 mm: a line of print and the white around it are apart


@dataclass
class Stock:
    """What items are coded from. Colour is let go once nobody needs it: it is half the memory."""

    sight: Sight | None
    fine: Image.Image  # the channel that stencils are cut from
    rough: Image.Image
    rough_times: int
    dpi: float

    @classmethod
    def of(cls, sight: Sight, ways: Iterable[Way]) -> Stock:
        """The stock for *ways*; the caller should keep nothing of *sight* itself."""
        kept = sight if any(way.mode not in STENCILED for way in ways) else None
        fine = dark_channel(sight.image)
        return cls(kept, fine, sight.rough, sight.rough_times, sight.dpi)


def look_of(sight: Sight, found: Findings) -> Image.Image:
    """The item straight at about 100 dpi, colours untouched."""
    plan = layout(found, sight.dpi, min(LOOK_DPI, sight.dpi))
    return plan.drawn(sight.rough, paper_of(sight.look), sight.rough_times)


def dark_on(sight: Sight, found: Findings, light: Light) -> Image.Image:
    """How much of each pixel of ``look_of`` is dark (L): thin rules look grey from afar."""
    times = max(1, round(sight.dpi / LOOK_DPI))
    dark = dark_marks(dark_channel(sight.image), light, times)
    return layout(found, sight.dpi, min(LOOK_DPI, sight.dpi)).drawn(dark, (0,), times)


def coded(
    stock: Stock, found: Findings, look: Image.Image, light: Light | None, way: Way
) -> PlatedPage:
    """The plates of one item. Its paper is evened by *light* unless the mode is full."""
    if way.mode in STENCILED:
        plan = layout(found, stock.dpi, way.resolution_dpi)
        cut = _cut(stock, plan, look, light, colors=way.mode is PageMode.LAYERS)
        return stenciled(cut, way, true_size_mm(found, plan.size, way.resolution_dpi))
    sight = stock.sight
    if sight is None:
        raise ValueError("colour was not kept")
    dpi = min(way.resolution_dpi, round(sight.dpi))
    image = apply(sight, sight.dpi, found, dpi)
    if light is not None and way.mode is not PageMode.FULL:
        image = light.evened(image)
    return plated(image, way, dpi, true_size_mm(found, image.size, dpi))


def size_mm(found: Findings) -> tuple[float, float]:
    """Of the upright page."""
    size = (found.item.width_mm, found.item.height_mm)
    return size if (found.turn or 0) % 180 == 0 else size[::-1]


def true_size_mm(found: Findings, size_px: tuple[int, int], dpi: int) -> tuple[float, float]:
    """The sheet's, which is exact; the picture's where it shows more than the sheet."""
    drawn_mm = (size_px[0] * MM_PER_INCH / dpi, size_px[1] * MM_PER_INCH / dpi)
    sheet_mm = size_mm(found)
    pixels = 2 * MM_PER_INCH / dpi
    near = all(abs(a - b) < pixels for a, b in zip(drawn_mm, sheet_mm, strict=True))
    return sheet_mm if near else drawn_mm


def _cut(
    stock: Stock, plan: Layout, look: Image.Image, light: Light | None, *, colors: bool
) -> Iterator[Stencil]:
    limit, anything = limits(dark_channel(look), light)
    ink = ink_in(plan.drawn_in(stock.fine, _boxes(anything, plan.size)), limit)
    if not colors:
        return stencils(ink, NO_INKS)
    inks = inks_of(stock.rough, light, _lying_on(stock, plan))
    return stencils(ink, inks, inks.kinds and plan.labels(inks.kinds, stock.rough_times))


def _boxes(anything: Mask, size: tuple[int, int]) -> list[Box]:
    """The tiles of a page of *size* on which there is anything; neighbours in one box."""
    high, wide = (-(-side // _TILE_PX) for side in anything.shape)
    padded = np.zeros((high * _TILE_PX, wide * _TILE_PX), dtype=bool)
    padded[: anything.shape[0], : anything.shape[1]] = anything
    tiles = padded.reshape(high, _TILE_PX, wide, _TILE_PX).any(axis=(1, 3))
    steps = np.diff(np.pad(tiles, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    across, down = (_TILE_PX * size[n] / anything.shape[1 - n] for n in (0, 1))
    return [
        (
            round(start * across),
            round(row * down),
            min(size[0], round(end * across)),
            min(size[1], round((row + 1) * down)),
        )
        for row, start, end in zip(rows, starts, ends, strict=True)
    ]


def _lying_on(stock: Stock, plan: Layout) -> Image.Image:
    """Where the item lies on the rough picture (mode 1): beside it may be lid, or another."""
    a, b, c, d, e, f = (value / stock.rough_times for value in plan.matrix)
    wide, high = plan.size
    corners = [
        (a * x + b * y + c, d * x + e * y + f)
        for x, y in ((0, 0), (wide, 0), (wide, high), (0, high))
    ]
    mask = Image.new("1", stock.rough.size)
    ImageDraw.Draw(mask).polygon(corners, fill=1)
    return mask
