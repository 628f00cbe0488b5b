"""What goes on which page of the PDF: a sheet has its own, two sides of a card share one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.core.card_sheet import in_order
from appliance.core.findings import Warn
from appliance.core.laid import on_a4
from appliance.core.plates import PlatedPage
from appliance.imaging.cleaning import CleanInput, CleanItem


@dataclass
class Side:
    """One page of the PDF, from one sheet or from one or two sides of a card."""

    source: Path
    number: int
    items: list[CleanItem]
    warnings: tuple[Warn, ...] = ()

    @property
    def plated(self) -> PlatedPage:
        if self.items[0].card is None:
            return self.items[0].plated
        return on_a4([item.plated for item in self.items])

    def shrink(self) -> bool:
        """Down the ladder together: both sides of a card look alike."""
        shrank = [item.shrink() for item in self.items]  # each of them, not up to the first
        return any(shrank)


def sides_of(pages: Sequence[CleanInput], *, keep_blank: bool) -> list[Side]:
    """The pages of the PDF in the order of the inputs; a card's front comes first."""
    sides: list[Side] = []
    cards: list[tuple[CleanInput, CleanItem]] = []
    for page in pages:
        for item in page.items:
            if item.card is not None:
                cards.append((page, item))
                if len(cards) == 2:
                    sides.append(_card_side(cards))
                    cards = []
                continue
            if item.found.blank.is_blank and not keep_blank:
                continue
            if cards:
                sides.append(_card_side(cards))
                cards = []
            sides.append(Side(page.source, page.number, [item]))
    if cards:
        sides.append(_card_side(cards))
    return sides


def _card_side(cards: Sequence[tuple[CleanInput, CleanItem]]) -> Side:
    looks = [item.card for _, item in cards if item.card is not None]
    order, warnings = in_order(looks)
    page, _ = cards[0]
    page.warnings += warnings
    return Side(page.source, page.number, [cards[index][1] for index in order], warnings)
