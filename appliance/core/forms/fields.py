"""What a form can ask. Each kind of field says what its stored answer looks like."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from appliance.core.forms.condition import Condition

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Label = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
# The portal appends a number to its keys that changes with every template: keep the stable part.
PortalKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]

Answer: TypeAlias = str | int | bool | dict[str, str]


class Words(BaseModel):
    """A part of a procedure: nothing in it by accident, never changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Code(Words):
    """One choice. A withdrawn code keeps its label for old answers but is no longer offered."""

    code: Annotated[str, StringConstraints(min_length=1)]
    label: Label
    withdrawn: date | None = None


class CodeList(Words):
    """A dated list of codes, as an office publishes it."""

    id: Key
    title: Label
    valid_from: date
    source: Label
    codes: Annotated[tuple[Code, ...], Field(min_length=1)]

    def label_of(self, code: object) -> str | None:
        """The Vietnamese label, also of a withdrawn code; None for an unknown one."""
        return next((entry.label for entry in self.codes if entry.code == code), None)

    def offered(self, today: date) -> tuple[Code, ...]:
        """What may be chosen on that day, in the office's order."""
        return tuple(c for c in self.codes if c.withdrawn is None or today < c.withdrawn)


@lru_cache(maxsize=64)
def _same(codes: CodeList) -> CodeList:
    """The first one that is equal: six addresses need not hold the world's countries six times."""
    return codes


SharedList = Annotated[CodeList, AfterValidator(_same)]


class PersonPart(StrEnum):
    """What a field tells about a person; checks across fields and identity cards rest on it."""

    NAME = "name"
    SURNAME = "surname"  # the three boxes of a form that parts the name
    MIDDLE_NAME = "middle_name"
    GIVEN_NAME = "given_name"
    ID_NUMBER = "id_number"
    BIRTH_DATE = "birth_date"
    DEATH_DATE = "death_date"
    SEX = "sex"
    DOCUMENT_KIND = "document_kind"
    DOCUMENT_NUMBER = "document_number"
    DOCUMENT_DATE = "document_date"
    DOCUMENT_ISSUER = "document_issuer"
    RESIDENCE_KIND = "residence_kind"
    RESIDENCE = "residence"
    OTHER = "other"


class AnyField(Words):
    """What all fields have."""

    key: Key
    label: Label
    portal: PortalKey | None = None
    help: Label | None = None
    required: bool | Condition = False
    expected: bool = False  # may stay empty, but somebody should look
    when: Condition | None = None  # None: always asked
    person: Key | None = None
    part: PersonPart = PersonPart.OTHER


class TextField(AnyField):
    """Answer: one line of text as the volunteer typed it."""

    type: Literal["text"]
    max_length: int = Field(default=200, ge=1, le=2000)
    upper: bool = False  # the portal wants capitals; applied when handed over, not when typed
    default: str | None = None


class DateField(AnyField):
    """Answer: ``dd/mm/yyyy``; with *partial* also ``mm/yyyy`` or ``yyyy``."""

    type: Literal["date"]
    partial: bool = False
    future: bool = False  # whether a day after today makes sense


class IdNumberField(AnyField):
    """Answer: the 12 digits of a citizen's identity number."""

    type: Literal["id_number"]
    part: PersonPart = PersonPart.ID_NUMBER


class ChoiceField(AnyField):
    """Answer: one code of the list."""

    type: Literal["choice"]
    codes: SharedList
    default: str | None = None


class AddressField(AnyField):
    """Answer: ``{country, province, commune, detail}``; abroad only country and detail."""

    type: Literal["address"]
    countries: SharedList
    abroad: bool = True
    detail_required: bool = False
    portal_domestic: PortalKey | None = None  # the boxes that appear after "Trong nước"


class PhoneField(AnyField):
    """Answer: digits, a Vietnamese number from 0, a foreign one from +."""

    type: Literal["phone"]


class IntegerField(AnyField):
    """Answer: a whole number."""

    type: Literal["integer"]
    minimum: int = 0
    maximum: int = 1_000_000
    default: int | None = None


class YesNoField(AnyField):
    """Answer: true or false. *codes* only carries the two labels, under ``yes`` and ``no``."""

    type: Literal["yes_no"]
    codes: SharedList
    default: bool | None = None


FormField: TypeAlias = Annotated[
    TextField
    | DateField
    | IdNumberField
    | ChoiceField
    | AddressField
    | PhoneField
    | IntegerField
    | YesNoField,
    Field(discriminator="type"),
]

HOME_COUNTRY = "VN"
ADDRESS_PARTS = ("country", "province", "commune", "detail")
