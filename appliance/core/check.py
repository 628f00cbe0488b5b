"""What is wrong or doubtful in the answers, as codes; the sentences stand in a catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from appliance.core.answers import Answers
from appliance.core.places import Places
from appliance.core.procedure import Procedure


class Severity(StrEnum):
    """An ERROR keeps the dossier from being sealed; a WARNING asks the volunteer to look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at. *params* fill the blanks of the sentence for *code*."""

    field_key: str
    code: str
    severity: Severity = Severity.ERROR
    params: dict[str, str] = field(default_factory=dict)


def check_answers(
    procedure: Procedure, answers: Answers, today: date, places: Places
) -> list[Problem]:
    """Every problem of the visible fields, in the portal's order. Never raises."""
    raise NotImplementedError
