"""What Debian runs by itself and a box must not: noted, so that uninstall puts it back."""

from __future__ import annotations

import json
from pathlib import Path

from appliance.setup.places import UNDO
from appliance.setup.steps import holds, ran


class DebiansOwn:
    """Debian's nginx holds the page's ports; swap on the card would take plain papers down."""

    def changes(self) -> list[str]:
        lines = [f"{unit} is switched off: {why}" for unit, why in _in_the_way()]
        lines += [f"swap on {device} is switched off" for device in swap_on_disk()]
        return lines

    def apply(self) -> None:
        done = noted()
        for unit, _ in _in_the_way():
            done.append(unit)
            ran("systemctl", "disable", "--now", "--quiet", unit)
        for device in swap_on_disk():
            ran("swapoff", device)
        UNDO.parent.mkdir(parents=True, exist_ok=True)
        UNDO.write_text(json.dumps(sorted(set(done))), encoding="utf-8")


def _in_the_way() -> list[tuple[str, str]]:
    found = []
    for unit, why in (
        ("nginx.service", "the page has an nginx of its own, shut in further"),
        ("dphys-swapfile.service", "plain papers must not reach the card"),
    ):
        if holds("systemctl", "is-enabled", "--quiet", unit):
            found.append((unit, why))
    return found


def swap_on_disk(swaps: Path = Path("/proc/swaps"), blocks: Path = Path("/sys/block")) -> list[str]:
    """Swap that is not memory; zram is, unless it writes back to a file what lies idle."""
    places = [line.split()[0] for line in swaps.read_text(encoding="ascii").splitlines()[1:]]
    return [place for place in places if not _is_memory(place, blocks)]


def _is_memory(place: str, blocks: Path) -> bool:
    behind = blocks / Path(place).name / "backing_dev"
    in_file = behind.exists() and behind.read_text(encoding="ascii").strip() != "none"
    return place.startswith("/dev/zram") and not in_file


def noted() -> list[str]:
    """Units of Debian's that were switched off here."""
    return list(json.loads(UNDO.read_text("utf-8"))) if UNDO.exists() else []


def put_back() -> None:
    """As Debian had it."""
    for unit in noted():
        if holds("systemctl", "cat", unit):
            ran("systemctl", "enable", "--quiet", unit)
