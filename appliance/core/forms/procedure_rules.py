"""What must fit together inside one procedure, beyond the shape of each part."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

from appliance.core.forms.condition import ANSWERED, CONDITION_WORDS, EMPTY, Clause, Condition
from appliance.core.forms.fields import (
    ChoiceField,
    DateField,
    FormField,
    IntegerField,
    PersonPart,
    TextField,
    YesNoField,
)
from appliance.core.forms.procedure import Procedure
from appliance.core.wire.manifest import RESERVED_SLOTS

Loc: TypeAlias = tuple[str | int, ...]
Finding: TypeAlias = tuple[Loc, str]
_TEMPLATE_NUMBER = re.compile(r"__\d{6,}$")


def findings(procedure: Procedure) -> Iterator[Finding]:
    """Everything that does not fit, each with the path to where it is written."""
    yield from _keys(procedure)
    yield from _people(procedure)
    yield from _parts(procedure)
    yield from _conditions(procedure)
    yield from _fields(procedure)
    yield from _deadline(procedure)
    yield from _dates(procedure)


def located_fields(procedure: Procedure) -> Iterator[tuple[Loc, FormField]]:
    """Every field with its path."""
    for row, section in enumerate(procedure.sections):
        for column, field in enumerate(section.fields):
            yield ("sections", row, "fields", column), field


def _keys(procedure: Procedure) -> Iterator[Finding]:
    seen: set[str] = set()
    for loc, field in located_fields(procedure):
        if field.key in seen:
            yield (*loc, "key"), f'a field "{field.key}" stands above already'
        if field.key in CONDITION_WORDS:
            yield (*loc, "key"), f'"{field.key}" is a word of conditions; choose another key'
        seen.add(field.key)
    for name, keys in (
        ("slots", [slot.key for slot in procedure.slots]),
        ("people", [person.key for person in procedure.people]),
    ):
        counts = Counter(keys)
        for number, key in enumerate(keys):
            if counts[key] > 1 and key in keys[:number]:
                yield (name, number, "key"), f'"{key}" stands in {name} already'
    for number, slot in enumerate(procedure.slots):
        if slot.key in RESERVED_SLOTS:
            yield ("slots", number, "key"), f'"{slot.key}" is kept for our own files'


def _people(procedure: Procedure) -> Iterator[Finding]:
    people = {person.key for person in procedure.people}
    named: list[tuple[Loc, str | None]] = [
        ((*loc, "person"), field.person) for loc, field in located_fields(procedure)
    ]
    named += [(("slots", n, "person"), slot.person) for n, slot in enumerate(procedure.slots)]
    for number, person in enumerate(procedure.people):
        named.append((("people", number, "parent_of"), person.parent_of))
        named += [(("people", number, "may_also_be"), key) for key in person.may_also_be]
        named += [
            (("people", number, "same_as", row, "person"), same.person)
            for row, same in enumerate(person.same_as)
        ]
    for loc, key in named:
        if key is not None and key not in people:
            yield loc, f'"{key}" is nobody in the list "people"'


def _parts(procedure: Procedure) -> Iterator[Finding]:
    """An identity card fills by person and part: each pair may stand in the form once."""
    seen: set[tuple[str, PersonPart]] = set()
    for loc, field in located_fields(procedure):
        if field.part is PersonPart.OTHER:
            continue
        if field.person is None:
            if "part" in field.model_fields_set:
                yield (*loc, "part"), "a part needs a person"
        elif (field.person, field.part) in seen:
            yield (*loc, "key"), f'"{field.person}" has another field with part "{field.part}"'
        else:
            seen.add((field.person, field.part))


def _conditions(procedure: Procedure) -> Iterator[Finding]:
    """``when`` looks only upwards, so that one pass over the form decides what is shown."""
    everything = dict(procedure.fields)
    above: dict[str, FormField] = {}
    for row, section in enumerate(procedure.sections):
        yield from _condition(("sections", row, "when"), section.when, above, everything)
        for column, field in enumerate(section.fields):
            loc = ("sections", row, "fields", column)
            yield from _condition((*loc, "when"), field.when, above, everything)
            yield from _condition((*loc, "required"), field.required, everything, everything)
            above[field.key] = field
    for number, slot in enumerate(procedure.slots):
        yield from _condition(("slots", number, "when"), slot.when, everything, everything)
        yield from _condition(("slots", number, "required"), slot.required, everything, everything)
    for number, person in enumerate(procedure.people):
        for row, same in enumerate(person.same_as):
            same_loc = ("people", number, "same_as", row, "when")
            yield from _condition(same_loc, same.when, everything, everything)


def _condition(
    loc: Loc,
    condition: Condition | bool | None,
    usable: dict[str, FormField],
    everything: dict[str, FormField],
) -> Iterator[Finding]:
    if not isinstance(condition, Condition):
        return
    for path, clause in condition.located_clauses():
        if clause.field not in everything:
            yield (*loc, *path), f'there is no field "{clause.field}"'
        elif clause.field not in usable:
            yield (*loc, *path), f'"{clause.field}" must stand above the field it decides about'
        else:
            yield from _values((*loc, *path), clause, everything[clause.field])


def _values(loc: Loc, clause: Clause, field: FormField) -> Iterator[Finding]:
    known: list[str] = [EMPTY, ANSWERED]
    if isinstance(field, ChoiceField | YesNoField):
        if not field.codes.codes:
            return  # the list itself could not be read; that is told already
        known += [entry.code for entry in field.codes.codes]
    for value in clause.values:
        if isinstance(field, IntegerField) and re.fullmatch(r"-?\d+", value):
            continue
        if value not in known:
            yield loc, f'"{field.key}" is never "{value}" (only: {", ".join(sorted(known))})'


def _fields(procedure: Procedure) -> Iterator[Finding]:
    for loc, field in located_fields(procedure):
        if field.portal and _TEMPLATE_NUMBER.search(field.portal):
            yield (*loc, "portal"), "leave out the number after __: it changes with every template"
        match field:
            case ChoiceField() if field.default is not None and field.codes.codes:
                if field.codes.label_of(field.default) is None:
                    yield (*loc, "default"), f'"{field.default}" is not in {field.codes.id}'
            case IntegerField() if field.default is not None:
                if not field.minimum <= field.default <= field.maximum:
                    yield (*loc, "default"), "the default is outside minimum and maximum"
            case TextField() if field.default and len(field.default) > field.max_length:
                yield (*loc, "default"), "the default is longer than max_length"
            case YesNoField() if field.codes.codes:
                if {entry.code for entry in field.codes.codes} != {"yes", "no"}:
                    yield (*loc, "codes"), f"{field.codes.id} must hold exactly yes and no"


def _deadline(procedure: Procedure) -> Iterator[Finding]:
    deadline = procedure.deadline
    if deadline is None:
        return
    if not isinstance(procedure.fields.get(deadline.from_field), DateField):
        yield ("deadline", "from_field"), f'"{deadline.from_field}" is no date field'
    if deadline.choice_field is None:
        return
    field = procedure.fields.get(deadline.choice_field)
    if not isinstance(field, ChoiceField):
        yield ("deadline", "choice_field"), f'"{deadline.choice_field}" is no choice field'
        return
    for name in ("on_time", "late"):
        code = getattr(deadline, name)
        if field.codes.codes and field.codes.label_of(code) is None:
            yield ("deadline", name), f'"{code}" is not in {field.codes.id}'


def _dates(procedure: Procedure) -> Iterator[Finding]:
    if procedure.valid_to and procedure.valid_to < procedure.valid_from:
        yield ("valid_to",), "valid_to is before valid_from"
    for number, fee in enumerate(procedure.fees):
        if fee.valid_to and fee.valid_to < fee.valid_from:
            yield ("fees", number, "valid_to"), "valid_to is before valid_from"
    if procedure.processing.working_days is None and procedure.processing.note is None:
        yield ("processing",), "without working_days a note must say whom to ask"
    if procedure.code in procedure.aliases:
        yield ("aliases",), "the procedure's own code need not be an alias"
