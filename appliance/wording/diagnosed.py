"""The sentences for what the doctor found, read once: what, why, and the one thing to do."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from appliance.catalogues import read_catalogue
from appliance.core.diagnosis import Finding, Level

LANGUAGES = ("vi", "en")
_UNKNOWN = "of-another-release"


class Told(NamedTuple):
    """A finding as a technician reads it; *why* and *todo* are empty where all is well."""

    code: str
    level: Level
    what: str
    why: str
    todo: str


def told(found: Finding, language: str = "vi") -> Told:
    """*found* in words. A code this release does not know is told by its name."""
    words = sentences(language)
    said = words.get(found.code) or words[_UNKNOWN]
    blanks = _Blanks(found.blanks, code=found.code)
    parts = (said.get(part, "").format_map(blanks) for part in ("what", "why", "todo"))
    return Told(found.code, found.level, *parts)


class _Blanks(dict[str, str]):
    """A blank that an older release did not note is told as an ellipsis, not as a fault."""

    def __missing__(self, key: str) -> str:
        return "…"


@cache
def sentences(language: str) -> dict[str, dict[str, str]]:
    """All of a language, by code."""
    return read_catalogue("appliance.wording", f"doctor_{language}")
