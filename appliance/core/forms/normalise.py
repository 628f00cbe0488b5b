"""One way to write each answer: NFC, single spaces, bare digits, dates with leading zeros."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from appliance.core.forms.dates import PartialDate
from appliance.core.forms.fields import (
    ADDRESS_PARTS,
    HOME_COUNTRY,
    AddressField,
    Answer,
    DateField,
    FormField,
    IdNumberField,
    IntegerField,
    PhoneField,
    YesNoField,
)
from appliance.core.spelling import ascii_digits, clean_text

_BETWEEN_WORDS = re.compile(r"(?:(?!(?<=\d)\.(?=\d))[\W_])+")  # but not 1.001193's point
_SEPARATORS = re.compile(r"[\s.\-()]+")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_LONGEST_INTEGER = 18  # digits; more is not a count of anything


def normalise(field: FormField, raw: object) -> Answer:
    """The stored form of what somebody typed or a reader sent. Never raises.

    What cannot be understood comes back as cleaned text, for the check to speak about: nothing
    a person typed is thrown away. Nothing is ``""``. A missing day or month is never invented.
    """
    text = clean_text(raw)
    stored: Answer = text
    match field:
        case AddressField():
            stored = _address(raw)
        case YesNoField():
            stored = raw if isinstance(raw, bool) else _YES_NO.get(text, text)
        case IntegerField():
            stored = _integer(raw, text)
        case DateField():
            stored = str(PartialDate.read(ascii_digits(text)) or text)
        case IdNumberField():
            stored = _bare_digits(text)
        case PhoneField():
            stored = _phone(text)
        case _:
            pass
    return stored


def unmarked(text: str) -> str:
    """Small letters without Vietnamese marks, digits, single spaces: for comparing, never shown.

    Points inside a national code stay (``1.001193``), so that it remains one word.
    """
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return _BETWEEN_WORDS.sub(" ", bare).strip()


def _bare_digits(text: str) -> str:
    bare = ascii_digits(_SEPARATORS.sub("", text))
    return bare if bare.isdecimal() else text


def _phone(text: str) -> str:
    bare = ascii_digits(_SEPARATORS.sub("", text))
    if not bare.removeprefix("+").isdecimal():
        return text
    if bare.startswith("+84"):
        return "0" + bare.removeprefix("+84").removeprefix("0")
    return bare


def _integer(raw: object, text: str) -> Answer:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    bare = ascii_digits(text)
    if re.fullmatch(r"-?\d+", bare) and len(bare) <= _LONGEST_INTEGER:
        return int(bare)
    return text


def _address(raw: object) -> Answer:
    if not isinstance(raw, Mapping):
        detail = clean_text(raw)
        return {"detail": detail} if detail else ""
    parts = {name: clean_text(raw.get(name)) for name in ADDRESS_PARTS}
    if parts["country"] not in {"", HOME_COUNTRY}:
        parts["province"] = parts["commune"] = ""
    return {name: text for name, text in parts.items() if text} or ""
