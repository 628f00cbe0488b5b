"""One answer looked at by itself: can it be what the field asks for?"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from appliance.core.forms.citizen_id import CitizenId
from appliance.core.forms.condition import is_empty
from appliance.core.forms.dates import PartialDate
from appliance.core.forms.fields import (
    HOME_COUNTRY,
    AddressField,
    Answer,
    ChoiceField,
    CodeList,
    DateField,
    FormField,
    IdNumberField,
    IntegerField,
    PersonPart,
    PhoneField,
    TextField,
    YesNoField,
)
from appliance.core.forms.places import Places
from appliance.core.forms.problem import Problem, doubt, fault

_LONG_AGO = 1900  # nobody who comes to the desk was born before
_PHONE = re.compile(r"0\d{9,10}|\+[1-9]\d{6,14}")
LONGEST_DETAIL = 250
_NAMES = (PersonPart.NAME, PersonPart.SURNAME, PersonPart.MIDDLE_NAME, PersonPart.GIVEN_NAME)
_SIGNS_OF_NAMES = frozenset(" '’-.,")


def problem_of_value(
    field: FormField, value: Answer, today: date, places: Places
) -> Problem | None:
    """The first problem of a non-empty answer, errors before doubts."""
    match field, value:
        case AddressField(), dict():
            return _address(field, value, today, places)
        case YesNoField(), bool():
            return None
        case IntegerField(), int() if not isinstance(value, bool):
            return _integer(field, value)
        case _, str():
            return _text_like(field, value, today)
    return _misfit(field)


def _text_like(field: FormField, text: str, today: date) -> Problem | None:
    match field:
        case TextField():
            return _text(field, text)
        case DateField():
            return _date(field, text, today)
        case IdNumberField():
            return _id_number(field, text)
        case PhoneField():
            return None if _PHONE.fullmatch(text) else fault(field.key, "phone-wrong")
        case ChoiceField():
            return _choice(field.key, field.codes, text, today)
    return _misfit(field)


def _misfit(field: FormField) -> Problem:
    """The value is of a kind this field never stores."""
    codes = {"integer": "not-a-number", "yes_no": "not-yes-or-no"}
    return fault(field.key, codes.get(field.type, "not-understood"))


def _text(field: TextField, text: str) -> Problem | None:
    if len(text) > field.max_length:
        return fault(field.key, "too-long", longest=str(field.max_length), length=str(len(text)))
    if field.part in _NAMES and any(sign.isdigit() for sign in text):
        return doubt(field.key, "name-has-digits")
    if field.part in _NAMES and not all(_is_of_a_name(sign) for sign in text):
        return doubt(field.key, "name-has-signs")
    if field.part is PersonPart.DOCUMENT_NUMBER and not any(sign.isdigit() for sign in text):
        return doubt(field.key, "document-without-digits")
    return None


def _is_of_a_name(sign: str) -> bool:
    """A letter of any script, or a mark that has no common form with its letter."""
    return sign in _SIGNS_OF_NAMES or unicodedata.category(sign)[0] in "LM"


def _date(field: DateField, text: str, today: date) -> Problem | None:
    read = PartialDate.read(text)
    if read is None:
        return fault(field.key, "partial-date-wrong" if field.partial else "date-wrong")
    if read.whole is None and not field.partial:
        return fault(field.key, "date-incomplete")
    if not field.future and read.earliest > today:
        return fault(field.key, "date-in-future")
    return doubt(field.key, "date-long-ago") if read.year < _LONG_AGO else None


def _id_number(field: IdNumberField, text: str) -> Problem | None:
    number = CitizenId.read(text)
    if number is None:
        digits = sum(sign.isdecimal() for sign in text)
        if text.isdecimal() and digits == 9:
            return fault(field.key, "id-has-9-digits")
        return fault(field.key, "id-not-12-digits", digits=str(digits))
    return None if number.place_known else doubt(field.key, "id-place-unknown", place=text[:3])


def _integer(field: IntegerField, value: int) -> Problem | None:
    if value < field.minimum:
        return fault(field.key, "number-too-small", smallest=str(field.minimum))
    if value > field.maximum:
        return fault(field.key, "number-too-big", biggest=str(field.maximum))
    return None


def _choice(key: str, codes: CodeList, code: str, today: date) -> Problem | None:
    label = codes.label_of(code)
    if label is None:
        return fault(key, "choice-unknown")
    if all(offered.code != code for offered in codes.offered(today)):
        return fault(key, "choice-withdrawn", choice=label)
    return None


def _address(
    field: AddressField, address: dict[str, str], today: date, places: Places
) -> Problem | None:
    if any(not isinstance(part, str) for part in address.values()):
        return fault(field.key, "not-understood")
    country = address.get("country", "")
    if is_empty(country):
        return fault(field.key, "country-missing")
    if country == HOME_COUNTRY:
        wrong = _domestic(
            field.key, address.get("province", ""), address.get("commune", ""), places
        )
    elif field.abroad:
        wrong = _choice(field.key, field.countries, country, today)
    else:
        wrong = fault(field.key, "not-abroad")
    return wrong or _detail(field, address.get("detail", ""))


def _detail(field: AddressField, detail: str) -> Problem | None:
    if field.detail_required and is_empty(detail):
        return fault(field.key, "detail-missing")
    if len(detail) > LONGEST_DETAIL:
        return fault(field.key, "too-long", longest=str(LONGEST_DETAIL), length=str(len(detail)))
    return None


def _domestic(key: str, province: str, commune: str, places: Places) -> Problem | None:
    if not province:
        return fault(key, "province-missing")
    name = places.province_name(province)
    if name is None:
        return fault(key, "province-unknown")
    if not commune:
        return fault(key, "commune-missing", province=name)
    if places.commune_name(commune, province) is None:
        return fault(key, "commune-unknown", province=name)
    return None
