"""An identity card among the papers fills the form: whose it is, what goes in, what stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.cards.citizen_card import CardDoubt
from appliance.core.cards.fill import CardFill, Proposal, Trust
from appliance.core.dossiers.dossier import DossierState
from appliance.core.forms.shown import shown_text
from appliance.core.paper.findings import Kind
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.pages import cards
from appliance.desk.pages.cards import ScannedCard
from appliance.wording.findings import advice_for
from web.station.form.acting import act
from web.station.form.dossier import fields_of_page
from web.station.form.next_step import next_step
from web.station.form.topics import Topic, topic_with
from web.station.here import point
from web.station.speech import said

pages = Blueprint("cards", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One field: what stands there, and each value it may take, in words."""

    key: str
    label: str
    typed: str
    ways: tuple[str, ...]
    is_read: bool  # as it stands on the card, nothing worked out
    needs_a_person: bool
    must_be_chosen: bool  # nothing is chosen beforehand


@pages.get("/dossiers/<uuid:dossier_id>/cards/<uuid:page_id>")
def show(dossier_id: object, page_id: object) -> ResponseReturnValue:
    """First whose card it is, where that is not plain; then what it says. ``?person=KEY``.

    The side without a code leads to the other one, when the slot holds a single card.
    """
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        return redirect(link("delivery.show", dossier_id=dossier_id), 303)
    fields_of_page(str(dossier_id), str(page_id))
    read = cards.cards_of(point(), view)
    found = next((card for card in read if card.page_id == str(page_id)), None)
    beside = () if found else _beside(view, str(page_id), read)
    if len(beside) == 1:
        other = beside[0].page_id
        return redirect(link("cards.show", dossier_id=dossier_id, page_id=other), 303)
    people = found.people if found else ()
    chosen = next((p for p in people if p.key == request.args.get("person")), None)
    person = chosen or (people[0] if len(people) == 1 else None)
    filled = cards.proposals_of(point(), view, str(page_id), person.key) if person else None
    return render_template(
        "card.html",
        view=view,
        page=next(page for page in (*view.pages, *view.removed_pages) if page.id == str(page_id)),
        found=found,
        person=person,
        topic=_topic(view, person.key).number if person else None,
        rows=[_row(view, p, _must_be_chosen(filled)) for p in filled.proposals] if filled else [],
        advice=[advice_for(doubt) for doubt in filled.doubts] if filled else [],
        step=next_step(view),
        choice_missing="choose" in request.args,
    )


@pages.post("/dossiers/<uuid:dossier_id>/cards/<uuid:page_id>")
def take(dossier_id: object, page_id: object) -> ResponseReturnValue:
    """Form fields: ``person``; ``take-KEY``, the number of the value that was agreed to.

    Leads to where the values landed, and says how many there are. A card with another name than
    the typed one fills nothing before each answer that it contradicts was decided.
    """
    agreed = {
        key.removeprefix("take-"): int(number)
        for key, number in request.form.items()
        if key.startswith("take-") and number.isascii() and number.isdigit() and len(number) < 3
    }
    wanted, person = str(dossier_id), request.form.get("person", "")
    filled = cards.proposals_of(point(), dossiers.look_at(point(), wanted), str(page_id), person)
    decided = {key for key in _must_be_chosen(filled) if request.form.get(f"take-{key}") == ""}
    if _must_be_chosen(filled) - decided - agreed.keys():
        return redirect(
            link("cards.show", dossier_id=wanted, page_id=page_id, person=person, choose=1)
            + "#choose",
            303,
        )

    def fill() -> None:
        before = dossiers.look_at(point(), wanted)
        cards.take_proposals(point(), wanted, str(page_id), person, agreed)
        after = dossiers.look_at(point(), wanted).answers
        filled = sum(1 for key, value in after.items() if value != before.answers.get(key))
        whose = before.procedure.person(person)
        called = whose.called if whose else person
        flash(said("flash.card-filled", boxes=filled, called=called), "done")

    return act(wanted, fill, "content")


def _beside(
    view: DossierView, page_id: str, read: Sequence[ScannedCard]
) -> tuple[ScannedCard, ...]:
    """The cards that were read in the slot of that page, which itself gave none."""
    slot_of = {page.id: page.slot_key for page in view.pages if page.kind is Kind.ID_CARD}
    slot = slot_of.get(page_id)
    return tuple(card for card in read if slot and slot_of.get(card.page_id) == slot)


def _topic(view: DossierView, person: str) -> Topic:
    """Where the form begins to ask about that person."""
    key = next(key for key, field in view.procedure.fields.items() if field.person == person)
    return topic_with(view.procedure, key)


def _must_be_chosen(filled: CardFill) -> set[str]:
    """Answers that a card, perhaps somebody else's, contradicts: no press decides them unread."""
    if CardDoubt.ANOTHER_NAME not in filled.doubts:
        return set()
    return {proposal.field_key for proposal in filled.proposals if proposal.typed is not None}


def _row(view: DossierView, proposal: Proposal, must_be_chosen: Collection[str]) -> Row:
    field, places = view.procedure.fields[proposal.field_key], point().places
    return Row(
        key=proposal.field_key,
        label=field.label,
        typed=shown_text(field, proposal.typed, places),
        ways=tuple(shown_text(field, way, places) for way in proposal.choices or (proposal.value,)),
        is_read=proposal.trust is Trust.READ,
        needs_a_person=proposal.needs_a_person,
        must_be_chosen=proposal.field_key in must_be_chosen,
    )
