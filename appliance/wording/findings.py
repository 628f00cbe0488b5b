"""The sentences for what a look at a page found, read once."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from appliance.catalogues import read_catalogue
from appliance.core.cards.citizen_card import CardDoubt
from appliance.core.paper.findings import Warn


class Advice(NamedTuple):
    """What a volunteer reads beside a page."""

    what: str
    next: str
    severe: bool = False  # scan it again before the seal


def advice_for(found: Warn | CardDoubt, language: str = "vi") -> Advice:
    """The two sentences for a warning, its place in words, or for a doubt about a card.

    A code this version does not know (a newer one noted it, then an update was taken back) asks
    for a look at the page: its desk must not fall over a word.
    """
    warning = Warn(found.value) if isinstance(found, CardDoubt) else found
    said = _sentences(language)
    place = f" {spot}" if (spot := said["places"].get(warning.place)) else ""
    words = said["warnings"].get(warning.code) or said["warnings"]["of-a-newer-version"]
    return Advice(words["what"].replace("{place}", place), words["next"], warning.severe)


@cache
def _sentences(language: str) -> dict[str, Any]:
    return read_catalogue("appliance.wording", f"findings_{language}")
