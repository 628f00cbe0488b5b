"""Answers that each look right but do not fit together: always doubts, never errors."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.core.answers import Answers
from appliance.core.citizen_id import CitizenId
from appliance.core.dates import PartialDate
from appliance.core.fields import ChoiceField, FormField, PersonPart
from appliance.core.problem import Problem, doubt
from appliance.core.procedure import Person, Procedure, Sex

_YOUNGEST_PARENT = 12  # years between parent and child below which somebody should look


def doubts_about_people(procedure: Procedure, answers: Answers) -> Iterator[Problem]:
    """Number against sex and birth, one number twice, parents against children.

    *answers* hold only values without an error.
    """
    for person in procedure.people:
        yield from _number_against_facts(procedure, person, answers)
        yield from _age_against_child(procedure, person, answers)
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
