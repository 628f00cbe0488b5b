"""Takes print apart into black, red and blue stencils, as a printer's plates.

A pixel is ink when it is more than half as dark as the darkest ink beside it: strokes keep
their width whether they are bold, pale or red. How dark that is, is found out on the small
look; the fine scan is only compared with it, and only where the look shows anything. The fine
scan is read in green, in which black, red and blue ink are all dark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

from appliance.imaging.colors.paper import Light

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Color = tuple[int, int, int]

FAINTEST = 42  # levels below white; bleed-through has up to 33, faint pencil from 60
_HALF = 0.5
_BESIDE_PX = 3  # of the look, 0.8 mm: where the darkest ink is, a stroke and its neighbour
_COLORED_20 = 7  # twentieths of the contrast; black print has 3 at its fringes, pale ink 8
_LEAST_CHROMA = 24
_LOOK_DPI = 100
_SAMPLES = 20_000
_GRAIN = 10  # levels below white on the look; a speck of one pixel stays paler
_BLACKEST = 40  # print is black, however grey its thin strokes look
_PALE = 200  # of its lightest channel: black print is so pale only at its own soft edge
_OTHER = 3  # its place in ``Ink``
_AS_IT_IS = list(range(256))
_STRIP = 256  # rows at a time: a page of 200 dpi weighs 4 MB as often as it is copied


class Ink(StrEnum):
    """What a stencil is printed in, in the order of ``Kinds``."""

    BLACK = "black"
    RED = "red"
    BLUE = "blue"
    OTHER = "other"  # green, violet, brown: no stencil for it


@dataclass(frozen=True, slots=True)
class Stencil:
    """Where one ink lies (mode 1), and its colour."""

    ink: Ink
    mask: Image.Image
    color: Color


@dataclass(frozen=True, slots=True)
class Inks:
    """Which colours lie where on a picture, and what they look like."""

    kinds: Image.Image | None  # L, an index into ``Ink`` for each pixel; None: all is black
    colors: tuple[Color, Color, Color]  # of black, red and blue


NO_INKS = Inks(None, ((0, 0, 0),) * 3)


def contrast_of(even: Image.Image) -> Image.Image:
    """How far each pixel is below white in its darkest channel (L)."""
    if even.mode == "L":
        return ImageChops.invert(even)
    red, green, blue = even.split()
    return ImageChops.invert(ImageChops.darker(red, ImageChops.darker(green, blue)))


def dark_channel(picture: Image.Image) -> Image.Image:
    """*picture* as stencils see it: all inks that have a stencil are dark in green."""
    return picture if picture.mode == "L" else picture.getchannel("G")


def limits(even: Image.Image, light: Light | None) -> tuple[Image.Image, Mask]:
    """The level below which the fine scan of a page is ink, place by place.

    *even* is the ``dark_channel`` of its look, evened by *light*. And where there is anything at
    all. The light is not divided out of the fine scan but multiplied into its limit, which has
    a quarter of the pixels or less.
    """
    levels = np.asarray(even)
    limit, anything = _limit(255 - levels), levels < 255 - _GRAIN
    if light is None:
        return Image.fromarray(limit), anything
    white = light.channel(even.size, min(1, light.levels.shape[2] - 1))
    return Image.fromarray((white * limit).astype(np.uint8)), anything


def inked(contrast: Bytes) -> Mask:
    """Where there is ink on a look."""
    ink: Mask = 255 - contrast < _limit(contrast)
    return ink


def _limit(contrast: Bytes) -> Bytes:
    half = np.arange(256) * _HALF
    table = (255 - np.maximum(FAINTEST, np.round(half))).astype(np.uint8)
    limit: Bytes = table[_darkest_around(contrast, _BESIDE_PX)]
    return limit


def ink_in(
    fine: Image.Image, limit: Image.Image, box: tuple[int, int, int, int] | None = None
) -> Image.Image:
    """Where *fine* (L) is darker than *limit*, which is made as large (mode 1).

    Beyond *box* there is none: margins need not be looked at.
    """
    left, top, right, bottom = box or (0, 0, *fine.size)
    across, down = limit.width / fine.width, limit.height / fine.height
    bits = np.zeros((fine.height, (fine.width + 7) // 8), dtype=np.uint8)
    for first in range(top, bottom, _STRIP):
        last = min(bottom, first + _STRIP)
        part = (left * across, first * down, right * across, last * down)
        # steps, not slopes: the limit changes slowly, and this takes an eighth of the time
        near = limit.resize((right - left, last - first), Image.Resampling.NEAREST, box=part)
        dark = np.zeros((last - first, fine.width), dtype=np.bool_)
        levels = np.asarray(fine.crop((left, first, right, last)))
        np.less(levels, np.asarray(near), out=dark[:, left:right])
        bits[first:last] = np.packbits(dark, axis=1)
    return Image.frombytes("1", fine.size, bits.tobytes())


def inks_of(even: Image.Image, known: Kinds | None = None) -> Inks:
    """The inks on an evened look; *known* are its ``kinds_of``."""
    if even.mode == "L":
        return NO_INKS
    kinds, where, index = known or kinds_of(even)
    red, green, blue = (np.asarray(band).ravel() for band in even.split())
    pixels = _Pixels((red, green, blue), np.minimum(np.minimum(red, green), blue))
    black = pixels.heart(np.flatnonzero(pixels.low < 255 - FAINTEST), Ink.BLACK)
    if not (index % 3).any():
        return Inks(None, (black, (0, 0, 0), (0, 0, 0)))
    reds, blues = (
        pixels.heart(where[index == number], ink) for number, ink in ((1, Ink.RED), (2, Ink.BLUE))
    )
    pale = np.maximum(np.maximum(red, green), blue).reshape(kinds.shape) >= _PALE
    part = slice(max(0, int(where[0] // even.width) - 1), int(where[-1] // even.width) + 2)
    kinds = kinds.copy()
    kinds[part] = _with_fringes(kinds[part], pale[part])
    return Inks(Image.fromarray(kinds), (black, reds, blues))


def _with_fringes(kinds: Bytes, pale: Mask) -> Bytes:
    """*kinds*, pale points beside red or blue its own: a stroke's soft edge has lost its colour.

    Without that it would be black, and each coloured stroke have a torn black rim.
    """
    inked = np.pad(np.where(kinds < _OTHER, kinds, 0), 1)
    across = np.maximum(inked[1:-1, 2:], inked[1:-1, :-2])
    beside = np.maximum(np.maximum(inked[2:, 1:-1], inked[:-2, 1:-1]), across)
    return np.where(pale & (kinds == 0), beside, kinds)


class Kinds(NamedTuple):
    """Which ink each pixel would be, were it inked."""

    each: Bytes  # an index into ``Ink``
    where: npt.NDArray[np.intp]  # the coloured ones in reading order
    which: Bytes  # of these


def kinds_of(colors: Image.Image) -> Kinds:
    """The kinds of *colors* (RGB)."""
    bands = colors.split()
    high = ImageChops.lighter(bands[0], ImageChops.lighter(bands[1], bands[2]))
    low = ImageChops.darker(bands[0], ImageChops.darker(bands[1], bands[2]))
    vivid = np.asarray(ImageChops.subtract(high, low)).ravel()
    where = np.flatnonzero(vivid > _LEAST_CHROMA)
    chroma = vivid[where].astype(np.int16)
    depth = 255 - np.asarray(low).ravel()[where].astype(np.int16)
    # thousands do not fit 16 bits, so the shares are said in twentieths
    colored = 20 * chroma > _COLORED_20 * depth
    where, chroma = where[colored], chroma[colored]
    red, green, blue = (np.asarray(band).ravel()[where].astype(np.int16) for band in bands)
    warm = red - np.maximum(green, blue)
    is_red = (20 * warm > 12 * chroma) & (20 * np.abs(green - blue) < 9 * chroma)
    is_blue = (20 * (blue - red) > 10 * chroma) & (blue >= green)
    index = np.where(is_red, 1, np.where(is_blue, 2, 3)).astype(np.uint8)
    kinds = np.zeros(vivid.size, dtype=np.uint8)
    kinds[where] = index
    return Kinds(kinds.reshape(colors.height, colors.width), where, index)


def stencils(ink: Image.Image, inks: Inks) -> Iterator[Stencil]:
    """The plates of *ink* that are not empty, black first. One at a time: each is a whole page."""
    if inks.kinds is None:
        yield Stencil(Ink.BLACK, ink, inks.colors[0])
        return
    black, empty = ink, True
    colored = _spread(inks.kinds, (1, 2), ink.size)
    if colored is not None:
        box, here = colored
        black = ink.copy()
        black.paste(0, box, here)
    for index, name in enumerate((Ink.BLACK, Ink.RED, Ink.BLUE)):
        mask = black if name is Ink.BLACK else _only(ink, inks.kinds, index)
        if mask is not None and mask.getbbox() is not None:
            yield Stencil(name, mask, inks.colors[index])
            empty = False
    if empty:
        yield Stencil(Ink.BLACK, ink, inks.colors[0])


def _only(ink: Image.Image, kinds: Image.Image, kind: int) -> Image.Image | None:
    """*ink* where the look says *kind*; None where it nowhere does."""
    found = _spread(kinds, (kind,), ink.size)
    if found is None:
        return None
    box, here = found
    mask = Image.new("1", ink.size)
    mask.paste(ImageChops.logical_and(here, ink.crop(box)), box)
    return mask


def _spread(
    kinds: Image.Image, wanted: tuple[int, ...], size: tuple[int, int]
) -> tuple[tuple[int, int, int, int], Image.Image] | None:
    """Where the look has *wanted* kinds, drawn as large as a page of *size* (mode 1).

    Only within the box around them: a seal and a signature are a small part of a page.
    """
    here = kinds.point([255 * (kind in wanted) for kind in range(256)])
    around = here.getbbox()
    if around is None:
        return None
    across, down = kinds.width / size[0], kinds.height / size[1]
    left, top = int(around[0] / across), int(around[1] / down)
    right = min(size[0], int(around[2] / across) + 1)
    bottom = min(size[1], int(around[3] / down) + 1)
    part = (left * across, top * down, right * across, bottom * down)
    grown = here.resize((right - left, bottom - top), Image.Resampling.NEAREST, box=part)
    return (left, top, right, bottom), grown.point(_AS_IT_IS, "1")


def stencils_of(even: Image.Image, dpi: int, *, colors: bool = True) -> Iterator[Stencil]:
    """``stencils`` of a page that is straight and even already."""
    dark = dark_channel(even)
    times = max(1, round(dpi / _LOOK_DPI))
    limit, _ = limits(dark.reduce(times), None)
    return stencils(ink_in(dark, limit), inks_of(even.reduce(times)) if colors else NO_INKS)


def _darkest_around(depth: Bytes, reach: int) -> Bytes:
    """The greatest value within *reach* pixels, by doubling; much faster than a rank filter."""
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (reach, reach)
        wide = np.pad(depth, padding)
        width, wanted = 1, 2 * reach + 1
        while width < wanted:
            shift = min(width, wanted - width)
            near, far = (
                (wide[:-shift], wide[shift:]) if axis == 0 else (wide[:, :-shift], wide[:, shift:])
            )
            wide = np.maximum(near, far)
            width += shift
        depth = wide
    return np.ascontiguousarray(depth)


@dataclass(frozen=True, slots=True)
class _Pixels:
    """Pixels of a picture by their place in reading order."""

    colors: tuple[Bytes, Bytes, Bytes]
    low: Bytes

    def heart(self, where: npt.NDArray[np.intp], ink: Ink) -> Color:
        """The colour of an ink: of the darker half of its pixels."""
        where = where[:: max(1, where.size // _SAMPLES)]
        low = self.low[where]
        where = where[low < 255 - FAINTEST]
        if where.size == 0:
            return (0, 0, 0)
        low = self.low[where]
        where = where[low <= np.median(low)]
        levels = [int(np.median(band[where])) for band in self.colors]
        if ink is Ink.BLACK:
            level = min(*levels, _BLACKEST)
            return (level, level, level)
        return (levels[0], levels[1], levels[2])
