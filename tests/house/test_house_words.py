"""No sentence waits in a catalogue of the page for somebody to say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.catalogues import read_catalogue
from appliance.core.point.appointment import Kind

STATION = Path(__file__).resolve().parents[2] / "web/station"
SHARED = STATION / "templates"
# A room, the catalogue it says things from, and rooms beside it that say some of them.
ROOMS = [
    ("appointments", "appointments", ["bag"]),
    ("bag", "bag", []),
    ("booking", "booking", []),
    ("duty", "duty", []),
    ("guides", "guides", []),
    ("guides", "accounts", []),
    ("guides", "sent_down", []),
    ("visits", "visits", []),
]
QUOTED = re.compile(r'"([\w.{}\[\]()\'-]+)"|\'([\w.{}-]+)\'')


def paths_in(table: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, there in table.items():
        if isinstance(there, dict):
            yield from paths_in(there, f"{above}{name}.")
        else:
            yield above + name


def said_in(*rooms: Path) -> list[re.Pattern[str]]:
    """What is between quotation marks: a place, one with a blank in it, or the table above it.

    And the kinds of appointments, whose own names are places: ``say(slot.kind)``.
    """
    found = {kind.value for kind in Kind}
    for room in rooms:
        for file in [*room.rglob("*.py"), *room.rglob("*.html")]:
            for double, single in QUOTED.findall(file.read_text("utf-8")):
                text = double or single
                parts = [re.escape(part) for part in re.split(r"\{[^}]*\}", text)]
                if any(re.search(r"[a-z]{2}", part) for part in parts):
                    found.add(r"[\w-]+".join(parts))
    begun = r"(?<=[._-]).*"  # what a template puts together: "home." ~ name
    return [re.compile(rf"{text}(\..*|{begun})?$") for text in found]


@pytest.mark.parametrize(("room", "catalogue", "beside"), ROOMS)
def test_every_sentence_of_a_room_is_said_somewhere(
    room: str, catalogue: str, beside: list[str]
) -> None:
    said = said_in(SHARED, STATION / room, *(STATION / other for other in beside))
    written = paths_in(read_catalogue(f"web.station.{room}", f"{catalogue}_vi"))
    assert [path for path in written if not any(one.match(path) for one in said)] == []
