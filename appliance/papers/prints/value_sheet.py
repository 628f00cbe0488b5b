"""Bản chép: every value in the portal's order, for copying by hand, with the portal's traps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.core.forms.answers import Answers, visible_sections
from appliance.core.forms.fields import HOME_COUNTRY, AddressField, Answer, ChoiceField, FormField
from appliance.core.forms.places import Places
from appliance.core.forms.procedure import Procedure
from appliance.core.forms.shown import shown_text
from appliance.core.printing import Media
from appliance.papers.prints.setting import content_of, set_print, words_of

_RELATION = "relation"  # how procedure files call the question that wipes the others
_REQUESTER = "requester"


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One box of the portal; *indented* rows are parts of the box above."""

    label: str
    text: str = ""
    is_first: bool = False  # the portal wants it before all others
    is_chosen: bool = False  # from a list, not typed
    fills_itself: bool = False  # from the account that signed in
    indented: bool = False
    heads: bool = False  # its parts stand in the rows below; *text* only says in Vietnam or abroad


@dataclass(frozen=True, slots=True)
class CopySection:
    """A heading of the form."""

    title: str
    rows: tuple[CopyRow, ...]


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A PDF and the row of the portal's table in which it belongs; None: the portal has no say."""

    file_name: str
    title: str
    portal_row: int | None
    pages: int


@dataclass(frozen=True, slots=True)
class ValueSheet:
    """All that stands on it. Made by ``value_sheet_of``."""

    point_name: str
    local_number: str
    procedure_name: str
    procedure_code: str
    traps: tuple[str, ...]
    sections: tuple[CopySection, ...]
    files: tuple[AttachedFile, ...]
    made_at: datetime  # in the point's time zone


def value_sheet_of(
    procedure: Procedure,
    answers: Answers,
    places: Places,
    *,
    point_name: str,
    local_number: str,
    made_at: datetime,
    files: Sequence[AttachedFile] = (),
) -> ValueSheet:
    """The sheet of a dossier as its answers stand."""
    return ValueSheet(
        point_name=point_name,
        local_number=local_number,
        procedure_name=procedure.title,
        procedure_code=procedure.code,
        traps=traps_of(procedure),
        sections=copy_rows(procedure, answers, places),
        files=tuple(files),
        made_at=made_at,
    )


def print_value_sheet(sheet: ValueSheet, media: Media = Media.A4) -> bytes:
    """The sheet as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    return set_print("value_sheet", media, sheet.made_at, content_of(sheet))


def copy_rows(procedure: Procedure, answers: Answers, places: Places) -> tuple[CopySection, ...]:
    """Every visible box, addresses parted as the portal asks for them."""
    return tuple(
        CopySection(
            visible.section.title,
            tuple(row for field in visible.fields for row in _rows(field, answers, places)),
        )
        for visible in visible_sections(procedure, answers)
    )


def traps_of(procedure: Procedure, said: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What goes wrong on the portal with this procedure, in the order in which it would.

    *said*: the same sentences in another language, by the same keys.
    """
    say = said or words_of("value_sheet")["traps"]
    fields = procedure.fields
    traps = []
    if (relation := fields.get(_RELATION)) is not None and relation.portal:
        traps.append(say["relation_first"].format(label=relation.label))
    if any(_fills_itself(field) for field in fields.values()):
        traps.append(say["fills_itself"])
    if any(isinstance(f, AddressField) and f.portal_domestic for f in fields.values()):
        traps.append(say["domestic_first"])
    traps.append(say["e_form"])
    if any(slot.portal_row for slot in procedure.slots):
        traps.append(say["fixed_rows"])
    return (*traps, say["one_click"], say["secrets"])


def _fills_itself(field: FormField) -> bool:
    return field.person == _REQUESTER and field.portal is None


def _rows(field: FormField, answers: Answers, places: Places) -> Iterator[CopyRow]:
    value = answers.get(field.key)
    row = CopyRow(
        field.label,
        shown_text(field, value, places),
        is_first=field.key == _RELATION and field.portal is not None,
        is_chosen=isinstance(field, ChoiceField),
        fills_itself=_fills_itself(field),
    )
    if not isinstance(field, AddressField) or not isinstance(value, dict) or row.fills_itself:
        yield row
        return
    yield CopyRow(field.label, _where(field, value), is_chosen=True, heads=True)
    yield from _address_rows(field, value, places)


def _where(field: AddressField, address: Answer) -> str:
    """Which of its two radio buttons the portal wants pressed; it has them where it parts both."""
    if not isinstance(address, dict) or not field.portal_domestic:
        return ""
    say = words_of("value_sheet")["address"]
    at_home = (address.get("country") or HOME_COUNTRY) == HOME_COUNTRY
    return str(say["domestic"] if at_home else say["abroad"])


def _address_rows(field: AddressField, address: Answer, places: Places) -> Iterator[CopyRow]:
    assert isinstance(address, dict)  # noqa: S101 - the caller has looked
    say = words_of("value_sheet")["address"]
    country, province, commune, detail = (
        str(address.get(part) or "") for part in ("country", "province", "commune", "detail")
    )
    if country and country != HOME_COUNTRY:
        yield CopyRow(say["country"], field.countries.label_of(country) or country,
                      is_chosen=True, indented=True)  # fmt: skip
    else:
        in_province = places.province_name(province) or province
        in_commune = places.commune_name(commune, province) or commune
        yield CopyRow(say["province"], in_province, is_chosen=True, indented=True)
        yield CopyRow(say["commune"], in_commune, is_chosen=True, indented=True)
    yield CopyRow(say["detail"], detail, indented=True)
