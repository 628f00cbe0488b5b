"""What is wrong or doubtful in the answers, as codes; the sentences stand in a catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from appliance.core.forms.answers import Answers, counted_answers, is_required, visible_fields
from appliance.core.forms.check_people import doubts_about_people
from appliance.core.forms.check_value import problem_of_value
from appliance.core.forms.condition import is_empty
from appliance.core.forms.dates import PartialDate
from appliance.core.forms.fields import ChoiceField, FormField
from appliance.core.forms.places import Places
from appliance.core.forms.problem import Problem, Severity, doubt, fault
from appliance.core.forms.procedure import Procedure

__all__ = ["Problem", "Severity", "check_answers", "check_corrections"]


def check_answers(
    procedure: Procedure, answers: Answers, today: date, places: Places
) -> list[Problem]:
    """Every problem of the visible fields, in the portal's order. Never raises.

    *answers* are stored forms (see ``normalise``). A field has at most one problem of its own
    value; doubts that need two answers come only when neither has an error.
    """
    counted = counted_answers(procedure, answers)
    problems: list[Problem] = []
    for field in visible_fields(procedure, answers):
        if field.key in counted:
            found = problem_of_value(field, counted[field.key], today, places)
        elif is_required(field, counted):
            found = fault(field.key, "missing")
        else:
            found = doubt(field.key, "left-empty") if field.expected else None
        if found:
            problems.append(found)
    wrong = {problem.field_key for problem in problems if problem.is_error}
    sound = {key: value for key, value in counted.items() if key not in wrong}
    problems += doubts_about_people(procedure, sound, today)
    problems += _doubts_about_deadline(procedure, sound, today)
    order = {key: number for number, key in enumerate(procedure.fields)}
    return sorted(problems, key=lambda problem: order[problem.field_key])


def check_corrections(
    fields: Iterable[FormField],
    answers: Answers,
    today: date,
    places: Places,
    emptied: frozenset[str],
) -> list[Problem]:
    """The same for answers that are corrected alone: each by itself, and none may be missing.

    One of *emptied* may: somebody said that it shall be left empty. What hangs on other answers
    cannot be told here: the office has those.
    """
    found = (
        problem_of_value(field, answers[field.key], today, places)
        if not is_empty(answers.get(field.key))
        else (None if field.key in emptied else fault(field.key, "missing"))
        for field in fields
    )
    return [problem for problem in found if problem]


def _doubts_about_deadline(
    procedure: Procedure, answers: Answers, today: date
) -> Iterator[Problem]:
    """Whether the kind of registration says what the calendar says."""
    deadline = procedure.deadline
    if deadline is None or deadline.choice_field is None:
        return
    chosen = answers.get(deadline.choice_field)
    start = PartialDate.read(str(answers.get(deadline.from_field, "")))
    field = procedure.fields[deadline.choice_field]
    if start is None or start.whole is None or not isinstance(field, ChoiceField):
        return
    late = today > deadline.last_day(start.whole)
    if (late and chosen == deadline.on_time) or (not late and chosen == deadline.late):
        yield doubt(
            deadline.choice_field,
            "late-registration" if late else "not-late-registration",
            days=str(deadline.days),
            passed=str((today - start.whole).days),
            suggested=field.codes.label_of(deadline.late if late else deadline.on_time) or "",
        )
