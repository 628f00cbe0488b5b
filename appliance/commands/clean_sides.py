"""What goes on which page of the PDF: a sheet has its own, two sides of a card share one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.core.cards.laid import on_a4
from appliance.core.cards.sheet import in_order, left_over, on_one_page
from appliance.core.paper.findings import Warn
from appliance.core.paper.plates import PlatedPage
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
    sent = [
        (page, item)
        for page in pages
        for item in page.items
        if keep_blank or item.card is not None or not item.found.blank.is_blank
    ]
    sheets = list(on_one_page(sent, lambda one: one[1].card))
    cards = [[item.card for _, item in sheet if item.card is not None] for sheet in sheets]
    if strangers := left_over(cards):
        last, _ = next(sheet[0] for sheet in reversed(sheets) if sheet[0][1].card is not None)
        last.warnings += strangers
    return [_side(sheet) for sheet in sheets]


def _side(together: Sequence[tuple[CleanInput, CleanItem]]) -> Side:
    page, _ = together[0]
    looks = [item.card for _, item in together if item.card is not None]
    order, warnings = in_order(looks) if looks else ((0,), ())
    page.warnings += warnings
    return Side(page.source, page.number, [together[index][1] for index in order], warnings)
