"""What an officer says about each paper or answer, as lines that a volunteer reads out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.core.forms.procedure import Procedure
from appliance.core.wire.manifest import Event, SupplementItem
from web.station.speech import said

ELSEWHERE = ""  # wishes about nothing of this procedure
ANSWERS = "answers of the form"  # no slot is called that


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that is wrong with a paper, or missing."""

    title: str  # of the paper, or of the field on the form
    pages: tuple[int, ...]  # none named: the whole paper
    problem: str  # in words, empty when the officer chose none
    note: str  # the officer's own words
    field: str = ""  # the key of the answer it is about

    @property
    def what(self) -> str:
        """``Trang 2, 3: mờ, không đọc được``, as far as it is known."""
        numbers = ", ".join(map(str, self.pages))
        named = said("supplement.pages", numbers=numbers) if self.pages else ""
        told = f"{named}: {self.problem}" if named and self.problem else named or self.problem
        return told[:1].upper() + told[1:]


def wishes_of(procedure: Procedure, events: Sequence[Event]) -> dict[str, tuple[Wish, ...]]:
    """The wishes about each paper by slot, those about answers under ``ANSWERS``.

    What is about nothing that this procedure knows stands under ``ELSEWHERE``.
    """
    titles = {slot.key: slot.title for slot in procedure.slots}
    labels = {key: field.label for key, field in procedure.fields.items()}
    found: dict[tuple[str, str, str, str, str], list[int]] = {}
    for item in dict.fromkeys(item for event in events for item in event.items):
        ref, field = item.ref or "", ""
        about, title = ELSEWHERE, ""
        if item.what == "paper" and ref in titles:
            about, title = ref, titles[ref]
        elif item.what == "field" and ref in labels:
            about, title, field = ANSWERS, labels[ref], ref
        line = (about, title, field, _problem(item), item.note_vi or "")
        found.setdefault(line, []).extend([item.page] if item.page else [])
    told: dict[str, list[Wish]] = {}
    for (about, title, field, problem, note), pages in found.items():
        wish = Wish(title, tuple(sorted(pages)), problem, note, field)
        told.setdefault(about, []).append(wish)
    return {about: tuple(wishes) for about, wishes in told.items()}


def _problem(item: SupplementItem) -> str:
    about = "answer" if item.what == "field" and item.problem == "mismatch" else "supplement"
    return said(f"{about}.{item.problem}") if item.problem else ""
