"""What Debian runs by itself and a box must not: noted, so that uninstall puts it back."""

from __future__ import annotations

import json
from pathlib import Path

from appliance.setup.placed import PlacedFile
from appliance.setup.places import UNDO
from appliance.setup.running import is_switched_off, systemd_runs
from appliance.setup.steps import holds, ran
from appliance.setup.swap import swap_of_this_machine, switch_off, units_to_mask


class DebiansOwn:
    """Debian's nginx holds the page's ports; swap on the card would take plain papers down."""

    def changes(self) -> list[str]:
        lines = [f"{unit} is switched off: {why}" for unit, why in _in_the_way()]
        lines += [f"swap on {place} is switched off" for place in swap_of_this_machine()]
        lines += [f"{unit} stays off at every start" for unit in units_to_mask()]
        return lines

    def apply(self) -> None:
        in_the_way, masked = [unit for unit, _ in _in_the_way()], units_to_mask()
        # first: what a plug leaves switched off and not noted, uninstall would never put back
        note = json.dumps(sorted({*noted(), *in_the_way, *masked}))
        PlacedFile(UNDO, note.encode()).apply()
        now = ("--now",) if systemd_runs() else ()
        for unit in in_the_way:
            ran("systemctl", "disable", *now, "--quiet", unit)
        for unit in masked:
            ran("systemctl", "mask", "--quiet", unit)
        for place in swap_of_this_machine():
            switch_off(place)


def _in_the_way() -> list[tuple[str, str]]:
    found = []
    for unit, why in (
        ("nginx.service", "the page has an nginx of its own, shut in further"),
        ("dphys-swapfile.service", "plain papers must not reach the card"),
    ):
        if holds("systemctl", "is-enabled", "--quiet", unit):
            found.append((unit, why))
    return found


def noted(undo: Path = UNDO) -> list[str]:
    """Units of Debian's that were switched off here."""
    return list(json.loads(undo.read_text("utf-8"))) if undo.exists() else []


def put_back(undo: Path = UNDO) -> None:
    """As Debian had it; swap comes back with the next start of the machine."""
    for unit in noted(undo):
        if unit.endswith(".swap"):
            ran("systemctl", "unmask", "--quiet", unit)
        elif is_switched_off(unit):
            ran("systemctl", "enable", "--quiet", unit)
