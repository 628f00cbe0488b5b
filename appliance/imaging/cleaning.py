"""One input page becomes the things on it, each understood and ready to travel."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from appliance.core.card_sheet import ID1_MM, CardLook
from appliance.core.findings import TURN_UNSURE, Findings, Kind, PageMode, Quad, Warn
from appliance.core.plates import PlatedPage
from appliance.imaging.cards.sides import look_at_card
from appliance.imaging.codes import find_codes
from appliance.imaging.colors.modes import (
    BLANK_WAYS,
    LOOK_DPI,
    MM_PER_INCH,
    Way,
    dark_marks,
    ladder,
    plated,
    survey,
)
from appliance.imaging.colors.paper import Light, light_on
from appliance.imaging.doubts.blank import OtherSide
from appliance.imaging.doubts.trouble import find_troubles
from appliance.imaging.formats.opening import Opened, open_page
from appliance.imaging.geometry.sheets import whole_image
from appliance.imaging.photos.photo import photo_of, sheet_in
from appliance.imaging.pipeline import analyse, apply, with_osd
from appliance.imaging.sight import Sight, sight_of
from appliance.plates import shown

FULL_DPI = 300  # no way needs more
_log = logging.getLogger(__name__)
_CODES_DPI = 150  # the codes of forms are large; those of cards are read by ``cards``

Open = Callable[[], Sight]
"""Gives the master anew each time: a page is not held in memory between two looks."""


class Drawn(NamedTuple):
    """One item upright and straight, colours untouched, and its true resolution."""

    image: Image.Image
    dpi: int

    def at(self, dpi: int) -> Drawn:
        """The same at *dpi*, or as it is when it has no more than that."""
        if dpi >= self.dpi:
            return self
        if self.dpi % dpi == 0:
            return Drawn(self.image.reduce(self.dpi // dpi), dpi)
        size = [max(1, round(side * dpi / self.dpi)) for side in self.image.size]
        return Drawn(self.image.resize((size[0], size[1]), Image.Resampling.BICUBIC), dpi)


@dataclass
class CleanItem:
    """One thing on the glass; its pixels as they travel now, and how to make them smaller."""

    found: Findings
    ways: tuple[Way, ...]
    plated: PlatedPage
    light: Light | None
    open_master: Open
    card: CardLook | None = None
    rung: int = 0

    def shrink(self) -> bool:
        """Take the next way down the ladder, from the master; False at the floor."""
        if self.rung + 1 >= len(self.ways):
            return False
        self.rung += 1
        way = self.ways[self.rung]
        drawn = _drawn(self.open_master(), self.found, way.resolution_dpi)
        self.plated = _plated(drawn, self.found, self.light, way)
        return True


@dataclass
class CleanPage:
    """What was on one image, in reading order."""

    items: list[CleanItem] = field(default_factory=list)
    quads: list[Quad] = field(default_factory=list)  # in pixels of the master, upright
    seconds: float = 0.0


@dataclass(kw_only=True)
class CleanInput(CleanPage):
    """One input page of a file and what was on it."""

    source: Path
    number: int  # of the page in its file, from 1
    warnings: tuple[Warn, ...] = ()


def clean_input(
    source: Path, number: int, kind: Kind = Kind.AUTO, *, keep_blank: bool = False
) -> CleanInput:
    """``clean_page`` for one page of a file somebody brought.

    Raises:
        FileError: this page cannot be read; its file's other pages may.
    """
    began = time.monotonic()
    opened = open_page(source, number)
    warnings = () if opened.orientation_known else (Warn("orientation-unknown"),)
    sight, quad, more = _sight(opened, kind)
    times = opened.times
    del opened  # 26 MB a page: nothing is held longer than it is needed
    kept = [sight]
    del sight

    def open_master() -> Sight:
        return kept.pop() if kept else _sight(open_page(source, number), kind)[0]

    page = clean_page(open_master, kind, keep_blank=keep_blank)
    quads = [_shrunk(quad or known, times) for known in page.quads]
    spent = time.monotonic() - began
    return CleanInput(
        page.items, quads, spent, source=source, number=number, warnings=(*warnings, *more)
    )


def clean_page(
    open_master: Open,
    kind: Kind = Kind.AUTO,
    *,
    keep_blank: bool = False,
    only: int | None = None,
    turn: int | None = None,
    ask_osd: bool = True,
    other: OtherSide | None = None,
) -> CleanPage:
    """Understand one master and code everything on it in the cheapest honest way.

    *open_master* is called once now, and again whenever an item must grow smaller; for the bytes
    of a scan it is ``lambda: sight_of(master, dpi)``. A blank side is found out and, without
    *keep_blank*, not coded. Where the quick test cannot tell which way up a page is, *turn* says
    it; without that tesseract is asked if it is there and *ask_osd*; then a warning asks a
    person. *only* is the number of the one thing that is wanted, *other* the sheet's other side.

    Raises:
        IndexError: there is no thing of number *only* any more.
        PageDamaged: the master cannot be decoded on this board.
    """
    began = time.monotonic()
    sight = open_master()
    done = CleanPage()
    drawn: list[tuple[Findings, CardLook | None, Drawn | None]] = []
    lying = _analysed(sight, kind, other)
    for found in lying if only is None else [lying[only]]:
        known, card = _as_card(sight, found)
        if known.turn is None and card is None:
            known = replace(known, turn=turn)
        if not known.warnings:
            known = replace(known, warnings=_troubles(sight, known))
        done.quads.append(known.item.quad)
        if known.blank.is_blank and not keep_blank:
            drawn.append((known, None, None))
            continue
        if known.turn is None and card is None:
            known = _asked(with_osd(sight, sight.dpi, known) if ask_osd else known)
        drawn.append((known, card, _drawn(sight, known, FULL_DPI)))
    del sight
    drawn.reverse()
    while drawn:
        done.items.append(_item(*drawn.pop(), open_master))
    done.seconds = time.monotonic() - began
    return done


def preview_of(page: PlatedPage, long_side_px: int = 1000) -> bytes:
    """A JPEG for the screen of what will be sent; a blank side that was not coded is white."""
    if page.plates:
        picture = shown(page.plates)
    else:
        wide, high = (max(1, round(side * 4)) for side in (page.width_mm, page.height_mm))
        picture = Image.new("L", (wide, high), 255)
    picture.thumbnail((long_side_px, long_side_px), Image.Resampling.BOX, reducing_gap=1.0)
    out = BytesIO()
    picture.save(out, "JPEG", quality=70, optimize=True)
    return out.getvalue()


def _analysed(sight: Sight, kind: Kind, other: OtherSide | None) -> list[Findings]:
    """What lies there; the whole picture as it is when looking at it failed: no page is lost."""
    try:
        return analyse(sight, sight.dpi, kind, other)
    except (ArithmeticError, IndexError, TypeError, ValueError):
        _log.exception("a page was not understood and stays as it is")
        whole = whole_image(sight.image.size, sight.dpi).item
        return [Findings(replace(whole, kind=kind), warnings=(Warn("not-understood"),))]


def _sight(opened: Opened, kind: Kind) -> tuple[Sight, Quad | None, Sequence[Warn]]:
    """A scan as it is; of a photograph the sheet, cut out and flat."""
    if not opened.from_camera:
        return sight_of(opened.image, opened.dpi), None, ()
    sheet = sheet_in(photo_of(opened.image), Kind.FORM if kind is Kind.AUTO else kind)
    return sight_of(sheet.image, sheet.resolution_dpi), sheet.quad, sheet.warnings


def _as_card(sight: Sight, found: Findings) -> tuple[Findings, CardLook | None]:
    """*found* turned as its card tells, if it is one."""
    if found.item.kind is not Kind.ID_CARD:
        return found, None
    card = look_at_card(sight.image, found.item.quad, round(sight.dpi))
    item = replace(found.item, quad=card.quad, width_mm=ID1_MM[0], height_mm=ID1_MM[1])
    turn = 0 if card.upright_known else None
    return replace(found, item=item, turn=turn, codes=card.codes), card


def _troubles(sight: Sight, found: Findings) -> tuple[Warn, ...]:
    times = sight.look.width / sight.image.width
    quad = _shrunk(found.item.quad, 1 / times)
    return find_troubles(sight.look, sight.look_dpi, quad, found.turn or 0, found.item.kind)


def _shrunk(quad: Quad, times: float) -> Quad:
    a, b, c, d = ((x / times, y / times) for x, y in quad)
    return a, b, c, d


def _drawn(sight: Sight, found: Findings, dpi: int) -> Drawn:
    dpi = min(dpi, round(sight.dpi))
    return Drawn(apply(sight, sight.dpi, found, dpi), dpi)


def _asked(found: Findings) -> Findings:
    """With a word to a person where not even tesseract could tell."""
    if found.turn is not None:
        return found
    return replace(found, warnings=(*found.warnings, Warn(TURN_UNSURE)))


def _item(
    found: Findings, card: CardLook | None, drawn: Drawn | None, open_master: Open
) -> CleanItem:
    if drawn is None:
        nothing = PlatedPage(*_size_mm(found), (), PageMode.BILEVEL, FULL_DPI)
        return CleanItem(found, BLANK_WAYS, nothing, None, open_master)
    light = seen = None
    if found.item.kind not in (Kind.ID_CARD, Kind.PHOTO):
        look = drawn.at(LOOK_DPI).image
        light = light_on(look)
        if light is not None and not found.blank.is_blank:
            seen = survey(light.evened(look), dark_marks(drawn.image, look.size))
            codes = find_codes(drawn.at(_CODES_DPI).image.convert("L"))
            found = replace(found, codes=codes)
    ways = BLANK_WAYS if light and found.blank.is_blank else ladder(found.item.kind, seen)
    page = _plated(drawn, found, light, ways[0])
    return CleanItem(found, ways, page, light, open_master, card)


def _plated(drawn: Drawn, found: Findings, light: Light | None, way: Way) -> PlatedPage:
    image, dpi = drawn.at(way.resolution_dpi)
    if light is not None and way.mode is not PageMode.FULL:
        image = light.evened(image)
    return plated(image, way, dpi, _true_size_mm(found, image.size, dpi))


def _true_size_mm(found: Findings, size_px: tuple[int, int], dpi: int) -> tuple[float, float]:
    """The sheet's, which is exact; the picture's where it shows more than the sheet."""
    drawn_mm = (size_px[0] * MM_PER_INCH / dpi, size_px[1] * MM_PER_INCH / dpi)
    sheet_mm = _size_mm(found)
    pixels = 2 * MM_PER_INCH / dpi
    near = all(abs(a - b) < pixels for a, b in zip(drawn_mm, sheet_mm, strict=True))
    return sheet_mm if near else drawn_mm


def _size_mm(found: Findings) -> tuple[float, float]:
    """Of the upright page."""
    size = (found.item.width_mm, found.item.height_mm)
    return size if (found.turn or 0) % 180 == 0 else size[::-1]
