"""One human in two places of a form: who asks is often the mother, or whom the paper is for."""

from __future__ import annotations

from appliance.core.forms.answers import Answers, counted_answers, visible_fields
from appliance.core.forms.condition import is_empty
from appliance.core.forms.fields import Answer, PersonPart
from appliance.core.forms.procedure import Procedure


def same_people(procedure: Procedure, answers: Answers, person: str) -> tuple[str, ...]:
    """*person* first, then everybody in the file who is the same human after these answers."""
    counted = counted_answers(procedure, answers)
    pairs = [
        (one.key, same.person)
        for one in procedure.people
        for same in one.same_as
        if same.when.holds(counted)
    ]
    found = [person]
    for known in found:  # grows while it is walked: same as the same is the same
        for pair in pairs:
            if known in pair:
                found += [other for other in pair if other not in found]
    return tuple(found)


def answers_to_copy(procedure: Procedure, answers: Answers) -> dict[str, Answer]:
    """What was answered about somebody and is still empty where the same human stands again.

    Only to be proposed. Nobody is made equal by it: whoever fills in decides.
    """
    visible = visible_fields(procedure, answers)
    copies: dict[str, Answer] = {}
    for field in visible:
        if field.person is None or not is_empty(answers.get(field.key)):
            continue
        people = same_people(procedure, answers, field.person)[1:]
        for other in visible:
            same_question = other.part is field.part and other.type == field.type
            if other.person in people and same_question and field.part is not PersonPart.OTHER:
                value = answers.get(other.key)
                if value is not None and not is_empty(value):
                    copies.setdefault(field.key, value)
    return copies
