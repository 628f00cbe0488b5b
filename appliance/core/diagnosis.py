"""What a look at the machine found: a code, how bad it is, and what fills the sentence's blanks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How bad it is. Stored as written, so never rename a value."""

    WELL = "well"
    NOTE = "note"  # worth knowing; nobody has to come
    PERSON = "person"  # somebody must act, the point works meanwhile
    OUT = "out"  # the point is out of service until somebody acts


_ORDER = tuple(Level)


@dataclass(frozen=True, slots=True)
class Finding:
    """*code* names three sentences in ``doctor_vi.toml``; *blanks* fill them, never with people."""

    code: str
    level: Level
    blanks: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the store; ``from_json`` reads it back."""
        return {"code": self.code, "level": self.level.value, "blanks": dict(self.blanks)}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Finding:
        """The inverse of ``as_json``."""
        return cls(said["code"], Level(said["level"]), said["blanks"])


def well(code: str, **blanks: object) -> Finding:
    """All is as it should be."""
    return _finding(code, Level.WELL, blanks)


def note(code: str, **blanks: object) -> Finding:
    """Worth knowing."""
    return _finding(code, Level.NOTE, blanks)


def person(code: str, **blanks: object) -> Finding:
    """Somebody must act."""
    return _finding(code, Level.PERSON, blanks)


def out(code: str, **blanks: object) -> Finding:
    """No press can end well until somebody acts."""
    return _finding(code, Level.OUT, blanks)


def worst(findings: Iterable[Finding]) -> Level:
    """The gravest level; *well* when there is nothing at all."""
    return max((found.level for found in findings), key=_ORDER.index, default=Level.WELL)


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """In the order in which a person should read them; equals stay as they came."""
    return sorted(findings, key=lambda found: -_ORDER.index(found.level))


def _finding(code: str, level: Level, blanks: Mapping[str, object]) -> Finding:
    return Finding(code, level, {name: str(value) for name, value in blanks.items()})
