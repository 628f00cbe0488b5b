"""The pages of a slot as they go into its PDF: clean, as a person wants them, small enough.

What the desk keeps is used as it is; what was not cleaned yet, or must become smaller, is made
by the cleaner from the master.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from appliance.core.cards.laid import on_a4, turned
from appliance.core.cards.seen import seen_of
from appliance.core.cards.sheet import CardLook, in_order, left_over, on_one_page
from appliance.core.dossiers.dossier import Page, travelling
from appliance.core.errors import PageDamaged
from appliance.core.forms.procedure import Slot
from appliance.core.paper.findings import Kind, Quad, Warn
from appliance.core.paper.packed import unpacked
from appliance.core.paper.plates import PlatedPage
from appliance.core.paper.rendition import PLAIN_WAYS
from appliance.core.paper.text_layer import TextLayer
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.pages.cleaning import order_for
from appliance.desk.point import Point
from appliance.imaging.child.wire import CleanOrder, CleanPage, CleanThing
from appliance.store.dossier import dossiers

Clean = Callable[[bytes, CleanOrder], CleanPage]
"""``Cleaner.clean``: a master and what is wanted of it."""

Read = Callable[[str], bytes]
"""A page file of the dossier, decrypted."""


@dataclass
class _Thing:
    """One thing on a glass, as it is now."""

    page: PlatedPage
    order: CleanOrder  # how it was made
    ways: int
    turn: int  # a person's
    master: Callable[[], bytes]
    clean: Clean
    card: CardLook | None = None
    text: TextLayer | None = None

    @property
    def plated(self) -> PlatedPage:
        page = turned(self.page, self.turn)
        return replace(page, text=self.text) if self.text else page

    def shrink(self) -> bool:
        if self.order.way + 1 >= self.ways:
            return False
        order = replace(self.order, way=self.order.way + 1)
        try:
            (thing,) = self.clean(self.master(), order)
        except PageDamaged:
            return False  # what is kept of it is good, and stays
        self.page, self.order = thing.plated, order
        return True


@dataclass
class Side:
    """One page of the PDF: a sheet, or one or two sides of a card."""

    things: list[_Thing] = field(default_factory=list)

    @property
    def plated(self) -> PlatedPage:
        """As it is now."""
        pages = [thing.plated for thing in self.things]
        return pages[0] if self.things[0].card is None else on_a4(pages)

    def shrink(self) -> bool:
        """Down the ladder together: both sides of a card look alike."""
        shrank = [thing.shrink() for thing in self.things]  # each of them, not up to the first
        return any(shrank)


def sides_of(pages: Sequence[Page], read: Read, clean: Clean) -> list[Side]:
    """The pages of the PDF in reading order; two sides of a card share one, front first.

    Pages that look blank are left out, except what nobody has seen to be blank yet.

    Raises:
        PageDamaged: a page cannot be made even as it was scanned.
    """
    things = (thing for page in travelling(pages) for thing in _things(page, read, clean))
    return [_side(together) for together in on_one_page(things, lambda thing: thing.card)]


def card_doubts(point: Point, view: DossierView) -> tuple[tuple[Slot, Warn], ...]:
    """What a person should look at in the cards of each slot, before the seal.

    Opens what was seen of every card: for the check page, not for one that is drawn each second.
    """
    with point.database.reading() as connection:
        desk_key = dossiers.row_of(connection, view.dossier.id).desk_key

    def read(name: str) -> bytes:
        return point.vault.open(point.pages.read(name), desk_key)

    return tuple(
        (slot, warn) for slot in view.slots for warn in _doubts(view.pages_in(slot.key), read)
    )


def _doubts(pages: Sequence[Page], read: Read) -> tuple[Warn, ...]:
    found: dict[Warn, None] = {}
    looks = (_card_on(page, read) for page in pages if not page.left_out)
    sheets = [
        [look for look in together if look is not None]
        for together in on_one_page(looks, lambda look: look)
    ]
    for sheet in sheets:
        found |= dict.fromkeys(in_order(sheet)[1])
    found |= dict.fromkeys(left_over(sheets))
    return tuple(warn for warn in found if warn.code != "card-turn-unsure")  # told at its page


def _card_on(page: Page, read: Read) -> CardLook | None:
    if page.kind is Kind.ID_CARD and page.findings and not page.plain:
        with suppress(PageDamaged):  # its picture will be missed where it is shown
            return seen_of(read(page.findings)).card
    return None


def _side(things: list[_Thing]) -> Side:
    cards = [thing.card for thing in things if thing.card is not None]
    return Side([things[index] for index in in_order(cards)[0]] if cards else things)


def _things(page: Page, read: Read, clean: Clean) -> Iterator[_Thing]:
    def master() -> bytes:
        return read(page.master)

    if page.rendition is None or page.cleaned_edits != page.edits:
        yield from _made_now(page, master, read, clean)
        return
    try:
        yield _as_kept(page, page.rendition, master, read, clean)
    except PageDamaged:  # the master may be whole
        yield from _made_now(page, master, read, clean)


def _as_kept(
    page: Page, rendition: str, master: Callable[[], bytes], read: Read, clean: Clean
) -> _Thing:
    copy = unpacked(read(rendition), page.rendition_dpi or page.resolution_dpi)
    order = order_for(page, preview_px=0)
    ways, card, text = PLAIN_WAYS, None, None
    if page.findings is None and not page.plain:  # made before pages were plated
        order = replace(order, plain=True, item=page.item, way=1)
    elif page.findings is not None and not page.plain:
        seen = seen_of(read(page.findings))
        order = order_for(page, seen.own, preview_px=0)
        ways, card = seen.ways, seen.card
    if page.text:
        with suppress(PageDamaged):  # a page without words is a good page
            text = TextLayer.from_bytes(read(page.text))
    return _Thing(copy, order, ways, page.turn, master, clean, card, text)


def _made_now(
    page: Page, master: Callable[[], bytes], read: Read, clean: Clean
) -> Iterator[_Thing]:
    """Nobody saw whether it is blank: it goes in. As it was scanned where cleaning fails."""
    order = order_for(page, _own_quad(page, read), preview_px=0)
    try:
        if page.clean_error:
            raise PageDamaged(page.clean_error)
        order = replace(order, keep_blank=True)
        things = clean(master(), order)
    except PageDamaged:
        order = replace(order, plain=True)
        things = clean(master(), order)
    for thing in things:
        order = replace(order, item=thing.item, way=thing.way)
        yield _Thing(
            thing.plated,
            order,
            thing.seen.ways,
            _turn_left(page, thing),
            master,
            clean,
            None if order.plain else thing.seen.card,
        )


def _own_quad(page: Page, read: Read) -> Quad | None:
    if page.findings:
        with suppress(PageDamaged):
            return seen_of(read(page.findings)).own
    return None


def _turn_left(page: Page, thing: CleanThing) -> int:
    """Of a person's turn, what the box has not done itself meanwhile."""
    done = thing.seen.found.turn or 0
    return (page.turn - done + (page.auto_turn or 0)) % 360 if page.turn else 0
