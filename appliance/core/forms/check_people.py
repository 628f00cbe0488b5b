"""Answers that each look right but do not fit together: always doubts, never errors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from appliance.core.forms.answers import Answers
from appliance.core.forms.citizen_id import CitizenId
from appliance.core.forms.dates import PartialDate
from appliance.core.forms.fields import ChoiceField, FormField, PersonPart
from appliance.core.forms.problem import Problem, doubt
from appliance.core.forms.procedure import Person, Procedure
from appliance.core.forms.sex import Sex

_CARDS_WITH_THE_NUMBER = ("5", "9")  # of the portal's list of papers: thẻ CCCD, thẻ căn cước
_YOUNGEST_PARENT = 12  # years between parent and child below which somebody should look


def doubts_about_people(procedure: Procedure, answers: Answers, today: date) -> Iterator[Problem]:
    """Number against sex and birth, ages, one number twice or two for one human, death and birth.

    *answers* hold only values without an error.
    """
    for person in procedure.people:
        yield from _number_against_facts(procedure, person, answers)
        yield from _age_against_child(procedure, person, answers)
        yield from _age_against_rules(procedure, person, answers, today)
        yield from _death_against_birth(procedure, person, answers)
        yield from _two_numbers_for_one(procedure, person, answers)
        yield from _card_number_against_id(procedure, person, answers)
    yield from _one_number_twice(procedure, answers)


def _number_against_facts(
    procedure: Procedure, person: Person, answers: Answers
) -> Iterator[Problem]:
    field = _field(procedure, person.key, PersonPart.ID_NUMBER)
    number = CitizenId.read(str(answers.get(field.key, ""))) if field else None
    if field is None or number is None:
        return
    sex = _sex(procedure, person, answers)
    if sex is not None and sex != number.sex:
        yield doubt(field.key, "id-disagrees-on-sex")
    birth = _birth(procedure, person.key, answers)
    if birth is not None and birth.year != number.birth_year:
        yield doubt(
            field.key,
            "id-disagrees-on-birth",
            in_number=str(number.birth_year),
            written=str(birth.year),
        )


def _age_against_child(procedure: Procedure, person: Person, answers: Answers) -> Iterator[Problem]:
    field = _field(procedure, person.key, PersonPart.BIRTH_DATE)
    if field is None or person.parent_of is None:
        return
    own, child = (_birth(procedure, key, answers) for key in (person.key, person.parent_of))
    if own and child and child.year - own.year < _YOUNGEST_PARENT:
        yield doubt(field.key, "parent-too-young", called=person.called)


def _age_against_rules(
    procedure: Procedure, person: Person, answers: Answers, today: date
) -> Iterator[Problem]:
    """Counted to the day where the day is known; a year alone gets the benefit of the doubt."""
    field = _field(procedure, person.key, PersonPart.BIRTH_DATE)
    birth = _birth(procedure, person.key, answers)
    if field is None or birth is None:
        return
    turns = today.year - birth.year
    had_birthday = (today.month, today.day) >= (birth.month or 1, birth.day or 1)
    if person.at_least_years and turns - (not had_birthday) < person.at_least_years:
        yield doubt(field.key, "too-young", called=person.called, years=str(person.at_least_years))
    sure = birth.whole is not None and had_birthday
    if person.below_years and turns - (not sure) >= person.below_years:
        yield doubt(field.key, "too-old", called=person.called, years=str(person.below_years))


def _death_against_birth(
    procedure: Procedure, person: Person, answers: Answers
) -> Iterator[Problem]:
    field = _field(procedure, person.key, PersonPart.DEATH_DATE)
    death = PartialDate.read(str(answers.get(field.key, ""))) if field else None
    birth = _birth(procedure, person.key, answers)
    if field is None or death is None or birth is None:
        return
    both_whole = death.whole is not None and birth.whole is not None
    if death.earliest < birth.earliest if both_whole else death.year < birth.year:
        yield doubt(field.key, "death-before-birth")


def _two_numbers_for_one(
    procedure: Procedure, person: Person, answers: Answers
) -> Iterator[Problem]:
    """The answers say that two places are one human, the numbers say they are two."""
    own = _field(procedure, person.key, PersonPart.ID_NUMBER)
    for same in person.same_as:
        other = _field(procedure, same.person, PersonPart.ID_NUMBER)
        if own is None or other is None or not same.when.holds(answers):
            continue
        if own.key in answers and other.key in answers and answers[own.key] != answers[other.key]:
            yield doubt(other.key, "id-of-one-differs", other=own.label)


def _card_number_against_id(
    procedure: Procedure, person: Person, answers: Answers
) -> Iterator[Problem]:
    """Since 2016 a card bears its owner's identity number: two numbers are two people's."""
    own = _field(procedure, person.key, PersonPart.ID_NUMBER)
    paper = _field(procedure, person.key, PersonPart.DOCUMENT_NUMBER)
    kind = _field(procedure, person.key, PersonPart.DOCUMENT_KIND)
    number = "".join(str(answers.get(paper.key, "")).split()) if paper else ""
    if own is None or paper is None or not number or own.key not in answers:
        return
    is_card = kind is not None and answers.get(kind.key) in _CARDS_WITH_THE_NUMBER
    if (is_card or CitizenId.read(number)) and number != answers[own.key]:
        yield doubt(paper.key, "document-is-another-card", other=own.label)


def _one_number_twice(procedure: Procedure, answers: Answers) -> Iterator[Problem]:
    seen: list[FormField] = []
    for key, field in procedure.fields.items():
        if field.part is not PersonPart.ID_NUMBER or key not in answers:
            continue
        for earlier in seen:
            same = answers[earlier.key] == answers[key]
            if same and not _may_be_one(procedure, earlier.person, field.person):
                yield doubt(key, "id-used-twice", other=earlier.label)
                break
        seen.append(field)


def _may_be_one(procedure: Procedure, one: str | None, other: str | None) -> bool:
    first, second = procedure.person(one), procedure.person(other)
    if first is None or second is None:
        return False
    return first is second or second.key in first.may_also_be or first.key in second.may_also_be


def _field(procedure: Procedure, person: str, part: PersonPart) -> FormField | None:
    return next(
        (f for f in procedure.fields.values() if f.person == person and f.part is part), None
    )


def _birth(procedure: Procedure, person: str, answers: Answers) -> PartialDate | None:
    field = _field(procedure, person, PersonPart.BIRTH_DATE)
    return PartialDate.read(str(answers.get(field.key, ""))) if field else None


def _sex(procedure: Procedure, person: Person, answers: Answers) -> Sex | None:
    """Known from the role, or answered with the national code."""
    field = _field(procedure, person.key, PersonPart.SEX)
    answered = answers.get(field.key) if isinstance(field, ChoiceField) else None
    if answered in tuple(Sex):
        return Sex(str(answered))
    return person.sex
