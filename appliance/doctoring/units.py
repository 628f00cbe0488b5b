"""The services, as systemd tells of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence

from appliance.core.diagnosis import Finding, note, person, well
from appliance.doctoring.machine import Machine

PROPERTIES = "Id,LoadState,ActiveState,SubState,Result,NRestarts,Type,RemainAfterExit"
SYSTEMCTL = ("systemctl", "show", f"--property={PROPERTIES}")
SERVICES = (
    *("station", "web", "nginx", "uploader", "upkeep", "certificates"),
    *("firewall", "names"),
)
_NAMES = tuple(f"tramhoso-{name}.service" for name in SERVICES)
MANY_RESTARTS = 3


def look_at_units(machine: Machine, systemctl: Sequence[str] = SYSTEMCTL) -> Iterator[Finding]:
    """One finding for each unit that is not as it should be."""
    if not (machine.run / "systemd/system").is_dir():
        yield note("no-systemd")
        return
    told = subprocess.run(
        [*systemctl, *_NAMES], capture_output=True, text=True, timeout=8, check=False
    )
    units = [_facts(block) for block in told.stdout.split("\n\n") if block.strip()]
    known = [unit for unit in units if unit.get("LoadState") == "loaded"]
    if not known:
        yield note("units-absent")
        return
    ill = [found for unit in known for found in _of(unit)]
    yield from ill or [well("units-well", count=len(known))]


def _of(unit: dict[str, str]) -> Iterator[Finding]:
    name = unit.get("Id", "")
    state, result = unit.get("ActiveState", ""), unit.get("Result", "")
    if state == "failed":
        yield person("unit-failed", unit=name, result=result)
    elif not _ends_at_will(name) and (
        unit.get("SubState") == "auto-restart" or _restarts(unit) >= MANY_RESTARTS
    ):
        # the former fell over a moment ago; before its next start it is neither failed nor running
        yield person("unit-restarts", unit=name, count=max(1, _restarts(unit)))
    elif state == "inactive" and _must_be_active(unit) and "uploader" not in name:
        # the uploader rests until there is a token; the others must run
        yield person("unit-stopped", unit=name)


def _restarts(unit: dict[str, str]) -> int:
    return int(unit.get("NRestarts") or 0)


def _ends_at_will(name: str) -> bool:
    """It begins anew with each address that the box is given."""
    return name == "tramhoso-names.service"


def _must_be_active(unit: dict[str, str]) -> bool:
    """A firewall that was loaded stays active; what is only done now and then does not."""
    return unit.get("Type") != "oneshot" or unit.get("RemainAfterExit") == "yes"


def _facts(block: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in block.strip().splitlines())
    return {key: value for key, _, value in pairs}
