"""Takes print apart into black, red and blue stencils, as a printer's plates.

Works on evened paper. A pixel is ink when it is more than half as dark as the darkest ink
beside it: strokes keep their width whether they are bold, pale or red.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

FAINTEST = 42  # levels below white; bleed-through has up to 33, faint pencil from 60
_HALF = 0.5
_BESIDE_MM = 0.8  # where the darkest ink is looked for: a stroke and its neighbour
_COLORED = 0.34  # of the contrast; black print has up to 0.15 at its fringes, pale ink from 0.4
_MEAN_SIDE = 2  # colour is judged on 2 × 2 pixels: a JPEG holds no finer colour


class Ink(StrEnum):
    """What a stencil is printed in."""

    BLACK = "black"
    RED = "red"
    BLUE = "blue"
    OTHER = "other"  # green, violet, brown: no stencil for it


@dataclass(frozen=True, slots=True)
class Stencil:
    """Where one ink lies, and its colour."""

    ink: Ink
    mask: Mask
    color: tuple[int, int, int]


def contrast_of(even: Image.Image) -> Image.Image:
    """How far each pixel is below white in its darkest channel (L)."""
    if even.mode == "L":
        return ImageChops.invert(even)
    red, green, blue = even.split()
    return ImageChops.invert(ImageChops.darker(red, ImageChops.darker(green, blue)))


def inked(contrast: Image.Image, dpi: int) -> Mask:
    """Where there is ink."""
    step = max(1, round(dpi / 100))
    darkest = contrast.reduce(step)
    reach = max(1, round(_BESIDE_MM / 25.4 * dpi / step))
    darkest = darkest.filter(ImageFilter.MaxFilter(2 * reach + 1))
    threshold = darkest.point([max(FAINTEST, round(_HALF * v)) for v in range(256)])
    threshold = threshold.resize(contrast.size, Image.Resampling.BILINEAR)
    return np.asarray(contrast) > np.asarray(threshold)


def ink_kinds(even: Image.Image, contrast: Image.Image) -> Bytes:
    """Which ink each 2 × 2 pixels would be, were there any: an index into ``list(Ink)``."""
    small = np.asarray(even.reduce(_MEAN_SIDE)).astype(np.int16)
    depth = np.asarray(contrast.reduce(_MEAN_SIDE)).astype(np.int16)
    red, green, blue = small[..., 0], small[..., 1], small[..., 2]
    chroma = small.max(axis=2) - small.min(axis=2)
    colored = chroma > np.maximum(_COLORED * depth, 24)
    warm = red - np.maximum(green, blue)
    cold = blue - red
    apart = np.abs(green - blue)
    kinds = np.zeros(small.shape[:2], dtype=np.uint8)
    is_red = colored & (warm > 0.6 * chroma) & (apart < 0.45 * chroma)
    is_blue = colored & (cold > 0.5 * chroma) & (blue >= green)
    kinds[colored] = 3
    kinds[is_red] = 1
    kinds[is_blue] = 2
    return kinds


def stencils(even: Image.Image, dpi: int, *, colors: bool = True) -> list[Stencil]:
    """The plates of *even* that are not empty, black first. Without *colors* all ink is black."""
    contrast = contrast_of(even)
    ink = inked(contrast, dpi)
    if not colors or even.mode == "L":
        return [Stencil(Ink.BLACK, ink, (0, 0, 0))]
    kinds = ink_kinds(even, contrast)
    whole = kinds.repeat(_MEAN_SIDE, axis=0).repeat(_MEAN_SIDE, axis=1)
    whole = whole[: ink.shape[0], : ink.shape[1]]
    depth, pixels = np.asarray(contrast), np.asarray(even)
    black = ink & ((whole == 0) | (whole == 3))
    found = [Stencil(Ink.BLACK, black, _color(pixels, depth, black, neutral=True))]
    for index, name in ((1, Ink.RED), (2, Ink.BLUE)):
        mask = ink & (whole == index)
        if mask.any():
            found.append(Stencil(name, mask, _color(pixels, depth, mask)))
    return [one for one in found if one.mask.any()] or found[:1]


def _color(
    pixels: Bytes, depth: Bytes, mask: Mask, *, neutral: bool = False
) -> tuple[int, int, int]:
    """The colour of the ink's heart: of the darker half of its pixels."""
    if not mask.any():
        return (0, 0, 0)
    rows, columns = np.nonzero(mask)
    some = slice(None, None, max(1, rows.size // 20_000))
    rows, columns = rows[some], columns[some]
    there = depth[rows, columns]
    heart = there >= np.median(there)
    color = np.median(pixels[rows[heart], columns[heart]], axis=0)
    if neutral:
        level = int(min(color.min(), 40))  # print is black, however grey its thin strokes look
        return (level, level, level)
    return (int(color[0]), int(color[1]), int(color[2]))
