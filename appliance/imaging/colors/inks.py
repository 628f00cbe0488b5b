"""Takes print apart into black, red and blue stencils, as a printer's plates.

Works on evened paper. A pixel is ink when it is more than half as dark as the darkest ink
beside it: strokes keep their width whether they are bold, pale or red.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

FAINTEST = 42  # levels below white; bleed-through has up to 33, faint pencil from 60
_HALF = 0.5
_BESIDE_MM = 0.8  # where the darkest ink is looked for: a stroke and its neighbour
_COLORED_20 = 7  # twentieths of the contrast; black print has 3 at its fringes, pale ink 8
_LEAST_CHROMA = 24
_MEAN_SIDE = 2  # colour is judged on 2 × 2 pixels: a JPEG holds no finer colour
_SAMPLES = 20_000
_STRIP = 256
_BLACKEST = 40  # print is black, however grey its thin strokes look


class Ink(StrEnum):
    """What a stencil is printed in, in the order of ``ink_kinds``."""

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
    darkest = Image.new("L", even.size)
    for top in range(0, even.height, _STRIP):  # three whole channels beside the page are 26 MB
        strip = even.crop((0, top, even.width, min(even.height, top + _STRIP)))
        red, green, blue = strip.split()
        darkest.paste(ImageChops.darker(red, ImageChops.darker(green, blue)), (0, top))
    return ImageChops.invert(darkest)


def inked(contrast: Image.Image, dpi: int) -> Mask:
    """Where there is ink."""
    step = max(1, round(dpi / 100))
    small = np.asarray(contrast.reduce(step) if step > 1 else contrast)
    reach = max(1, round(_BESIDE_MM / 25.4 * dpi / step))
    darkest = Image.fromarray(_darkest_around(small, reach))
    threshold = darkest.point([max(FAINTEST, round(_HALF * v)) for v in range(256)])
    ink: Mask = np.empty((contrast.height, contrast.width), dtype=bool)
    width, rows = contrast.width, threshold.height / contrast.height
    for top in range(0, contrast.height, _STRIP):
        bottom = min(contrast.height, top + _STRIP)
        box = (0.0, top * rows, float(threshold.width), bottom * rows)
        size = (width, bottom - top)
        local = threshold.resize(size, Image.Resampling.BILINEAR, box)
        strip = contrast.crop((0, top, width, bottom))
        np.greater(np.asarray(strip), np.asarray(local), out=ink[top:bottom])
    return ink


def ink_kinds(colors: Image.Image) -> Bytes:
    """Which ink each pixel of *colors* would be, were it inked: an index into ``Ink``."""
    kinds = np.empty((colors.height, colors.width), dtype=np.uint8)
    for top in range(0, colors.height, _STRIP):
        bottom = min(colors.height, top + _STRIP)
        kinds[top:bottom] = _kinds(colors.crop((0, top, colors.width, bottom)))
    return kinds


def _kinds(colors: Image.Image) -> Bytes:
    bands = [np.asarray(band) for band in colors.split()]
    red, green, blue = (band.astype(np.int16) for band in bands)
    high = np.maximum(np.maximum(bands[0], bands[1]), bands[2])
    low = np.minimum(np.minimum(bands[0], bands[1]), bands[2])
    chroma = (high - low).astype(np.int16)
    depth = (255 - low).astype(np.int16)
    # thousands do not fit 16 bits, so the shares are said in twentieths
    colored = (chroma > _LEAST_CHROMA) & (20 * chroma > _COLORED_20 * depth)
    warm = red - np.maximum(green, blue)
    is_red = colored & (20 * warm > 12 * chroma) & (20 * np.abs(green - blue) < 9 * chroma)
    is_blue = colored & (20 * (blue - red) > 10 * chroma) & (blue >= green)
    kinds = np.where(colored, 3, 0).astype(np.uint8)
    kinds[is_red] = 1
    kinds[is_blue] = 2
    return kinds


def stencils(even: Image.Image, dpi: int, *, colors: bool = True) -> Iterator[Stencil]:
    """The plates of *even* that are not empty, black first. Without *colors* all ink is black.

    One at a time: at 300 dpi each is 9 MB before it is coded.
    """
    ink = inked(contrast_of(even), dpi)
    if not colors or even.mode == "L":
        yield Stencil(Ink.BLACK, ink, (0, 0, 0))
        return
    small = even.reduce(_MEAN_SIDE)
    kinds, pixels = ink_kinds(small), np.asarray(small)
    depth = 255 - np.minimum(np.minimum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])
    depth[depth <= FAINTEST] = 0
    empty = True
    for index, name in enumerate((Ink.BLACK, Ink.RED, Ink.BLUE)):
        here = (kinds == 0) | (kinds == 3) if name is Ink.BLACK else kinds == index
        mask = _enlarged(here, ink.shape)
        mask &= ink
        if mask.any():
            yield Stencil(name, mask, _color(pixels, depth, here, name))
            empty = False
    if empty:
        yield Stencil(Ink.BLACK, ink, (0, 0, 0))


def _darkest_around(depth: Bytes, reach: int) -> Bytes:
    """The greatest value within *reach* pixels, by doubling; much faster than a rank filter."""
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (reach, reach)
        wide = np.pad(depth, padding).swapaxes(0, axis)
        width, wanted = 1, 2 * reach + 1
        while width < wanted:
            shift = min(width, wanted - width)
            wide = np.maximum(wide[:-shift], wide[shift:])
            width += shift
        depth = wide.swapaxes(0, axis)
    return np.ascontiguousarray(depth)


def _enlarged(small: Mask, shape: tuple[int, ...]) -> Mask:
    large = small.repeat(_MEAN_SIDE, axis=0).repeat(_MEAN_SIDE, axis=1)
    return large[: shape[0], : shape[1]]


def _color(pixels: Bytes, depth: Bytes, where: Mask, ink: Ink) -> tuple[int, int, int]:
    """The colour of the ink's heart: of the darker half of its pixels."""
    rows, columns = np.nonzero(where & (depth > 0))
    if rows.size == 0:
        return (0, 0, 0)
    some = slice(None, None, max(1, rows.size // _SAMPLES))
    rows, columns = rows[some], columns[some]
    there = depth[rows, columns]
    heart = there >= np.median(there)
    color = np.median(pixels[rows[heart], columns[heart]], axis=0)
    if ink is Ink.BLACK:
        level = int(min(color.min(), _BLACKEST))
        return (level, level, level)
    return (int(color[0]), int(color[1]), int(color[2]))
