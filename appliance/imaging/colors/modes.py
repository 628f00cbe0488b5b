"""How a page's pixels travel: the cheapest way that still says all the paper says.

``survey`` measures what is on the evened page at 100 dpi, ``ladder`` names the ways from the
best that it deserves down to the floor of its kind, ``plated`` carries one out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from appliance.core.findings import Kind, PageMode
from appliance.core.plates import Plate, PlatedPage
from appliance.imaging.colors.inks import FAINTEST, Mask, contrast_of, ink_kinds, inked, stencils
from appliance.imaging.colors.palette import in_colors, nearest_squares, sixteen_colors
from appliance.plates import jpeg_plate, palette_plate, stencil_plate

LOOK_DPI = 100
STENCILED = (PageMode.LAYERS, PageMode.BILEVEL)
MM_PER_INCH = 25.4
_DARK = 120  # levels below white: print, ink and seals, whose soft edges are no tint
_A_TENTH = 25  # of a look's pixel being dark is a dot or a thin rule
_SHADE = 24
_BORDER_MM = 3
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
    off: float  # mean distance in levels of those shades from the nearest of 16 colours

    @property
    def has_pictures(self) -> bool:
        """Shades that sixteen colours cannot show."""
        return self.tone > 60 and self.off > 8

    @property
    def has_pale(self) -> bool:
        """What a stencil would lose, or make as black as print."""
        return self.faint > 6 or self.tint > 30 or self.other > 6


def dark_marks(drawn: Image.Image, look_size: tuple[int, int]) -> Image.Image:
    """Where *drawn*, at its own resolution, is dark, as an L image of *look_size*.

    Thin rules and dotted lines are black, and look grey only from afar.
    """
    dark = contrast_of(drawn).point([255 * (level > _DARK) for level in range(256)])
    return dark.resize(look_size, Image.Resampling.BOX, reducing_gap=1.0)


def survey(look: Image.Image, dark: Image.Image | None = None) -> Survey:
    """Measure *look*: evened, RGB or L, at about 100 dpi. Its edge is left out: lid may show.

    *dark* is what ``dark_marks`` says of a finer picture.
    """
    border = round(_BORDER_MM / MM_PER_INCH * LOOK_DPI)
    if min(look.size) > 4 * border:
        box = (border, border, look.width - border, look.height - border)
        look, dark = look.crop(box), dark.crop(box) if dark else None
    mm2 = (MM_PER_INCH / LOOK_DPI) ** 2
    contrast = contrast_of(look)
    depth = np.asarray(contrast)
    ink = inked(contrast, LOOK_DPI)
    near_dark = depth > _DARK
    if dark is not None:
        near_dark |= np.asarray(dark) > _A_TENTH
    alone = ~_grown(near_dark, 3)
    faint = _lumped((depth > FAINTEST) & alone)
    tone = _shrunk(depth > _SHADE, 4)
    if look.mode == "L":
        return Survey(ink.sum() * mm2, faint.sum() * mm2, 0.0, 0.0, 0.0, tone.sum() * mm2, 0.0)
    kinds = ink_kinds(look)
    strong = ink & (depth > 70)
    return Survey(
        ink=float(ink.sum() * mm2),
        faint=float(faint.sum() * mm2),
        tint=float(_tinted(look, alone).sum() * mm2),
        colored=float((strong & (kinds > 0)).sum() * mm2),
        other=float((strong & (kinds == 3)).sum() * mm2),
        tone=float(tone.sum() * mm2),
        off=_off(look, tone),
    )


def _tinted(look: Image.Image, alone: Mask) -> Mask:
    """Pale colour on its own: guilloché, tinted panels. Bleed-through and shade are grey."""
    red, green, blue = look.filter(ImageFilter.BoxBlur(1)).split()  # a JPEG's colours are coarse
    high = ImageChops.lighter(red, ImageChops.lighter(green, blue))
    low = ImageChops.darker(red, ImageChops.darker(green, blue))
    chroma = np.asarray(ImageChops.subtract(high, low))
    return _lumped((chroma > _TINT) & alone)


def _off(look: Image.Image, tone: Mask) -> float:
    """How far the shades inside dark areas are from sixteen colours, in levels."""
    if not tone.any():
        return 0.0
    mapped = sixteen_colors(look)
    there = np.asarray(look)[tone].astype(np.float32)
    return float(np.sqrt(nearest_squares(there, mapped)).mean())


def _grown(mask: Mask, reach: int) -> Mask:
    """A blur that reaches *reach* pixels is faster than a rank filter, and as good."""
    blurred = Image.fromarray(mask).convert("L").filter(ImageFilter.BoxBlur(reach))
    grown: Mask = np.asarray(blurred) > 0
    return grown


def _shrunk(mask: Mask, reach: int) -> Mask:
    return ~_grown(~mask, reach)


def _lumped(mask: Mask) -> Mask:
    """Without lone pixels: those are specks and noise."""
    blurred = Image.fromarray(mask).convert("L").filter(ImageFilter.BoxBlur(1))
    lumps: Mask = mask & (np.asarray(blurred) > 80)  # three of nine
    return lumps


BLANK_WAYS = (Way(PageMode.BILEVEL, 300),)


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
    if seen.has_pale or kind is Kind.CERTIFICATE:
        return (Way(PageMode.PALETTE, 200), Way(PageMode.PALETTE, 150))
    mode = PageMode.LAYERS if seen.colored > 1 else PageMode.BILEVEL
    return (Way(mode, 300),)


def plated(even: Image.Image, way: Way, dpi: int, size_mm: tuple[float, float]) -> PlatedPage:
    """*even*, at *dpi* (the way's or less), coded; its paper is evened unless the mode is full.

    Stencils of a coarse scan are cut at the way's resolution all the same: between two grey
    pixels an edge has a place, and a stencil has no grey to say so.
    """
    if way.mode in STENCILED and dpi < way.resolution_dpi:
        ratio = way.resolution_dpi / dpi
        larger = (round(even.width * ratio), round(even.height * ratio))
        even, dpi = even.resize(larger, Image.Resampling.BICUBIC), way.resolution_dpi
    return PlatedPage(*size_mm, _plates(even, replace(way, resolution_dpi=dpi)), way.mode, dpi)


def _plates(even: Image.Image, way: Way) -> tuple[Plate, ...]:
    if way.mode in STENCILED:
        found = stencils(even, way.resolution_dpi, colors=way.mode is PageMode.LAYERS)
        return tuple(stencil_plate(Image.fromarray(one.mask), one.color) for one in found)
    if way.mode is PageMode.PALETTE:
        picture = even.convert("RGB")
        colors = sixteen_colors(picture)
        indices = in_colors(picture, colors)
        return (palette_plate(indices.tobytes(), even.size, colors.astype(np.uint8).tobytes()),)
    if way.mode is PageMode.GRAY:
        even = even.convert("L")
    # thin blue strokes lose a sixth of their colour at 4:2:0; 4:2:2 costs one byte in twenty
    return (jpeg_plate(even, way.quality, "4:2:2" if way.mode is PageMode.CLEAN else "4:2:0"),)
