"""What may be asked for (thủ tục): the papers, the questions, the law behind them, with dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Annotated

from pydantic import Field, StringConstraints

from appliance.core.forms.condition import Condition
from appliance.core.forms.fields import FormField, Key, Label, Words
from appliance.core.forms.procedure_facts import (
    Deadline,
    Fee,
    OpenFact,
    OriginalPaper,
    ProcessingTime,
    Refusal,
    Source,
)
from appliance.core.forms.sex import Sex
from appliance.core.wire.manifest import CopyKind, ProcedureRef

ProcedureId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
NationalCode = Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}$")]


class SamePerson(Words):
    """Another person of the same file who is this one, as long as the answers say so."""

    person: Key
    when: Condition


class Person(Words):
    """Somebody the papers and questions are about."""

    key: Key
    called: Label
    sex: Sex | None = None  # where the role says it: a mother, a father
    parent_of: Key | None = None
    at_least_years: int | None = Field(default=None, ge=1)  # of age, on the day of asking
    below_years: int | None = Field(default=None, ge=1)
    may_also_be: tuple[Key, ...] = ()  # who asks may be the mother: one number twice is no doubt
    same_as: tuple[SamePerson, ...] = ()  # one identity card fills both


class Slot(Words):
    """The place for one kind of paper, perhaps one person's (thành phần hồ sơ)."""

    key: Key
    title: Label
    hint: Label | None = None
    required: bool | Condition = False
    when: Condition | None = None  # None: always offered
    copy_kind: CopyKind = CopyKind.PHOTO
    person: Key | None = None
    portal_row: int | None = Field(default=None, ge=1)


class Section(Words):
    """A heading of the form and the questions below it, in the portal's order."""

    title: Label
    help: Label | None = None
    when: Condition | None = None
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]


class Procedure(Words):
    """One dated definition. Read by ``procedures.reader``, which also knows its digest."""

    id: ProcedureId
    code: NationalCode
    aliases: tuple[NationalCode, ...] = ()  # codes it had before, or has elsewhere
    version: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}(\.\d+)?$")]
    title: Label
    summary: Label | None = None  # when a citizen needs it, in one sentence
    search: tuple[Label, ...] = ()  # what people call it; found without marks
    valid_from: date
    valid_to: date | None = None  # the last day it may be used
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    to_confirm: tuple[OpenFact, ...] = ()
    who_files: Label
    where: Label
    presence: Label | None = None  # who must come to the office in person, and what for
    result: Label | None = None  # what the citizen gets, and for how long it is good
    processing: ProcessingTime
    deadline: Deadline | None = None
    fees: tuple[Fee, ...] = ()
    bring: tuple[OriginalPaper, ...] = ()
    refuses: tuple[Refusal, ...] = ()
    people: tuple[Person, ...] = ()
    slots: Annotated[tuple[Slot, ...], Field(min_length=1)]
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    sha256: str = ""  # of everything else, in canonical form

    def __hash__(self) -> int:
        return hash((self.id, self.version, self.sha256))

    @property
    def ref(self) -> ProcedureRef:
        """How the manifest pins this definition."""
        return ProcedureRef(
            id=self.id,
            version=self.version,
            sha256=self.sha256,
            title_vi=self.title,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )

    @cached_property
    def fields(self) -> dict[str, FormField]:
        """Every field by its key, in the portal's order, hidden ones too."""
        return {field.key: field for section in self.sections for field in section.fields}

    def slot(self, key: str) -> Slot:
        """The slot of that key.

        Raises:
            KeyError: this procedure has none.
        """
        for slot in self.slots:
            if slot.key == key:
                return slot
        raise KeyError(key)

    def person(self, key: str | None) -> Person | None:
        """The person of that key, if any."""
        return next((person for person in self.people if person.key == key), None)

    def valid_on(self, day: date) -> bool:
        """Whether the law behind this file holds on *day*."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def fees_on(self, day: date) -> Iterator[Fee]:
        """The fees of that day."""
        for fee in self.fees:
            if fee.valid_from <= day and (fee.valid_to is None or day <= fee.valid_to):
                yield fee

    def answers_to(self, code: str) -> bool:
        """Whether *code* names this procedure, also with a province's suffix (1.004873.000.00)."""
        prefix = ".".join(code.strip().split(".")[:2])
        return prefix == self.code or prefix in self.aliases
