"""What was answered, looked at against the procedure: pure, the clock is passed in.

Answers are a flat mapping of field key to JSON value (see ``core.forms.fields``), as ``normalise``
returned them. Answers to fields that are not shown count for nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from appliance.core.forms.condition import Condition, is_empty
from appliance.core.forms.fields import (
    Answer,
    ChoiceField,
    FormField,
    IntegerField,
    TextField,
    YesNoField,
)
from appliance.core.forms.procedure import Procedure, Section, Slot

Answers: TypeAlias = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class VisibleSection:
    """A section as it stands after these answers; sections without a field are left out."""

    section: Section
    fields: tuple[FormField, ...]


def default_answers(procedure: Procedure) -> dict[str, Answer]:
    """What a new dossier starts with; the volunteer sees and may change all of it."""
    return {
        key: field.default
        for key, field in procedure.fields.items()
        if isinstance(field, TextField | ChoiceField | IntegerField | YesNoField)
        and field.default is not None
    }


def visible_sections(procedure: Procedure, answers: Answers) -> tuple[VisibleSection, ...]:
    """Sections and fields to show, in the portal's order.

    A condition only looks at fields above it that are shown themselves, so one pass is enough
    and a forgotten answer in a hidden box cannot open another one.
    """
    counted: dict[str, Answer] = {}
    shown: list[VisibleSection] = []
    for section in procedure.sections:
        if not _holds(section.when, counted):
            continue
        fields: list[FormField] = []
        for field in section.fields:
            if _holds(field.when, counted):
                fields.append(field)
                if field.key in answers:
                    counted[field.key] = answers[field.key]
        if fields:
            shown.append(VisibleSection(section, tuple(fields)))
    return tuple(shown)


def visible_fields(procedure: Procedure, answers: Answers) -> tuple[FormField, ...]:
    """The fields to show, in the portal's order."""
    return tuple(f for shown in visible_sections(procedure, answers) for f in shown.fields)


def counted_answers(procedure: Procedure, answers: Answers) -> dict[str, Answer]:
    """Only what is shown and answered, in the portal's order: this is what may be sealed."""
    return {
        field.key: answers[field.key]
        for field in visible_fields(procedure, answers)
        if not is_empty(answers.get(field.key))
    }


def is_required(thing: FormField | Slot, answers: Answers) -> bool:
    """Whether it must be given; *answers* as from ``counted_answers``."""
    if isinstance(thing.required, Condition):
        return thing.required.holds(answers)
    return thing.required


def visible_slots(procedure: Procedure, answers: Answers) -> tuple[Slot, ...]:
    """The papers to ask for after these answers, in the portal's order."""
    counted = counted_answers(procedure, answers)
    return tuple(slot for slot in procedure.slots if _holds(slot.when, counted))


def missing_slots(
    procedure: Procedure, answers: Answers, filled_slots: Collection[str]
) -> tuple[Slot, ...]:
    """Required papers that hold no page yet, in asking order."""
    counted = counted_answers(procedure, answers)
    return tuple(
        slot
        for slot in visible_slots(procedure, answers)
        if slot.key not in filled_slots and is_required(slot, counted)
    )


def _holds(condition: Condition | None, answers: Answers) -> bool:
    return condition is None or condition.holds(answers)
