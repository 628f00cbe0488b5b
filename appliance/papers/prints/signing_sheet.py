"""Values for a paper form that two people sign before an officer: marriage.

Ours is a summary to copy from and to check against, in the order of the paper form; the form
itself comes from the office.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.forms.answers import Answers, counted_answers, visible_fields
from appliance.core.forms.places import Places
from appliance.core.forms.procedure import Procedure
from appliance.core.forms.shown import shown_text
from appliance.core.printing import Media
from appliance.papers.prints.setting import content_of, set_print, words_of

# rows of the paper form, by how the questions of each person end; several go on one line
_ROWS = (
    ("name",),
    ("birth_date",),
    ("ethnicity",),
    ("nationality",),
    ("residence",),
    ("document_kind", "document_number", "document_date", "document_issuer"),
    ("id_number",),
    ("marriage_count",),
    ("status",),
    ("divorce_number", "divorce_date", "divorce_court"),
)


@dataclass(frozen=True, slots=True)
class TwoColumns:
    """One row of the form: the same question to both."""

    label: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class SigningSheet:
    """All that stands on it. Made by ``signing_sheet_of``."""

    point_name: str
    local_number: str
    procedure_name: str
    columns: tuple[str, str]  # who stands in which column
    rows: tuple[TwoColumns, ...]
    copies: str
    where: str
    made_at: datetime  # in the point's time zone


def signing_sheet_of(
    procedure: Procedure,
    answers: Answers,
    places: Places,
    *,
    point_name: str,
    local_number: str,
    made_at: datetime,
) -> SigningSheet:
    """The sheet of a dossier whose procedure has two mirrored people, the first two of its list."""
    first, second = procedure.people[:2]
    counted = counted_answers(procedure, answers)
    texts = {
        field.key: shown_text(field, counted.get(field.key), places)
        for field in visible_fields(procedure, answers)
    }

    def text(person: str, parts: tuple[str, ...]) -> str:
        told = (texts.get(f"{person}_{part}", "") for part in parts)
        return ", ".join(part for part in told if part)

    labels = words_of("signing_sheet")["rows"]
    rows = (
        TwoColumns(labels[parts[0]], text(first.key, parts), text(second.key, parts))
        for parts in _ROWS
    )
    optional = labels["divorce_number"]
    return SigningSheet(
        point_name=point_name,
        local_number=local_number,
        procedure_name=procedure.title,
        columns=(first.called, second.called),
        rows=tuple(r for r in rows if r.label != optional or r.first or r.second),
        copies=texts.get("copies", ""),
        where=procedure.where,
        made_at=made_at,
    )


def print_signing_sheet(sheet: SigningSheet, media: Media = Media.A4) -> bytes:
    """The sheet as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    return set_print("signing_sheet", media, sheet.made_at, content_of(sheet))
