"""The answers as a person reads them: on the check page and on the printed summary."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.core.forms.answers import Answers, visible_sections
from appliance.core.forms.condition import as_word, is_empty
from appliance.core.forms.fields import (
    HOME_COUNTRY,
    AddressField,
    Answer,
    ChoiceField,
    FormField,
    TextField,
    YesNoField,
)
from appliance.core.forms.places import Places
from appliance.core.forms.procedure import Procedure


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One row; *text* is empty when it was not answered."""

    field_key: str
    label: str
    text: str
    portal: str | None


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A heading and its rows."""

    title: str
    rows: tuple[ShownAnswer, ...]


def answers_in_portal_order(
    procedure: Procedure, answers: Answers, places: Places
) -> tuple[ShownSection, ...]:
    """Every visible field in the order in which the portal asks, codes turned into words.

    A code nobody knows is shown as it is: the check has already spoken about it.
    """
    return tuple(
        ShownSection(
            visible.section.title,
            tuple(_shown(field, answers, places) for field in visible.fields),
        )
        for visible in visible_sections(procedure, answers)
    )


def corrections_in_portal_order(
    procedure: Procedure, answers: Answers, places: Places, emptied: frozenset[str] = frozenset()
) -> tuple[ShownSection, ...]:
    """Only what *answers* hold, under the headings of the form, whatever else was answered.

    Those of *emptied* stand there without a text.
    """
    sections = (
        ShownSection(
            section.title,
            tuple(
                _shown(field, answers, places)
                for field in section.fields
                if field.key in emptied or not is_empty(answers.get(field.key))
            ),
        )
        for section in procedure.sections
    )
    return tuple(section for section in sections if section.rows)


def _shown(field: FormField, answers: Answers, places: Places) -> ShownAnswer:
    text = shown_text(field, answers.get(field.key), places)
    return ShownAnswer(field.key, field.label, text, field.portal)


def shown_text(field: FormField, value: Answer | None, places: Places) -> str:
    """One answer as it is handed over: labels, capitals where the portal wants them."""
    if value is None or is_empty(value):
        return ""
    match field, value:
        case AddressField(), dict():
            return _address(field, value, places)
        case ChoiceField() | YesNoField(), _:
            return field.codes.label_of(as_word(value)) or as_word(value)
        case TextField(upper=True), str():
            return value.upper()
        case _:
            return str(value)


def _address(field: AddressField, address: dict[str, str], places: Places) -> str:
    """From the house to the country, as an envelope is written; Vietnam itself is left out."""
    country, province, commune, detail = (
        str(address.get(part) or "") for part in ("country", "province", "commune", "detail")
    )
    parts = [
        detail,
        places.commune_name(commune, province) or commune,
        places.province_name(province) or province,
        "" if country == HOME_COUNTRY else field.countries.label_of(country) or country,
    ]
    return ", ".join(part for part in parts if not is_empty(part))
