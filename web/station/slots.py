"""The slots of a dossier as the page shows them: each page with what cleaning found on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from appliance.core.dossiers.dossier import Page, travelling
from appliance.core.forms.procedure import Slot
from appliance.core.paper.findings import Kind
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.pages.card_sides import side_of
from appliance.desk.pages.paper_size import PaperSize, size_so_far
from appliance.wording.findings import Advice, advice_for
from web.station.here import point
from web.station.speech import said


@dataclass(frozen=True, slots=True)
class ShownPage:
    """One scanned side in its place, and the sentences beside it."""

    page: Page
    number: int  # in its slot, from 1
    advice: tuple[Advice, ...]  # the severe ones first
    asks_turn: bool  # a person should say which way is up
    name: str  # within a sentence: "trang 2", "mặt sau của thẻ"
    instead_of: int | None = None  # of a supplement: the ward's page whose place it takes

    @property
    def name_at_start(self) -> str:
        """The same as a sentence begins."""
        return self.name[:1].upper() + self.name[1:]

    @property
    def is_severe(self) -> bool:
        """Whether it should be scanned again before the seal."""
        return any(one.severe for one in self.advice)


@dataclass(frozen=True, slots=True)
class ShownSlot:
    """One place for papers, filled or not."""

    slot: Slot
    pages: tuple[ShownPage, ...]
    lacking: bool
    on_desk: bool
    again: int | None  # number of the page that the next press scans again
    size: PaperSize

    @property
    def travelling(self) -> int:
        """How many pages go to the ward."""
        return len(travelling(shown.page for shown in self.pages))

    @property
    def left_out(self) -> int:
        """How many blank pages stay here."""
        return sum(1 for shown in self.pages if shown.page.left_out)

    @property
    def holds_only_cards(self) -> bool:
        """Whether identity cards alone lie where another paper belongs: perhaps a wrong place."""
        title = self.slot.title.casefold()
        sent = travelling(shown.page for shown in self.pages)
        return (
            bool(sent)
            and all(page.kind is Kind.ID_CARD for page in sent)
            and not any(words in title for words in ("căn cước", "tùy thân"))
        )

    @property
    def doubtful(self) -> tuple[ShownPage, ...]:
        """Pages with something to say about them."""
        return tuple(shown for shown in self.pages if shown.advice)


def slots_of(view: DossierView) -> tuple[ShownSlot, ...]:
    """Every slot that is asked for, or holds a page, in the procedure's order."""
    missing = view.missing_slots
    return tuple(
        ShownSlot(
            slot=slot,
            pages=(inside := pages_of(view, slot.key)),
            lacking=slot in missing,
            on_desk=slot.key == view.on_desk_slot,
            again=next((one.number for one in inside if one.page.id == view.replaces), None),
            size=size_so_far(view.pages_in(slot.key)),
        )
        for slot in view.slots
    )


def pages_of(view: DossierView, slot_key: str) -> tuple[ShownPage, ...]:
    """The pages of one slot in reading order."""
    # the ward speaks of its own pages' numbers: those that lie here anew are called otherwise
    inside = view.pages_in(slot_key)
    if not view.dossier.is_supplement:
        return tuple(shown(page, number) for number, page in enumerate(inside, 1))
    named = view.request.pages_of(slot_key) if view.request else ()
    places = iter(() if slot_key in view.plan.whole else named)
    return tuple(
        replace(
            shown(page, number, "fresh"), instead_of=None if page.left_out else next(places, None)
        )
        for number, page in enumerate(inside, 1)
    )


def damaged_of(view: DossierView) -> list[tuple[Slot, ShownPage]]:
    """The pages whose scans the card spoiled, each with its paper; they hold the seal up."""
    return [
        (slot, one)
        for slot in view.slots
        for one in pages_of(view, slot.key)
        if one.page.is_damaged
    ]


def shown(page: Page, number: int, called: str = "number") -> ShownPage:
    """A page with its sentences; nothing is said about a blank one that stays here."""
    side = side_of(point(), page)
    name = said(f"page_name.{side or called}", number=number)
    if page.left_out:
        return ShownPage(page, number, (), asks_turn=False, name=name)
    advice = sorted(map(advice_for, page.warnings), key=lambda one: not one.severe)
    return ShownPage(page, number, tuple(advice), asks_turn=page.auto_turn is None, name=name)
