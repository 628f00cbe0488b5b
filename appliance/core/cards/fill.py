"""An identity card read by the box, as proposals for the questions about one person.

Nothing typed is ever overwritten silently, nothing is asked of the card that is not on it:
ethnicity is never filled. What the number makes doubtful stays a doubt (``core.forms.check``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from appliance.core.cards.address import read_address
from appliance.core.cards.citizen_card import CardDoubt, CitizenCard
from appliance.core.forms.answers import Answers, visible_fields
from appliance.core.forms.condition import is_empty
from appliance.core.forms.fields import Answer, ChoiceField, DateField, FormField, PersonPart
from appliance.core.forms.normalise import unmarked
from appliance.core.forms.places import FormerPlaces, Places
from appliance.core.forms.procedure import Person, Procedure
from appliance.core.forms.same_person import same_people
from appliance.core.forms.sex import Sex

NEW_CARD_SINCE = date(
    2024, 7, 1
)  # Luật Căn cước 26/2023/QH15: thẻ căn cước, issued by the ministry
_CHIP_CARD_SINCE = date(2021, 1, 1)  # older cards have no such code
_CHIP_CARD, _NEW_CARD = "5", "9"  # the portal's list of papers
_PERMANENT = "1"  # the chip card says where somebody lives permanently, the new card only where
_NAMES = (PersonPart.NAME, PersonPart.SURNAME, PersonPart.MIDDLE_NAME, PersonPart.GIVEN_NAME)
_ISSUERS = {
    _CHIP_CARD: "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
    _NEW_CARD: "Bộ Công an",
}


class Trust(StrEnum):
    """How a proposal came about, and so whether it may go in without a question."""

    READ = "read"  # it stands in the card's code
    WORKED_OUT = "worked-out"  # it follows from what stands there; to be looked at
    UNSURE = "unsure"  # only once a person has said so


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for one field. *choices* holds every way to read it, *value* the likeliest."""

    field_key: str
    value: Answer
    trust: Trust = Trust.READ
    choices: tuple[Answer, ...] = ()
    typed: Answer | None = None  # another answer that stands there already

    @property
    def needs_a_person(self) -> bool:
        """Whether it must not go in before somebody chose: unsure, or something else was typed."""
        return self.trust is Trust.UNSURE or self.typed is not None


@dataclass(frozen=True, slots=True)
class CardFill:
    """What one card says about one human, everywhere that human stands in the form."""

    people: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    doubts: tuple[CardDoubt, ...]

    def taken(self, answers: Answers, agreed: Mapping[str, Answer]) -> dict[str, Answer]:
        """*answers* with what may go in by itself, and what a person *agreed* to, by field key."""
        by_itself = {p.field_key: p.value for p in self.proposals if not p.needs_a_person}
        keys = {p.field_key for p in self.proposals}
        return {**answers, **by_itself, **{k: v for k, v in agreed.items() if k in keys}}


def fill_from_card(
    procedure: Procedure,
    person: str,
    card: CitizenCard,
    answers: Answers,
    places: Places,
    former: FormerPlaces,
) -> CardFill:
    """Proposals in the portal's order for the fields that are shown once they are in.

    *answers* are stored forms. A field that already says the same gets none.
    """
    people = same_people(procedure, answers, person)
    offered = {
        proposal.field_key: proposal
        for key, field in procedure.fields.items()
        if field.person in people
        for proposal in _proposals(field, card, places, former)
        if not _same(answers.get(key), proposal)
    }
    shown = {
        field.key
        for field in visible_fields(
            procedure, {**{k: p.value for k, p in offered.items()}, **_given(answers)}
        )
    }
    proposals = tuple(
        _beside(proposal, answers.get(key)) for key, proposal in offered.items() if key in shown
    )
    other = [CardDoubt.ANOTHER_NAME] if _is_another_name(procedure, proposals) else []
    return CardFill(people, proposals, (*other, *_other_sex(procedure, people, card), *card.doubts))


def likely_people(
    procedure: Procedure, answers: Answers, card: CitizenCard, slot_key: str | None = None
) -> tuple[Person, ...]:
    """Whose card it may be, the likeliest first; with more than one the page asks.

    A slot that is one person's decides. Otherwise a number that stands in the form already does;
    a sex or another number that stands against somebody rules that person out, unless it would
    rule out everybody.
    """
    numbers: dict[str, object] = {}
    for field in visible_fields(procedure, answers):
        if field.part is PersonPart.ID_NUMBER and field.person is not None:
            numbers.setdefault(field.person, answers.get(field.key))
    slot = next((slot for slot in procedure.slots if slot.key == slot_key), None)
    asked = [person for person in procedure.people if person.key in numbers]
    by_slot = [person for person in asked if slot is not None and person.key == slot.person]
    if by_slot:
        return tuple(by_slot)
    known = [person for person in asked if numbers[person.key] == card.number.number]
    possible = known or [
        person
        for person in asked
        if is_empty(numbers[person.key])
        and (person.sex is None or card.sex is None or person.sex is card.sex)
    ]
    named = sorted(
        possible or asked, key=lambda one: not _has_name(procedure, one.key, card, answers)
    )
    return tuple(_one_of_each(procedure, answers, named))


def _other_sex(
    procedure: Procedure, people: tuple[str, ...], card: CitizenCard
) -> Iterator[CardDoubt]:
    """A man's card beside a mother: said before it fills anything. The number tells, too."""
    said = {person.sex for key in people if (person := procedure.person(key)) and person.sex}
    told = {card.number.sex, *([card.sex] if card.sex else [])}
    for sex in sorted(told):
        if said and sex not in said:
            yield CardDoubt.A_MANS if sex is Sex.MALE else CardDoubt.A_WOMANS


def _is_another_name(procedure: Procedure, proposals: tuple[Proposal, ...]) -> bool:
    """Marks and capitals aside: those get lost in typing, a name does not become another."""
    return any(
        proposal.typed is not None
        and procedure.fields[proposal.field_key].part in _NAMES
        and unmarked(str(proposal.typed)) != unmarked(str(proposal.value))
        for proposal in proposals
    )


def _proposals(
    field: FormField, card: CitizenCard, places: Places, former: FormerPlaces
) -> Iterator[Proposal]:
    if field.part is PersonPart.RESIDENCE:
        yield from _residence(field.key, card, places, former)
        return
    kind = _card_kind(card)
    surname, middle, given = _parted(card.name)
    marks = Trust.UNSURE if CardDoubt.MARKS_LOST in card.doubts else Trust.READ
    parted = Trust.UNSURE if marks is Trust.UNSURE else Trust.WORKED_OUT
    known: dict[PersonPart, tuple[object, Trust]] = {
        PersonPart.NAME: (card.name, marks),
        PersonPart.SURNAME: (surname, parted),
        PersonPart.MIDDLE_NAME: (middle, parted),
        PersonPart.GIVEN_NAME: (given, parted),
        PersonPart.ID_NUMBER: (card.number.number, Trust.READ),
        PersonPart.BIRTH_DATE: (card.born, Trust.READ),
        PersonPart.SEX: (card.sex, Trust.READ),
        PersonPart.DOCUMENT_KIND: (kind, Trust.WORKED_OUT),
        PersonPart.DOCUMENT_NUMBER: (card.number.number if kind else None, Trust.READ),
        PersonPart.DOCUMENT_DATE: (card.issued, Trust.READ),
        PersonPart.DOCUMENT_ISSUER: (_ISSUERS.get(kind or ""), Trust.WORKED_OUT),
        PersonPart.RESIDENCE_KIND: (_PERMANENT if kind == _CHIP_CARD else None, Trust.WORKED_OUT),
    }
    value, trust = known.get(field.part, (None, Trust.READ))
    if value is not None and str(value) and _fits(field, value):
        yield Proposal(field.key, str(value), trust)


def _fits(field: FormField, value: object) -> bool:
    """A code the list has; a year alone only where the form takes one."""
    if isinstance(field, ChoiceField):
        return field.codes.label_of(str(value)) is not None
    if isinstance(field, DateField):
        return field.partial or getattr(value, "whole", None) is not None
    return True


def _residence(
    key: str, card: CitizenCard, places: Places, former: FormerPlaces
) -> Iterator[Proposal]:
    issued = card.issued.earliest if card.issued is not None else None
    ways = read_address(card.address, issued, places, former)
    if not ways:
        return
    first = ways[0]
    sure = len(ways) == 1 and first.sure and bool(first.commune)
    moved = Trust.WORKED_OUT if first.former else Trust.READ
    lost = CardDoubt.MARKS_LOST in card.doubts
    yield Proposal(
        key,
        first.answer(),
        moved if sure and not lost else Trust.UNSURE,
        tuple(way.answer() for way in ways) if len(ways) > 1 else (),
    )


def _card_kind(card: CitizenCard) -> str | None:
    """Which of the two cards; None where its day and its layout do not agree."""
    issued = card.issued.whole if card.issued is not None else None
    if issued is None or issued < _CHIP_CARD_SINCE:
        return None
    if issued >= NEW_CARD_SINCE:
        return _NEW_CARD
    return _CHIP_CARD if not card.more_fields else None


def _parted(name: str) -> tuple[str, str, str]:
    """Family name, middle names, given name: the first word, the last, and those between."""
    words = name.split()
    return (words[0] if len(words) > 1 else "", " ".join(words[1:-1]), words[-1])


def _same(answer: Answer | None, proposal: Proposal) -> bool:
    """Whether the form says it already; capitals do not count in a text."""
    if isinstance(answer, str) and isinstance(proposal.value, str):
        return answer.casefold() == proposal.value.casefold()
    return answer == proposal.value or answer in proposal.choices


def _beside(proposal: Proposal, answer: Answer | None) -> Proposal:
    if answer is None or is_empty(answer):
        return proposal
    return Proposal(
        proposal.field_key, proposal.value, proposal.trust, proposal.choices, typed=answer
    )


def _given(answers: Answers) -> dict[str, Answer]:
    return {key: value for key, value in answers.items() if not is_empty(value)}


def _has_name(procedure: Procedure, person: str, card: CitizenCard, answers: Answers) -> bool:
    return any(
        field.person == person
        and field.part is PersonPart.NAME
        and unmarked(str(answers.get(key, ""))) == unmarked(card.name)
        for key, field in procedure.fields.items()
    )


def _one_of_each(procedure: Procedure, answers: Answers, people: list[Person]) -> Iterator[Person]:
    """Without those who are the same human as somebody before them."""
    seen: set[str] = set()
    for person in people:
        if person.key not in seen:
            yield person
        seen |= set(same_people(procedure, answers, person.key))
