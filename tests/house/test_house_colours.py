"""One set of colours, though each site has a sheet of its own: nobody loads a second file."""

from __future__ import annotations

import re
from pathlib import Path

import web

SHEETS = sorted(Path(web.__file__).parent.glob("*/static/*.css"))


def test_a_colour_that_several_sheets_name_is_the_same_in_all() -> None:
    told: dict[str, dict[str, str]] = {}
    for sheet in SHEETS:
        for name, value in re.findall(r"(--[\w-]+): (#[0-9a-f]{3,8});", sheet.read_text("utf-8")):
            told.setdefault(name, {})[sheet.name] = value
    shared = {name: values for name, values in told.items() if len(values) > 1}
    assert len(shared) > 10  # or nothing was looked at
    assert {name: values for name, values in shared.items() if len(set(values.values())) > 1} == {}
