"""What a procedure file says, in English: for public pages and citizens' phones.

A point may add procedures of its own; what the catalogue does not know stays Vietnamese, as do
the names of laws, places and peoples.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from pydantic import BaseModel

from appliance.catalogues import read_catalogue
from appliance.core.forms.fields import CodeList
from appliance.core.forms.procedure import Procedure

_WORDS = frozenset({
    "called", "fact", "help", "hint", "instead", "label", "note", "presence", "result", "summary",
    "title", "where", "who_files", "why",
})  # fmt: skip
_LEFT_ALONE = frozenset({"search", "sources"})  # what people type, and names of laws
_COUNTRIES = frozenset({"quoc_tich", "quoc_gia"})
_JOINTS = (" của ", ", ", " ")


class EnglishProcedure(Procedure):
    """A procedure whose texts are English; only for showing."""


@lru_cache(maxsize=3)
def in_english(procedure: Procedure) -> EnglishProcedure:
    """The same procedure with every text that is known put into English.

    Keys, rules and codes are untouched, so that answers fit both.
    """
    changed = _changed(procedure)
    known = {name: getattr(procedure, name) for name in type(procedure).model_fields}
    return EnglishProcedure.model_construct(**{**known, **changed})


def said_in_english(text: str) -> str | None:
    """*text* in English; None when the catalogue does not know it."""
    said = _catalogue()["said"].get(text)
    return said if said is not None else _put_together(text)


def _put_together(text: str) -> str | None:
    """A label from what is asked, of whom, and how it ends."""
    catalogue = _catalogue()
    ending = next((end for end in catalogue["endings"] if text.endswith(end)), "")
    bare = text.removesuffix(ending)
    for person, called in catalogue["people"].items():
        if not bare.endswith(person):
            continue
        asked = bare.removesuffix(person)
        for joint in _JOINTS:
            label = catalogue["labels"].get(asked.removesuffix(joint))
            if asked.endswith(joint) and label is not None:
                return f"{label} ({called}){catalogue['endings'].get(ending, '')}"
    return None


def _part(part: Any) -> Any:
    if isinstance(part, tuple):
        return tuple(_part(one) for one in part)
    if isinstance(part, CodeList) and part.id in _COUNTRIES:
        return _countries(part)
    return part.model_copy(update=_changed(part)) if isinstance(part, BaseModel) else part


def _changed(part: BaseModel) -> dict[str, Any]:
    """What of *part* reads otherwise in English."""
    changed: dict[str, Any] = {}
    for name in type(part).model_fields:
        value = getattr(part, name)
        if name in _WORDS and isinstance(value, str):
            changed[name] = said_in_english(value) or value
        elif isinstance(value, BaseModel | tuple) and name not in _LEFT_ALONE:
            changed[name] = _part(value)
    return changed


def _countries(listed: CodeList) -> CodeList:
    """By Unicode's own names of countries; an office's special rows keep theirs."""
    from babel import Locale  # noqa: PLC0415 - a megabyte, for days on which somebody reads English

    names = Locale("en").territories
    codes = tuple(
        code.model_copy(update={"label": names.get(code.code, code.label)}) for code in listed.codes
    )
    return listed.model_copy(update={"codes": codes})


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    return read_catalogue("appliance.procedures", "english")
