"""Where an answer comes from: a card in the dossier, somebody's hands, the form, nowhere yet.

Nothing is noted down when a card fills the form. The card itself is still there, so what it says
is compared with the answers again: an answer changed since is typed, whoever changed it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from appliance.core.cards.citizen_card import CitizenCard
from appliance.core.cards.fill import fill_from_card
from appliance.core.forms.answers import Answers
from appliance.core.forms.condition import is_empty
from appliance.core.forms.fields import Answer, PersonPart
from appliance.core.forms.places import FormerPlaces, Places
from appliance.core.forms.procedure import Procedure


class Provenance(StrEnum):
    """As the page marks it."""

    PAPER = "paper"
    TYPED = "typed"
    PRESET = "preset"  # stood there when the dossier was opened, and still does
    CONFIRMED = "confirmed"  # the same, and somebody has looked at it since
    MISSING = "missing"


def provenance(
    field_key: str,
    answers: Answers,
    from_paper: Mapping[str, Answer],
    preset: Answers,
    confirmed: Collection[str] = (),
) -> Provenance:
    """*from_paper* as from ``paper_values``, *preset* as from ``default_answers``.

    *confirmed* are the fields that somebody left as they stood.
    """
    value = answers.get(field_key)
    if value is None or is_empty(value):
        return Provenance.MISSING
    if from_paper.get(field_key) == value:
        return Provenance.PAPER
    if preset.get(field_key) != value:
        return Provenance.TYPED
    return Provenance.CONFIRMED if field_key in confirmed else Provenance.PRESET


def paper_values(
    procedure: Procedure,
    answers: Answers,
    cards: Iterable[CitizenCard],
    places: Places,
    former: FormerPlaces,
) -> dict[str, Answer]:
    """The answers that say what a card says about the person with that card's number."""
    found: dict[str, Answer] = {}
    for card in cards:
        for key, field in procedure.fields.items():
            is_theirs = (
                field.part is PersonPart.ID_NUMBER and answers.get(key) == card.number.number
            )
            if is_theirs and field.person is not None:
                filled = fill_from_card(
                    procedure,
                    field.person,
                    card,
                    _without_people(procedure, answers),
                    places,
                    former,
                )
                for proposal in filled.proposals:
                    said = (proposal.value, *proposal.choices)
                    if answers.get(proposal.field_key) in said:
                        found[proposal.field_key] = answers[proposal.field_key]
    return found


def _without_people(procedure: Procedure, answers: Answers) -> dict[str, Answer]:
    """Only what no card can say: a card then proposes everything it has."""
    return {
        key: value
        for key, value in answers.items()
        if key in procedure.fields and procedure.fields[key].part is PersonPart.OTHER
    }
