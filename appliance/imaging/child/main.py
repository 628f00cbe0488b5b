"""The cleaning child: orders on stdin, pages on stdout, until stdin closes.

Run as ``python -m appliance.imaging.child.main MEMORY_LIMIT_MB``. It may crash or be killed
at any moment; nothing but the page in its hands is touched by that.
"""

from __future__ import annotations

import logging
import os
import resource
import select
import signal
import sys
from dataclasses import replace
from io import BytesIO

from PIL import Image

from appliance.core.cards.seen import Seen
from appliance.core.errors import PageDamaged
from appliance.core.paper.findings import Kind, Quad, Warn, with_places_turned
from appliance.core.paper.packed import packed
from appliance.core.paper.plates import PlatedPage
from appliance.imaging.child.plain import plain_page
from appliance.imaging.child.small import small_of
from appliance.imaging.child.thrift import be_thrifty, give_back
from appliance.imaging.child.wire import (
    CleanOrder,
    CleanPage,
    CleanThing,
    Refusal,
    pack_answer,
    read_order,
)
from appliance.imaging.cleaning import CleanItem, clean_page, preview_of
from appliance.imaging.doubts.blank import OtherSide
from appliance.imaging.geometry.osd_program import OSD_DPI
from appliance.imaging.geometry.sheets import find_items, whole_image
from appliance.imaging.photos.photo import open_photo, sheet_in
from appliance.imaging.sight import Sight, sight_of
from appliance.plates import shown

_log = logging.getLogger(__name__)
_REST_S = 1.5  # longer than a sheet takes through a feeder
_TURNS = {
    90: Image.Transpose.ROTATE_270,  # ours go clockwise, Pillow's do not
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def cleaned(master: bytes, order: CleanOrder, other: bytes = b"") -> CleanPage:
    """Everything the order asks for; the page as it was scanned where we fail to understand it.

    Raises:
        PageDamaged: *master* is no JPEG, or too large for this board.
    """
    things = _things(master, order, other)
    return tuple(replace(thing, small=small_of(thing.preview)) for thing in things)


def _things(master: bytes, order: CleanOrder, other: bytes) -> CleanPage:
    if order.plain:
        return (_plain(order, master),)
    opening = _Opening(master, order)
    try:
        page = clean_page(
            opening.open,
            order.kind,
            keep_blank=order.keep_blank,
            only=order.item if order.quad is None else None,
            turn=order.turn,
            ask_osd=False,
            other=_other_side(other, order.other_dpi) if other else None,
            quad=opening.quad(),
        )
    except (ArithmeticError, LookupError, TypeError, ValueError):
        _log.exception("a page was not understood and stays as it is")
        return (_plain(order, master, Warn("not-understood")),)
    for item in page.items:
        more = with_places_turned(opening.warnings, item.found.turn or 0)
        item.found = replace(item.found, warnings=(*item.found.warnings, *more))
    return tuple(
        _thing(order, master, number, item)
        for number, item in enumerate(page.items, start=order.item or 0)
    )


class _Opening:
    """The master as it is looked at; of a photograph the sheet, cut out and flat."""

    def __init__(self, master: bytes, order: CleanOrder) -> None:
        self._master, self._order = master, order
        self.warnings: tuple[Warn, ...] = ()  # known once it was opened
        self._opened: list[Sight] = []

    def quad(self) -> Quad | None:
        """Where the wanted thing lies in what ``open`` gives, if that is settled."""
        if not self._order.camera or self._order.quad is None:
            return self._order.quad
        sight = self.open()
        self._opened = [sight]
        return whole_image(sight.image.size, sight.dpi).item.quad  # the rest is cut off already

    def open(self) -> Sight:
        if self._opened:
            return self._opened.pop()
        if not self._order.camera:
            return sight_of(self._master, self._order.resolution_dpi)
        kind = Kind.FORM if self._order.kind is Kind.AUTO else self._order.kind
        sheet = sheet_in(open_photo(self._master), kind, corners=self._order.quad)
        self.warnings = sheet.warnings
        return replace(sight_of(sheet.image, sheet.resolution_dpi), unlit=sheet.unlit)


def _thing(order: CleanOrder, master: bytes, number: int, item: CleanItem) -> CleanThing:
    while item.rung < order.way and item.shrink():
        pass
    asks = order.lying and item.found.turn is None and item.card is None
    thing = _packed(number, item.rung, Seen(item.found, item.card, len(item.ways)), item.plated)
    if not item.plated.plates:  # a person must see how blank it is
        return replace(thing, preview=_glance(order, master))
    return replace(
        thing,
        preview=preview_of(item.plated, order.preview_px) if order.preview_px else b"",
        lying=_lying(item.plated) if asks and item.found.item.kind is not Kind.PHOTO else b"",
    )


def _plain(order: CleanOrder, master: bytes, *warnings: Warn) -> CleanThing:
    turn = order.turn or 0
    seen, page = plain_page(master, order.resolution_dpi, order.way, turn)
    seen = replace(seen, found=replace(seen.found, warnings=warnings))
    thing = _packed(order.item or 0, min(order.way, seen.ways - 1), seen, page)
    return replace(thing, preview=_glance(order, master, turn))


def _glance(order: CleanOrder, master: bytes, turn: int = 0) -> bytes:
    """The whole master for the screen, its colours untouched."""
    if not order.preview_px:
        return b""
    picture = sight_of(master, order.resolution_dpi, full_dpi=100).image
    picture = picture.transpose(_TURNS[turn]) if turn else picture
    picture.thumbnail((order.preview_px, order.preview_px), Image.Resampling.BOX)
    return _jpeg(picture, 70)


def _packed(number: int, way: int, seen: Seen, page: PlatedPage) -> CleanThing:
    return CleanThing(number, way, seen, packed(page), page.size_bytes, page.resolution_dpi)


def _lying(page: PlatedPage) -> bytes:
    """What tesseract is shown."""
    picture = shown(page.plates).convert("L")
    if page.resolution_dpi > OSD_DPI:
        ratio = OSD_DPI / page.resolution_dpi
        wide, high = (max(1, round(side * ratio)) for side in picture.size)
        picture = picture.resize((wide, high), Image.Resampling.BOX)
    return _jpeg(picture, 85)


def _other_side(other: bytes, dpi: int) -> OtherSide | None:
    """None where it does not tell: it is evidence for this side, not what is being cleaned."""
    try:
        sight = sight_of(other, dpi, full_dpi=100)
        things = find_items(sight.look, sight.look_dpi)
        quad = things[0].item.quad if len(things) == 1 else None
        return OtherSide(sight.look, sight.look_dpi, quad)
    except PageDamaged:
        return None
    except Exception:  # too little memory among them: this side alone needs less
        _log.exception("the other side is no evidence")
        return None


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.info = {}
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _next_order() -> tuple[CleanOrder, bytes, bytes] | None:
    """The next order; where none comes at once, memory goes back for a seal or for tesseract."""
    if not select.select([sys.stdin], [], [], _REST_S)[0]:  # nothing is buffered: one at a time
        give_back()
    return read_order(sys.stdin.buffer)


def main() -> None:
    """Serve until stdin closes."""
    limit = int(sys.argv[1]) * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold a citizen's paper
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; it closes stdin
    os.nice(5)  # reading the next sheet comes first
    be_thrifty()
    while (asked := _next_order()) is not None:
        order, master, other = asked
        try:
            answer: CleanPage | Refusal = cleaned(master, order, other)
        except PageDamaged as error:
            answer = Refusal(damaged=True, text=str(error))
        except MemoryError:
            answer = Refusal(damaged=False, text=f"not enough memory within {limit} bytes")
        sys.stdout.buffer.write(pack_answer(answer))
        sys.stdout.buffer.flush()
        del asked, master, other, answer  # while it waits it holds nobody's paper


if __name__ == "__main__":
    main()
