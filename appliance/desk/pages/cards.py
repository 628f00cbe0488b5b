"""Identity cards among the scanned pages: whose they are, and what they may fill in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from appliance.core.cards.age import holds_until
from appliance.core.cards.citizen_card import CardDoubt, CitizenCard
from appliance.core.cards.fill import CardFill, fill_from_card, likely_people
from appliance.core.cards.provenance import paper_values
from appliance.core.errors import DossierLocked, DossierUnknown, PageDamaged
from appliance.core.forms.fields import Answer
from appliance.core.forms.procedure import Person
from appliance.core.paper.findings import Kind
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.pages.scanning import findings_of
from appliance.desk.point import Point
from appliance.procedures.former_units import former_units

THE_DEAD = "deceased"  # nobody renews that card


@dataclass(frozen=True, slots=True)
class ScannedCard:
    """One card; with more than one of *people* somebody has to say whose it is."""

    page_id: str
    card: CitizenCard
    people: tuple[Person, ...]


def cards_of(point: Point, view: DossierView) -> tuple[ScannedCard, ...]:
    """Every card whose code could be read, in the order of the papers; none when locked."""
    found = []
    for page in view.pages:
        try:
            seen = findings_of(point, page)
        except (DossierLocked, PageDamaged):
            continue  # the page itself is told about where it is shown
        card = seen.card.card if seen is not None and seen.card is not None else None
        if card is not None:
            people = likely_people(view.procedure, view.answers, card, page.slot_key)
            found.append(ScannedCard(page.id, card, people))
    return tuple(found)


def proposals_of(point: Point, view: DossierView, page_id: str, person: str) -> CardFill:
    """What the card on that page says about *person*, beside what the form says now.

    Raises:
        DossierUnknown: no card was read on such a page, or the procedure has no such person.
    """
    cards = {scanned.page_id: scanned.card for scanned in cards_of(point, view)}
    if page_id not in cards or view.procedure.person(person) is None:
        raise DossierUnknown(f"no card on page {page_id}, or nobody called {person[:60]!r}")
    card = cards[page_id]
    filled = fill_from_card(
        view.procedure, person, card, view.answers, point.places, former_units()
    )
    last_day = holds_until(card)
    if person == THE_DEAD or last_day is None or point.today() <= last_day:
        return filled
    return replace(filled, doubts=(*filled.doubts, CardDoubt.RUN_OUT))


def take_proposals(
    point: Point, dossier_id: str, page_id: str, person: str, agreed: Mapping[str, int]
) -> int:
    """Put into the form what may go in by itself and what a person agreed to; the new revision.

    *agreed* names fields; the number is that of the choice, 0 where there is only one value.

    Raises:
        DossierUnknown: as ``proposals_of``, or there is no such dossier.
        AnswersChangedElsewhere: somebody typed in between; nothing was written.
        DossierMovedOn, DossierLocked: as ``dossiers.save_answers``.
    """
    view = dossiers.look_at(point, dossier_id)
    filled = proposals_of(point, view, page_id, person)
    chosen = {}
    for proposal in filled.proposals:
        ways = proposal.choices or (proposal.value,)
        number = agreed.get(proposal.field_key, -1)
        if 0 <= number < len(ways):
            chosen[proposal.field_key] = ways[number]
    taken = filled.taken({}, chosen)
    return dossiers.save_answers(point, dossier_id, taken, view.dossier.answers_revision)


def from_paper(
    point: Point, view: DossierView, keys: Collection[str] | None = None
) -> dict[str, Answer]:
    """For ``core.cards.provenance``: the answers that a card of this dossier still says.

    With *keys* only those are asked about, and no card is opened when none of them is anybody's.
    """
    if keys is not None:
        fields = (view.procedure.fields[key] for key in keys if view.answers.get(key))
        if not any(field.person for field in fields):
            return {}
        # a sheet on which a card is only printed is told on the check page
        cards_alone = tuple(page for page in view.pages if page.kind is Kind.ID_CARD)
        view = replace(view, pages=cards_alone)
    cards = [scanned.card for scanned in cards_of(point, view)]
    return paper_values(view.procedure, view.answers, cards, point.places, former_units())
