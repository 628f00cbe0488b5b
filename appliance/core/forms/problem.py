"""One thing in the answers that somebody should look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """An ERROR keeps the dossier from being sealed; a WARNING asks the volunteer to look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """*code* names the sentence in the catalogue, *params* fill its blanks."""

    field_key: str
    code: str
    severity: Severity = Severity.ERROR
    params: dict[str, str] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        """Whether it keeps the dossier from being sealed."""
        return self.severity is Severity.ERROR


def doubt(field_key: str, code: str, **params: str) -> Problem:
    """A warning: it may be right, somebody should look."""
    return Problem(field_key, code, Severity.WARNING, params)


def fault(field_key: str, code: str, **params: str) -> Problem:
    """An error: it cannot be right."""
    return Problem(field_key, code, Severity.ERROR, params)
