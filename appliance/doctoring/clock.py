"""The clock: a Pi has none of its own, so it is only right once somebody told the time."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import appliance
from appliance.core.diagnosis import Finding, note, person, well
from appliance.desk.point import Point
from appliance.desk.sending.feed import ward_clock
from appliance.doctoring.machine import Machine

TIMEDATECTL = ("timedatectl", "show", "--property=NTPSynchronized", "--value")
WRONG_BY_S = 120


def look_at_clock(
    point: Point | None,
    machine: Machine,
    now: datetime,
    timedatectl: Sequence[str] = TIMEDATECTL,
    release: Path = Path(appliance.__file__),
) -> Iterator[Finding]:
    """The ward's word counts most; a *now* before this *release* was installed cannot be."""
    heard = ward_clock(point) if point is not None else None
    ahead_s = abs(heard.ahead.total_seconds()) if heard else 0.0
    if ahead_s > WRONG_BY_S:
        yield person("clock-wrong", minutes=round(ahead_s / 60))
    elif heard is not None:
        yield well("clock-well")
    elif now < datetime.fromtimestamp(release.stat().st_mtime, UTC):
        yield person("clock-in-the-past", now=f"{now:%Y-%m-%d %H:%M} UTC")
    elif _synchronised(machine, timedatectl):
        yield well("clock-well")
    else:
        has_own = any((machine.sys / "class/rtc").glob("rtc*"))
        yield note("clock-unproven" if has_own else "clock-untrusted")


def _synchronised(machine: Machine, timedatectl: Sequence[str]) -> bool:
    if (machine.run / "systemd/timesync/synchronized").exists():
        return True
    try:
        told = subprocess.run(timedatectl, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return told.stdout.strip() == "yes"
