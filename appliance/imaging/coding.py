"""An item of a scan becomes plates, drawn straight from the scan as its way asks.

One affine map straightens, crops, turns and scales at once. Stencils are cut from one channel
of the scan and only where its look shows anything; the other ways draw in colour, at the
resolution in which they travel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from appliance.core.paper.findings import Findings, PageMode
from appliance.core.paper.plates import PlatedPage
from appliance.imaging.colors.inks import (
    NO_INKS,
    Kinds,
    Mask,
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
from appliance.imaging.geometry.layout import Box, layout
from appliance.imaging.pipeline import apply, paper_of
from appliance.imaging.sight import Sight

_TILE_PX = 12  # of the look, 3 mm: a line of print and the white around it are apart


def look_of(sight: Sight, found: Findings) -> Image.Image:
    """The item straight at about 100 dpi, colours untouched.

    Points are moved, not mixed: it is judged and never sent, and mixing takes 15 times as long.
    """
    plan = layout(found, sight.dpi, min(LOOK_DPI, sight.dpi))
    return plan.labels(sight.look, sight.image.width / sight.look.width, paper_of(sight.look))


def dark_on(sight: Sight, found: Findings, light: Light) -> Image.Image:
    """How much of each pixel of ``look_of`` is dark (L): thin rules look grey from afar."""
    times = max(1, round(sight.dpi / LOOK_DPI))
    dark = dark_marks(sight.dark, light, times)
    return layout(found, sight.dpi, min(LOOK_DPI, sight.dpi)).labels(dark, times)


@dataclass(frozen=True, slots=True)
class Draft:
    """One item drawn from its scan, which may be let go now: it weighs most."""

    image: Image.Image  # in colours, untouched; or where there is ink (mode 1)
    look: Image.Image  # its look, evened by *light*
    light: Light | None
    way: Way
    dpi: int
    size_mm: tuple[float, float]
    kinds: Kinds | None = None  # of *look*, where somebody knows them


def drafted(
    sight: Sight,
    found: Findings,
    look: Image.Image,
    light: Light | None,
    way: Way,
    kinds: Kinds | None = None,
) -> Draft:
    """The item in the resolution of *way*; *look* is evened already, *kinds* are its own."""
    if way.mode in STENCILED:
        dpi = way.resolution_dpi
        plan = layout(found, sight.dpi, dpi)
        limit, anything = limits(dark_channel(look), light)
        boxes = _boxes(anything, plan.size)
        fine = plan.drawn_in(sight.dark, boxes)
        image = ink_in(fine, limit, _around(boxes))
    else:
        dpi = min(way.resolution_dpi, round(sight.dpi))
        image = apply(sight, sight.dpi, found, dpi)
    return Draft(image, look, light, way, dpi, true_size_mm(found, image.size, dpi), kinds)


def coded(draft: Draft) -> PlatedPage:
    """The plates of a draft. Its paper is evened unless the mode is full."""
    way = draft.way
    if way.mode in STENCILED:
        inks = inks_of(draft.look, draft.kinds) if way.mode is PageMode.LAYERS else NO_INKS
        return stenciled(stencils(draft.image, inks), way, draft.size_mm)
    image = draft.image
    if draft.light is not None and way.mode is not PageMode.FULL:
        image = draft.light.evened(image)
    return plated(image, way, draft.dpi, draft.size_mm)


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


def _around(boxes: list[Box]) -> Box | None:
    if not boxes:
        return None
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _boxes(anything: Mask, size: tuple[int, int]) -> list[Box]:
    """The tiles of a page of *size* on which there is anything; neighbours in one box."""
    high, wide = (-(-side // _TILE_PX) for side in anything.shape)
    padded = np.zeros((high * _TILE_PX, wide * _TILE_PX), dtype=bool)
    padded[: anything.shape[0], : anything.shape[1]] = anything
    in_tiles = padded.reshape(high, _TILE_PX, wide, _TILE_PX)
    tiles: Mask = np.logical_or.reduce(in_tiles, axis=(1, 3))
    # a gap between two words costs less to draw than another box costs to begin
    tiles[:, 1:-1] |= tiles[:, :-2] & tiles[:, 2:]
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
