"""One input page becomes the things on it, each understood and ready to travel."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from appliance.core.paper.findings import (
    TURN_UNSURE,
    Code,
    Findings,
    Kind,
    Point,
    Quad,
    Warn,
    with_places_turned,
)
from appliance.core.paper.plates import PlatedPage
from appliance.imaging.codes import find_codes
from appliance.imaging.coding import Draft, coded, dark_on, drafted, look_of, size_mm
from appliance.imaging.colors.inks import Kinds, kinds_of
from appliance.imaging.colors.modes import BLANK_WAYS, Way, ladder, survey
from appliance.imaging.colors.paper import Light, light_on
from appliance.imaging.doubts.blank import OtherSide
from appliance.imaging.doubts.trouble import find_troubles
from appliance.imaging.formats.opening import Opened, open_page
from appliance.imaging.geometry.sheets import whole_image
from appliance.imaging.geometry.sizes import item_of, middle
from appliance.imaging.picture import picture_of
from appliance.imaging.pipeline import analyse, in_pixels, with_osd
from appliance.imaging.sight import Sight, as_decoded, sight_of
from appliance.plates import shown

if TYPE_CHECKING:
    from appliance.core.cards.sheet import CardLook

_log = logging.getLogger(__name__)

Open = Callable[[], Sight]
"""Gives the master anew each time: a page is not held in memory between two looks."""


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
        sight = self.open_master()
        found, sight = in_pixels(self.found, sight.times), as_decoded(sight)
        look = look_of(sight, found)
        if self.light is not None:
            look = self.light.evened(look)
        draft = drafted(sight, found, look, self.light, way)
        del sight
        self.plated = coded(draft)
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
    if opened.was_text:
        warnings = (*warnings, Warn("was-text"))
    sight, quad, more = _sight(opened, kind)
    if opened.as_stored and not opened.from_camera:
        sight = replace(sight, scan=source.read_bytes)
    times = opened.times
    del opened  # 26 MB a page: nothing is held longer than it is needed
    kept = [sight]
    del sight

    def open_master() -> Sight:
        return kept.pop() if kept else _sight(open_page(source, number), kind)[0]

    page = clean_page(open_master, kind, keep_blank=keep_blank)
    quads = [_shrunk(quad or known, times) for known in page.quads]
    warnings = (*warnings, *with_places_turned(more, page.items[0].found.turn or 0))
    spent = time.monotonic() - began
    return CleanInput(page.items, quads, spent, source=source, number=number, warnings=warnings)


def clean_page(
    open_master: Open,
    kind: Kind = Kind.AUTO,
    *,
    keep_blank: bool = False,
    only: int | None = None,
    turn: int | None = None,
    ask_osd: bool = True,
    other: OtherSide | None = None,
    quad: Quad | None = None,
) -> CleanPage:
    """Understand one master and code everything on it in the cheapest honest way.

    *open_master* is called once now, and again whenever an item must grow smaller; for the bytes
    of a scan it is ``lambda: sight_of(master, dpi)``. A blank side is found out and, without
    *keep_blank*, not coded. Where the quick test cannot tell which way up a page is, *turn* says
    it; without that tesseract is asked if it is there and *ask_osd*; then a warning asks a
    person. *only* is the number of the one thing that is wanted, *other* the sheet's other side.
    *quad*, in pixels of the upright master, says where the one thing lies: nothing is searched.

    Raises:
        IndexError: there is no thing of number *only* any more.
        PageDamaged: the master cannot be decoded on this board.
    """
    began = time.monotonic()
    sight = open_master()
    times, sight = sight.times, as_decoded(sight)
    done = CleanPage()
    lying = _analysed(sight, kind, other, quad and _shrunk(quad, 1 / times))
    understood = []
    for found in lying if only is None else [lying[only]]:
        known, card = _as_card(sight, found)
        if known.turn is None and card is None:
            known = replace(known, turn=turn)
        if not known.warnings:
            known = replace(known, warnings=_troubles(sight, known))
        if known.turn is None and card is None and (keep_blank or not known.blank.is_blank):
            known = _asked(with_osd(sight, sight.dpi, known) if ask_osd else known)
        understood.append(_understood(sight, known, card, keep_blank=keep_blank))
    drafts = [_draft(sight, item) for item in understood]
    del sight  # 35 MB a page: nothing is held longer than it is needed
    drafts.reverse()
    for item in understood:
        found = in_pixels(item.found, 1 / times)
        plated = _plated(item, drafts.pop())
        done.items.append(CleanItem(found, item.ways, plated, item.light, open_master, item.card))
        done.quads.append(found.item.quad)
    done.seconds = time.monotonic() - began
    return done


def preview_of(page: PlatedPage, long_side_px: int = 1000) -> bytes:
    """A JPEG for the screen of what will be sent; a blank side that was not coded is white."""
    if any(plate.place for plate in page.plates):
        picture = picture_of(page, page.resolution_dpi, "RGB")
    elif page.plates:
        picture = shown(page.plates)
    else:
        wide, high = (max(1, round(side * 4)) for side in (page.width_mm, page.height_mm))
        picture = Image.new("L", (wide, high), 255)
    picture.thumbnail((long_side_px, long_side_px), Image.Resampling.BOX, reducing_gap=1.0)
    out = BytesIO()
    picture.save(out, "JPEG", quality=70, optimize=True)
    return out.getvalue()


class _Understood(NamedTuple):
    """One item before it is coded; in pixels of the sight."""

    found: Findings
    ways: tuple[Way, ...]
    look: Image.Image | None  # straight and even; None: it is blank and not kept
    light: Light | None
    card: CardLook | None
    ready: PlatedPage | None = None  # the scanner's own pixels, passed on
    kinds: Kinds | None = None  # of *look*


def _analysed(
    sight: Sight, kind: Kind, other: OtherSide | None, quad: Quad | None
) -> list[Findings]:
    """What lies there; the whole picture as it is when looking at it failed: no page is lost."""
    try:
        return analyse(sight, sight.dpi, kind, other, quad)
    except (ArithmeticError, IndexError, TypeError, ValueError):
        _log.exception("a page was not understood and stays as it is")
        whole = item_of(quad, sight.dpi) if quad else whole_image(sight.image.size, sight.dpi).item
        return [Findings(replace(whole, kind=kind), warnings=(Warn("not-understood"),))]


def _sight(opened: Opened, kind: Kind) -> tuple[Sight, Quad | None, tuple[Warn, ...]]:
    """A scan as it is; of a photograph the sheet, cut out and flat."""
    if not opened.from_camera:
        return sight_of(opened.image, opened.dpi), None, ()
    from appliance.imaging.photos.photo import photo_of, sheet_in  # noqa: PLC0415  few are photos

    sheet = sheet_in(photo_of(opened.image), Kind.FORM if kind is Kind.AUTO else kind)
    sight = sight_of(sheet.image, sheet.resolution_dpi)
    return replace(sight, unlit=sheet.unlit), sheet.quad, sheet.warnings


def _as_card(sight: Sight, found: Findings) -> tuple[Findings, CardLook | None]:
    """*found* turned as its card tells, if it is one."""
    if found.item.kind is not Kind.ID_CARD:
        return found, None
    # 10 MB and a tenth of a second: most papers are no cards
    from appliance.core.cards.sheet import ID1_MM  # noqa: PLC0415
    from appliance.imaging.cards.sides import look_at_card  # noqa: PLC0415

    card = look_at_card(sight.image, found.item.quad, round(sight.dpi))
    item = replace(found.item, quad=card.quad, width_mm=ID1_MM[0], height_mm=ID1_MM[1])
    turn = 0 if card.upright_known else None
    return replace(found, item=item, turn=turn, codes=card.codes), card


def _troubles(sight: Sight, found: Findings) -> tuple[Warn, ...]:
    if sight.unlit is not None:
        from appliance.imaging.doubts.photographed import photo_troubles  # noqa: PLC0415  as above

        return photo_troubles(sight.unlit, sight.look, found.turn or 0, found.item.kind)
    times = sight.look.width / sight.image.width
    quad = _shrunk(found.item.quad, 1 / times)
    return find_troubles(sight.look, sight.look_dpi, quad, found.turn or 0, found.item.kind)


def _shrunk(quad: Quad, times: float) -> Quad:
    a, b, c, d = ((x / times, y / times) for x, y in quad)
    return a, b, c, d


def _asked(found: Findings) -> Findings:
    """With a word to a person where not even tesseract could tell."""
    if found.turn is not None:
        return found
    return replace(found, warnings=(*found.warnings, Warn(TURN_UNSURE)))


def _understood(
    sight: Sight, found: Findings, card: CardLook | None, *, keep_blank: bool
) -> _Understood:
    """In which ways the item may travel, from what its look shows."""
    if found.blank.is_blank and not keep_blank:
        return _Understood(found, BLANK_WAYS, None, None, card)
    look = look_of(sight, found)
    if card is not None and (page := _as_scanned(card, sight)) is not None:
        ways = (Way(page.mode, page.resolution_dpi), *ladder(found.item.kind, None))
        return _Understood(found, ways, look, None, card, page)
    if found.item.kind in (Kind.ID_CARD, Kind.PHOTO):
        return _Understood(found, ladder(found.item.kind, None), look, None, card)
    light = light_on(look)
    if light is None:
        return _Understood(found, ladder(found.item.kind, None), look, None, card)
    look = light.evened(look)
    if found.blank.is_blank:
        return _Understood(found, BLANK_WAYS, look, light, card)
    found = replace(found, codes=_codes_within(sight, found.item.quad))
    kinds = None if look.mode == "L" else kinds_of(look)
    seen = survey(look, dark_on(sight, found, light), kinds)
    return _Understood(found, ladder(found.item.kind, seen), look, light, card, kinds=kinds)


def _draft(sight: Sight, item: _Understood) -> Draft | None:
    if item.ready is not None or item.look is None:
        return None
    return drafted(sight, item.found, item.look, item.light, item.ways[0], item.kinds)


def _plated(item: _Understood, draft: Draft | None) -> PlatedPage:
    if draft is not None:
        return coded(draft)
    if item.ready is not None:
        return item.ready
    way = BLANK_WAYS[0]
    return PlatedPage(*size_mm(item.found), (), way.mode, way.resolution_dpi)


def _as_scanned(card: CardLook, sight: Sight) -> PlatedPage | None:
    """The card with the scanner's own JPEG blocks, where they can be kept."""
    from appliance.imaging.cards.page import CardScan, can_pass, card_as_scanned  # noqa: PLC0415

    side = sight.scan and CardScan(sight.scan(), card, round(sight.dpi))
    return card_as_scanned(side) if side and can_pass(side) else None


def _codes_within(sight: Sight, quad: Quad) -> tuple[Code, ...]:
    """The codes of forms are large, so the rough picture shows them; ``cards`` looks closer."""
    inside = []
    for code in find_codes(sight.rough()):
        if code.quad is None:
            continue
        moved = replace(code, quad=_shrunk(code.quad, 1 / sight.rough_times))
        if _contains(quad, middle(moved.quad or quad)):
            inside.append(moved)
    return tuple(inside)


def _contains(quad: Quad, point: Point) -> bool:
    x, y = point
    sides = zip(quad, quad[1:] + quad[:1], strict=True)
    turns = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) for (ax, ay), (bx, by) in sides]
    return min(turns) >= 0 or max(turns) <= 0
