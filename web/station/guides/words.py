"""Every sentence of the guides, in Vietnamese and in English, by the same places."""

from __future__ import annotations

from functools import cache
from typing import Any

from appliance.catalogues import read_catalogue
from web.station.look import Language

FILES = ("guides", "accounts", "sent_down")  # no place stands in two of them


def find(language: Language, path: str) -> Any:
    """What stands at a dotted place: a sentence, a list or a table.

    Raises:
        KeyError: nothing stands there.
    """
    found: Any = catalogue(language)
    for name in path.split("."):
        found = found[name]
    return found


@cache
def catalogue(language: Language) -> dict[str, Any]:
    """All files together, read at the first page in that language: most points need no English."""
    whole: dict[str, Any] = {}
    for name in FILES:
        whole |= read_catalogue("web.station.guides", f"{name}_{language}")
    return whole
