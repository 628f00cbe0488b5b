"""Sentences of one room of the page, in the room's own catalogues."""

from __future__ import annotations

from functools import cache
from typing import Any

from appliance.catalogues import read_catalogue
from web.station.look import Language, look


class RoomWords:
    """``{stem}_vi.toml`` of a package, and ``{stem}_en.toml`` where the room speaks English."""

    def __init__(self, package: str, stem: str) -> None:
        self._package, self._stem = package, stem

    def all_of(self, path: str) -> Any:
        """Whatever stands at a dotted place in the reader's language; KeyError: nothing does."""
        found: Any = _catalogue(self._package, self._stem, look().language)
        for name in path.split("."):
            found = found[name]
        return found

    def say(self, path: str, **blanks: object) -> str:
        """The sentence there, its blanks filled in."""
        return str(self.all_of(path)).format(**blanks)


@cache
def _catalogue(package: str, stem: str, language: Language) -> dict[str, Any]:
    return read_catalogue(package, f"{stem}_{language}")
