"""When something is asked for: a small readable form, no code in data files.

``{relation: other}`` holds when *relation* was answered *other*; ``{relation: [father, mother]}``
when it is one of them; several keys must all hold; ``not: {…}`` must not hold; ``any: [{…}, {…}]``
needs one of them. For every kind of field the words ``empty`` and ``answered`` are values too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

EMPTY, ANSWERED = "empty", "answered"
NOT, ANY = "not", "any"
CONDITION_WORDS = frozenset({NOT, ANY, "clauses", "none_of", "any_of"})


class Clause(BaseModel):
    """One field and the answers that satisfy it."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    field: str
    values: tuple[str, ...]

    def holds(self, answers: Mapping[str, object]) -> bool:
        """Whether *answers* has one of the values."""
        value = answers.get(self.field)
        if is_empty(value):
            return EMPTY in self.values
        return ANSWERED in self.values or as_word(value) in self.values


class Condition(BaseModel):
    """All clauses hold, *none_of* does not, and so does one of *any_of* if there are any."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    clauses: tuple[Clause, ...] = ()
    none_of: Condition | None = None
    any_of: tuple[Condition, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, written: Any) -> Any:
        if isinstance(written, Condition):
            return written
        if not isinstance(written, dict) or not written:
            raise ValueError("a condition looks like {field: value} or {field: [value, value]}")
        if "clauses" in written or "none_of" in written or "any_of" in written:
            return written  # the long form, as stored
        fields = {key: wanted for key, wanted in written.items() if key not in (NOT, ANY)}
        return {
            "clauses": [
                {"field": key, "values": [as_word(value) for value in _listed(wanted)]}
                for key, wanted in fields.items()
            ],
            "none_of": written.get(NOT),
            "any_of": written.get(ANY, ()),
        }

    def holds(self, answers: Mapping[str, object]) -> bool:
        """Whether the whole condition holds; *answers* of hidden fields must not be in it."""
        if self.none_of is not None and self.none_of.holds(answers):
            return False
        if self.any_of and not any(choice.holds(answers) for choice in self.any_of):
            return False
        return all(clause.holds(answers) for clause in self.clauses)

    def located_clauses(self) -> Iterator[tuple[tuple[str | int, ...], Clause]]:
        """Every clause with its path as a technician wrote it, for messages with a line."""
        for clause in self.clauses:
            yield (clause.field,), clause
        if self.none_of is not None:
            for path, clause in self.none_of.located_clauses():
                yield (NOT, *path), clause
        for number, choice in enumerate(self.any_of):
            for path, clause in choice.located_clauses():
                yield (ANY, number, *path), clause


def is_empty(value: object) -> bool:
    """Nothing, blank text, or an address of blanks. ``0`` and ``False`` are answers."""
    if isinstance(value, dict):
        return not any(not is_empty(part) for part in value.values())
    return value is None or (isinstance(value, str) and not value.strip())


def as_word(value: object) -> str:
    """An answer as a condition spells it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _listed(wanted: Any) -> list[Any]:
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]
