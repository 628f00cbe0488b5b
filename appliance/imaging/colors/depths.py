"""How much darker, and where more coloured, each point of a small picture is than its paper."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from appliance.core.paper.findings import Point, Quad

Levels = NDArray[np.float32]
_WHITE = 240.0  # contrasts are given as they would be on paper this bright
_CELL_PX = 16  # 4 mm at 100 dpi: wider than a stroke, narrower than a lamp's fall of light
_LOCAL = 0.8  # no lamp loses more than this; what is darker is no paper
_FAINTEST_PAPER = 70.0


@dataclass(frozen=True, slots=True)
class Depths:
    """Levels of 0 to 255."""

    dark: Levels  # below the paper around it, by the darkest channel: red and blue ink count
    paper: float  # how bright that paper is


def depths(small: Image.Image, inside: NDArray[np.bool_]) -> Depths:
    """*inside* is true where the sheet is; only there is paper looked for."""
    red, green, blue = (small if small.mode == "RGB" else small.convert("RGB")).split()
    darkest = np.asarray(ImageChops.darker(ImageChops.darker(red, green), blue))
    cells = _cells(darkest, inside)
    bright = cells[cells > 0]
    paper = float(np.percentile(bright, 75)) if bright.size else 0.0
    # a cell at the sheet's rim, most of it outside, says nothing of its own paper
    local = np.maximum(np.where(cells > 0, cells, paper), max(paper * _LOCAL, _FAINTEST_PAPER))
    high, wide = darkest.shape
    background: Levels = np.asarray(
        Image.fromarray(local.astype(np.float32)).resize(
            (cells.shape[1] * _CELL_PX, cells.shape[0] * _CELL_PX), Image.Resampling.BILINEAR
        )
    )[:high, :wide]
    dark: Levels = np.multiply(darkest, np.float32(_WHITE), dtype=np.float32)
    dark /= background
    np.subtract(np.float32(_WHITE), dark, out=dark)
    return Depths(dark, paper)


def tinted(small: Image.Image, inside: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
    """Where *small* has *least* levels more colour than the paper of the sheet *inside*."""
    red, green, blue = (small if small.mode == "RGB" else small.convert("RGB")).split()
    high = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    low = ImageChops.darker(ImageChops.darker(red, green), blue)
    colour = np.asarray(ImageChops.subtract(high, low))
    some = colour[::4, ::4][inside[::4, ::4]]
    return colour >= least + (float(np.median(some)) if some.size else 0.0)


def within(size: tuple[int, int], quad: Quad, rim_px: float) -> NDArray[np.bool_]:
    """True inside *quad*, at least *rim_px* away from its sides and from the picture's own."""
    mask = Image.new("L", size)
    middle = np.mean(quad, axis=0)
    corners = [_inset(quad, n, rim_px) for n in range(4)]
    if np.hypot(*np.subtract(quad[0], middle)) > 2 * rim_px:
        ImageDraw.Draw(mask).polygon(corners, fill=255)
    good = np.array(mask, dtype=bool)
    rim = max(0, round(rim_px))
    good[:rim], good[size[1] - rim :] = False, False
    good[:, :rim], good[:, size[0] - rim :] = False, False
    return good


def _inset(quad: Quad, n: int, rim_px: float) -> Point:
    """Corner *n*, moved inwards along both of its sides."""
    x, y = quad[n]
    for k in (1, 3):
        dx, dy = quad[(n + k) % 4][0] - quad[n][0], quad[(n + k) % 4][1] - quad[n][1]
        long = max(1e-6, math.hypot(dx, dy))
        x, y = x + rim_px * dx / long, y + rim_px * dy / long
    return x, y


def _cells(darkest: NDArray[np.uint8], inside: NDArray[np.bool_]) -> Levels:
    """The paper's level in each cell: three quarters of it are darker. 0 where no sheet is."""
    high, wide = (-(-side // _CELL_PX) for side in darkest.shape)
    more = ((0, high * _CELL_PX - darkest.shape[0]), (0, wide * _CELL_PX - darkest.shape[1]))
    known = np.where(inside, darkest, 0)
    blocks = np.pad(known, more, mode="edge").reshape(high, _CELL_PX, wide, _CELL_PX)
    some = blocks[:, ::2]  # every other row: half the sorting, the same paper
    # numpy looks for the place in 16 bits ten times as fast as in 8
    flat = some.swapaxes(1, 2).astype(np.uint16).reshape(high, wide, _CELL_PX * _CELL_PX // 2)
    place = flat.shape[2] * 3 // 4
    return np.partition(flat, place, axis=2)[:, :, place].astype(np.float32)
