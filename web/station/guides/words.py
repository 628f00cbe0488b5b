"""Every sentence of the guides, in Vietnamese and in English, by the same places."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

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
    folder = resources.files("web.station.guides")
    whole: dict[str, Any] = {}
    for name in FILES:
        whole |= tomllib.loads(folder.joinpath(f"{name}_{language}.toml").read_text("utf-8"))
    return whole
