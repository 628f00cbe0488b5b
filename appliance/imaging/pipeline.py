"""From a scanned image to the things on it, and from each of them to an upright straight page.

``analyse`` looks once, at 100 dpi; ``apply`` draws once, at the wanted resolution. Both take the
same ``Sight``, so that a master is decoded only once.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PIL import Image, ImageStat

from appliance.core.paper.findings import Code, Findings, Item, Kind, Point, Quad, Warn
from appliance.imaging.doubts.blank import OtherSide, find_blank
from appliance.imaging.geometry.layout import layout
from appliance.imaging.geometry.osd import turn_by_osd
from appliance.imaging.geometry.osd_program import OSD_DPI
from appliance.imaging.geometry.sheets import Found, find_items
from appliance.imaging.geometry.sizes import angle_deg, item_of, middle, sides_px
from appliance.imaging.geometry.straighten import Lean, darkness, lean_of
from appliance.imaging.geometry.turning import quick_turn
from appliance.imaging.sight import Sight, sight_of

_INSET_MM = 2.5  # a sheet's own edge and shadow are straight lines too, and no writing
_PRINT = 3.7  # confidence of a lean: handwriting had up to 2.9, print 4.6 and more
_BY_HAND_DEG = 1.0
_MUCH_POINTS = 1500  # a signature or a line in pencil had up to 370, a letter by hand 8500
_CROOKED_DEG = 5.0  # more than a feeder does by itself: a person should look
_PAGE_MM = 140.0
_STRAIGHT_ENOUGH_DEG = 0.25  # for telling which way is up
_RIM_TIMES = 0.4  # the rim of a whole image may hold a feeder's border, 6 mm wide
_WRITING_LEVELS = 40
_SPECK_PX = 30
_FILLS = 0.93  # of the image's sides
_STRAIGHT_DEG = 0.04  # as in ``straighten``: nobody sees it, and turning costs sharpness


def analyse(
    master: bytes | Image.Image | Sight,
    dpi: float,
    kind: Kind = Kind.AUTO,
    other: OtherSide | None = None,
    quad: Quad | None = None,
) -> list[Findings]:
    """What lies on *master*, one Findings per item, in reading order; never an empty list.

    Coordinates are pixels of the upright master whatever was decoded. *other* is the other
    side of the sheet; of several things on the glass nobody knows whose other side it is.
    *quad* says where the only thing of interest lies; nothing else is looked for then.

    Raises:
        PageDamaged: *master* cannot be decoded on this board.
    """
    sight = sight_of(master, dpi)
    scale = sight.look.width / sight.image.width * sight.times  # of the look over the master
    lean = _lean_of_all(sight)
    if quad is None:
        things = find_items(sight.look, sight.look_dpi, lean.angle_deg if _is_told(lean) else None)
    else:
        things = [Found(item_of(_grown(quad, scale), sight.look_dpi), (True, True, True, True))]
    alone = len(things) == 1
    behind = other if alone else None
    known = lean if alone and _fills(things[0].item.quad, sight.look.size) else None
    judged = [_judged(sight, found, kind, behind, known) for found in things]
    return [in_pixels(found, 1 / scale) for found in judged]


def apply(
    master: bytes | Image.Image | Sight, source_dpi: float, found: Findings, dpi: float
) -> Image.Image:
    """The item upright, straight and at its true size with *dpi*; colours untouched.

    L or RGB as the master is. *source_dpi* is the master's; the result is never blown up
    beyond it, so its own dpi is the lesser of the two.

    Raises:
        PageDamaged: *master* cannot be decoded on this board.
    """
    sight = sight_of(master, source_dpi, full_dpi=round(dpi))
    plan = layout(in_pixels(found, sight.times), sight.dpi, min(dpi, source_dpi))
    return plan.drawn(sight.image, paper_of(sight.look))


def with_osd(master: bytes | Image.Image | Sight, source_dpi: float, found: Findings) -> Findings:
    """*found* with tesseract's opinion where the quick test was unsure. Takes a second or more.

    Raises:
        PageDamaged: *master* cannot be decoded on this board.
    """
    if found.turn is not None:
        return found
    lying = replace(found, turn=0)
    return replace(found, turn=turn_by_osd(apply(master, source_dpi, lying, OSD_DPI)).turn)


def _judged(
    sight: Sight, found: Found, kind: Kind, other: OtherSide | None, known: Lean | None
) -> Findings:
    """*found* with angle and turn, in pixels of the look; *known* is how its print leans there.

    Print says more exactly than edges how a page leans, and may be crooked on its paper; so it
    is asked first, and the edges where there is none.
    """
    item = found.item if kind is Kind.AUTO else replace(found.item, kind=kind)
    edge_deg = angle_deg(item.quad)
    first = Findings(item, edge_deg, None)
    blank = find_blank(sight.look, sight.look_dpi, item.quad, other)
    if blank.is_blank:
        return replace(first, turn=0, blank=blank)
    if item.kind in (Kind.ID_CARD, Kind.PHOTO):
        return replace(first, blank=blank)  # what is printed on a card does not turn it
    look = sight.look.convert("L")
    if known is not None and known.confidence >= _PRINT and known.sure:
        correction = known.angle_deg - edge_deg
        if abs(correction) <= _STRAIGHT_DEG:
            correction = 0.0
        gray = _straight(look, first, edge_deg + correction, sight.look_dpi)
    else:
        gray = _straight(look, first, edge_deg, sight.look_dpi)
        small = not found.whole and not _is_page(item)  # a photo's hair makes lines, its edges tell
        correction = 0.0 if small else _correction(gray, edges_seen=not found.whole)
        if abs(correction) > _STRAIGHT_ENOUGH_DEG:
            paper = paper_of(gray)[0]
            gray = gray.rotate(correction, Image.Resampling.BILINEAR, fillcolor=paper)
    angle = edge_deg + correction
    if found.whole and correction:
        item = _leaning_with_its_print(item, angle, sight)
    crooked = (Warn("very-crooked"),) if abs(angle) > _CROOKED_DEG and _is_page(item) else ()
    return Findings(item, angle, quick_turn(gray).turn, blank, warnings=crooked)


def _straight(look: Image.Image, first: Findings, angle: float, dpi: float) -> Image.Image:
    plan = layout(replace(first, angle_deg=angle), dpi, dpi)
    return _without_rim(plan.drawn(look, paper_of(look), quick=True), dpi)


def _correction(gray: Image.Image, *, edges_seen: bool) -> float:
    lean = _lean(gray)
    likely = _BY_HAND_DEG <= abs(lean.correction_deg) <= _CROOKED_DEG
    if not _is_told(lean) or (lean.confidence < _PRINT and (edges_seen or not likely)):
        return 0.0  # handwriting wanders more than paper is laid crooked
    return lean.correction_deg


def _is_told(lean: Lean) -> bool:
    """Whether lines of print or many lines by hand say this, and not a signature."""
    return lean.sure and (lean.confidence >= _PRINT or lean.points >= _MUCH_POINTS)


def _fills(quad: Quad, size: tuple[int, int]) -> bool:
    """Whether the whole image is as good as the sheet: no lid's edge leans in it too."""
    wide, high = sides_px(quad)
    return wide >= _FILLS * size[0] and high >= _FILLS * size[1]


def _is_page(item: Item) -> bool:
    """A sheet that is laid or fed straight on purpose, unlike a card or a photo on the glass."""
    return min(item.width_mm, item.height_mm) > _PAGE_MM


def _lean_of_all(sight: Sight) -> Lean:
    """How the print on the image leans as a whole; unsure when it holds none or many leans."""
    return _lean(_without_rim(sight.look.convert("L"), sight.look_dpi / _RIM_TIMES))


def _lean(gray: Image.Image) -> Lean:
    """The lean of the lines, whether they run across or up and down."""
    across = lean_of(gray)
    if across.confidence >= _PRINT:
        return across
    return max(across, lean_of(gray.transpose(Image.Transpose.ROTATE_90)), key=_clearness)


def _clearness(lean: Lean) -> tuple[bool, float]:
    return lean.sure, lean.confidence


def _leaning_with_its_print(item: Item, angle: float, sight: Sight) -> Item:
    """A sheet whose edges nobody saw, taken to lean as its print does.

    It keeps lying as the image does where that would cut off anything: then the print is
    crooked on the paper, or the paper is larger than the scan.
    """
    leaning = _around(middle(item.quad), sight.look.size, angle)
    dark = darkness(sight.look.convert("L")) > _WRITING_LEVELS
    rim = round(1.5 * sight.look_dpi / 25.4)
    dark[:rim] = dark[-rim:] = False
    dark[:, :rim] = dark[:, -rim:] = False
    y, x = np.nonzero(dark)
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    (mx, my), (wide, high) = middle(item.quad), sight.look.size
    u, v = (x - mx) * c + (y - my) * s, (y - my) * c - (x - mx) * s
    lost = np.count_nonzero((np.abs(u) > wide / 2) | (np.abs(v) > high / 2))
    return item if lost > _SPECK_PX else replace(item, quad=leaning)


def _around(at: Point, size: tuple[int, int], angle: float) -> Quad:
    """A quad of *size* around *at*, leaning clockwise by *angle* degrees."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    w, h = size[0] / 2, size[1] / 2
    corners = [
        (at[0] + u * c - v * s, at[1] + u * s + v * c)
        for u, v in ((-w, -h), (w, -h), (w, h), (-w, h))
    ]
    return corners[0], corners[1], corners[2], corners[3]


def _without_rim(gray: Image.Image, dpi: float) -> Image.Image:
    rim = round(_INSET_MM * dpi / 25.4)
    if min(gray.size) < 4 * rim:
        return gray
    return gray.crop((rim, rim, gray.width - rim, gray.height - rim))


def paper_of(look: Image.Image) -> tuple[int, ...]:
    """The commonest level of each channel: what to put where the scan has nothing."""
    return tuple(int(level) for level in ImageStat.Stat(look).median)


def in_pixels(found: Findings, times: float) -> Findings:
    """*found* in an image *times* as large."""
    codes = tuple(
        Code(code.kind, code.payload, _grown(code.quad, times) if code.quad else None)
        for code in found.codes
    )
    item = replace(found.item, quad=_grown(found.item.quad, times))
    return replace(found, item=item, codes=codes)


def _grown(quad: Quad, times: float) -> Quad:
    a, b, c, d = ((x * times, y * times) for x, y in quad)
    return a, b, c, d
