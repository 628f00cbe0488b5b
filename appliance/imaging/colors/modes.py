"""How a page's pixels travel: the cheapest way that still says all the paper says.

``survey`` measures what is on the evened page at 100 dpi, ``ladder`` names the ways from the
best that it deserves down to the floor of its kind, ``plated`` carries one out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageChops

from appliance.core.paper.findings import Kind, PageMode
from appliance.core.paper.plates import Plate, PlatedPage
from appliance.imaging.colors.inks import (
    FAINTEST,
    Kinds,
    Mask,
    Stencil,
    contrast_of,
    inked,
    kinds_of,
    stencils_of,
)
from appliance.imaging.colors.palette import in_colors, nearest_squares, sixteen_colors
from appliance.imaging.colors.paper import Light
from appliance.plates import jpeg_plate, palette_plate, stencil_plate

LOOK_DPI = 100
STENCIL_DPI = 200  # words are read as well as at 300, in two thirds of the bytes
STENCILED = (PageMode.LAYERS, PageMode.BILEVEL)
MM_PER_INCH = 25.4
_DARK = 120  # levels below white: print, ink and seals, whose soft edges are no tint
_A_TENTH = 25  # of a look's pixel being dark is a dot or a thin rule
_SHADE = 24
_BORDER_MM = 3
_PICTURE_MM2 = 60
_TINT = 4  # levels between the channels of pale colour


@dataclass(frozen=True, slots=True)
class Way:
    """One way for a page to travel."""

    mode: PageMode
    resolution_dpi: int
    quality: int = 0  # of a JPEG


@dataclass(frozen=True, slots=True)
class Survey:
    """What is on an evened page, in square millimetres unless said otherwise."""

    ink: float
    faint: float  # away from dark ink: pencil, pale stamps, guilloché, tints, pictures
    tint: float  # pale colour away from dark ink: guilloché, panels
    colored: float
    other: float  # of the coloured: neither red nor blue
    tone: float  # well inside something that is not paper: pictures, panels, solid seals
    off: float  # mean levels from those shades to the nearest of 16 colours; 0 where few

    @property
    def has_pictures(self) -> bool:
        """Shades that sixteen colours cannot show."""
        return self.tone > _PICTURE_MM2 and self.off > 8

    @property
    def has_pale(self) -> bool:
        """What a stencil would lose, or make as black as print."""
        return self.faint > 6 or self.tint > 30 or self.other > 6


def dark_marks(fine: Image.Image, light: Light, times: int) -> Image.Image:
    """Where *fine* (L, at its own resolution) is dark, shrunk *times*.

    Thin rules and dotted lines are black, and look grey only from afar.
    """
    gain = light.usual_gain()
    green = gain[256:512] if len(gain) > 256 else gain
    return fine.point([255 * (255 - level > _DARK) for level in green]).reduce(times)


def survey(
    look: Image.Image, dark: Image.Image | None = None, known: Kinds | None = None
) -> Survey:
    """Measure *look*: evened, RGB or L, at about 100 dpi. Its edge is left out: lid may show.

    *dark* is what ``dark_marks`` says of a finer picture; *known* are the look's ``kinds_of``.
    """
    kinds = None if look.mode == "L" else (known or kinds_of(look)).each
    border = round(_BORDER_MM / MM_PER_INCH * LOOK_DPI)
    if min(look.size) > 4 * border:
        box = (border, border, look.width - border, look.height - border)
        look, dark = look.crop(box), dark.crop(box) if dark else None
        kinds = None if kinds is None else kinds[border:-border, border:-border]
    mm2 = (MM_PER_INCH / LOOK_DPI) ** 2
    contrast = contrast_of(look)
    depth = np.asarray(contrast)
    ink = inked(depth)
    near_dark = depth > _DARK
    if dark is not None:
        near_dark |= np.asarray(dark) > _A_TENTH
    alone = ~_grown(near_dark, 3)
    faint = _lumped((depth > FAINTEST) & alone)
    tone = _shrunk(depth > _SHADE, 4)
    if kinds is None:
        return Survey(ink.sum() * mm2, faint.sum() * mm2, 0.0, 0.0, 0.0, tone.sum() * mm2, 0.0)
    shades = float(tone.sum() * mm2)
    strong = ink & (depth > 70)
    return Survey(
        ink=float(ink.sum() * mm2),
        faint=float(faint.sum() * mm2),
        tint=float(_tinted(look, alone).sum() * 4 * mm2),
        colored=float((strong & (kinds > 0)).sum() * mm2),
        other=float((strong & (kinds == 3)).sum() * mm2),
        tone=shades,
        off=_off(look, tone) if shades > _PICTURE_MM2 else 0.0,
    )


def _tinted(look: Image.Image, alone: Mask) -> Mask:
    """Pale colour on its own: guilloché, tinted panels. Bleed-through and shade are grey."""
    half = look.reduce(2)  # a JPEG's colours are coarse
    red, green, blue = half.split()
    high = ImageChops.lighter(red, ImageChops.lighter(green, blue))
    low = ImageChops.darker(red, ImageChops.darker(green, blue))
    chroma = np.asarray(ImageChops.subtract(high, low))
    bare = np.pad(alone, ((0, alone.shape[0] % 2), (0, alone.shape[1] % 2)), mode="edge")
    bare = bare[::2, ::2] & bare[1::2, ::2] & bare[::2, 1::2] & bare[1::2, 1::2]
    return _lumped((chroma > _TINT) & bare)


def _off(look: Image.Image, tone: Mask) -> float:
    """How far the shades inside dark areas are from sixteen colours, in levels."""
    if not tone.any():
        return 0.0
    mapped = sixteen_colors(look)
    there = np.asarray(look)[tone].astype(np.float32)
    return float(np.sqrt(nearest_squares(there, mapped)).mean())


def _grown(mask: Mask, reach: int) -> Mask:
    """All within *reach* pixels, by doubling."""
    for axis in (0, 1):
        wide = np.pad(mask, [(reach, reach) if n == axis else (0, 0) for n in (0, 1)])
        width = 1
        while width < 2 * reach + 1:
            step = min(width, 2 * reach + 1 - width)
            near, far = (
                (wide[:-step], wide[step:]) if axis == 0 else (wide[:, :-step], wide[:, step:])
            )
            wide = near | far
            width += step
        mask = wide
    return mask


def _shrunk(mask: Mask, reach: int) -> Mask:
    return ~_grown(~mask, reach)


def _lumped(mask: Mask) -> Mask:
    """Without lone pixels: those are specks and noise."""
    around = np.pad(mask, 1).astype(np.uint8)
    around = around[:-2] + around[1:-1] + around[2:]
    around = around[:, :-2] + around[:, 1:-1] + around[:, 2:]
    lumps: Mask = mask & (around > 2)  # three of nine
    return lumps


BLANK_WAYS = (Way(PageMode.BILEVEL, STENCIL_DPI),)


def ladder(kind: Kind, seen: Survey | None) -> tuple[Way, ...]:
    """The ways for a page, dearest first and the floor last. The first is the one it deserves."""
    if kind is Kind.ID_CARD:  # its QR needs 300 dpi
        return (Way(PageMode.FULL, 300, 75), Way(PageMode.FULL, 300, 60))
    if kind is Kind.PHOTO or seen is None:
        return (
            Way(PageMode.FULL, 300, 75),
            Way(PageMode.FULL, 200, 75),
            Way(PageMode.FULL, 200, 60),
            Way(PageMode.FULL, 150, 60),
        )
    clean = (
        Way(PageMode.CLEAN, 200, 60),
        Way(PageMode.CLEAN, 200, 45),
        Way(PageMode.CLEAN, 150, 50),
    )
    if seen.has_pictures:
        return clean
    sixteen = (Way(PageMode.PALETTE, 200), Way(PageMode.PALETTE, 150))
    if kind is Kind.CERTIFICATE:  # somebody says that its pattern matters
        return (*clean[:2], *sixteen)
    if seen.has_pale:
        return sixteen
    mode = PageMode.LAYERS if seen.colored > 1 else PageMode.BILEVEL
    return (Way(mode, STENCIL_DPI),)


def plated(even: Image.Image, way: Way, dpi: int, size_mm: tuple[float, float]) -> PlatedPage:
    """*even*, at *dpi* (the way's or less), coded; its paper is evened unless the mode is full.

    Stencils of a coarse scan are cut at the way's resolution all the same: between two grey
    pixels an edge has a place, and a stencil has no grey to say so.
    """
    if way.mode not in STENCILED:
        return PlatedPage(*size_mm, (_plate(even, way),), way.mode, dpi)
    if dpi < way.resolution_dpi:
        ratio = way.resolution_dpi / dpi
        larger = (round(even.width * ratio), round(even.height * ratio))
        even, dpi = even.resize(larger, Image.Resampling.BICUBIC), way.resolution_dpi
    cut = stencils_of(even, dpi, colors=way.mode is PageMode.LAYERS)
    return stenciled(cut, replace(way, resolution_dpi=dpi), size_mm)


def stenciled(cut: Iterable[Stencil], way: Way, size_mm: tuple[float, float]) -> PlatedPage:
    """The plates of a page that was *cut* apart; taken one at a time."""
    plates = tuple(stencil_plate(one.mask, one.color) for one in cut)
    return PlatedPage(*size_mm, plates, way.mode, way.resolution_dpi)


def _plate(even: Image.Image, way: Way) -> Plate:
    if way.mode is PageMode.PALETTE:
        picture = even if even.mode == "RGB" else even.convert("RGB")
        colors = sixteen_colors(picture)
        indices = in_colors(picture, colors)
        return palette_plate(indices.tobytes(), even.size, colors.astype(np.uint8).tobytes())
    if way.mode is PageMode.GRAY:
        even = even.convert("L")
    # thin blue strokes lose a sixth of their colour at 4:2:0; 4:2:2 costs one byte in twenty
    return jpeg_plate(even, way.quality, "4:2:2" if way.mode is PageMode.CLEAN else "4:2:0")
