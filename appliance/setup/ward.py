"""The ward's receiving service on a machine of its own: a release, a user, one unit, its folder."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from appliance.setup.placed import PlacedFile, PlacedFolder, forget_unfinished
from appliance.setup.places import (
    OPT,
    PREVIOUS,
    SOURCE,
    UNITS,
    VENV,
    WARD_ETC,
    WARD_STATE,
)
from appliance.setup.release import Built, Release, Switched, forget_old
from appliance.setup.running import TARGET, last_words, systemd_runs
from appliance.setup.steps import Exit, Refused, Step, holds, ran, say, told
from appliance.setup.typed import typed_words
from appliance.setup.ward_site import SITE, SWITCH, Site, TlsInFront
from appliance.setup.ward_site import remove as remove_site

UNIT, USER = "tramhoso-ward.service", "tramhoso-ward"
SYSUSERS = Path("/etc/sysusers.d/tramhoso-ward.conf")
MADE, STARTED = WARD_ETC / "made", WARD_ETC / "started"


def is_a_wards() -> bool:
    """Whether install-ward was here."""
    return WARD_ETC.exists()


class Ward:
    """All steps of a ward's machine from this source."""

    def __init__(self, site: Site, wheels: Path | None) -> None:
        if (UNITS / TARGET).exists():
            raise Refused(
                Exit.USAGE,
                "a box is installed here; the ward's keys open every dossier and want a machine "
                "of their own; nothing was changed",
            )
        self._site, release = site, Release(wheels)
        unit = PlacedFile(UNITS / UNIT, (SOURCE / "systemd" / UNIT).read_bytes())
        self._steps: list[Step] = [
            Built(release),
            _Account(),
            PlacedFolder(WARD_ETC, 0o755),
            PlacedFolder(WARD_STATE, 0o700, USER, USER),
            unit,
            *typed_words(),
            Switched(release, _stop),
            _Home(site),
            site.remembered(),
            _Started(hashlib.sha256(release.name.encode() + unit.content).hexdigest()),
            *([TlsInFront(site)] if site.certificate else []),
        ]

    def would(self, mark: str) -> int:
        """Say what differs; returns how much."""
        return told(self._steps, mark)

    def make(self) -> int:
        """Install; returns how many things were changed. Safe to break off and to repeat."""
        count = 0
        for step in self._steps:
            lines = step.changes()
            for line in lines:
                say("change", line)
            if lines:
                step.apply()
            count += len(lines)
        forget_old()
        files = [step.place for step in self._steps if isinstance(step, PlacedFile)]
        for place in (*files, SYSUSERS, SITE, VENV, PREVIOUS):
            forget_unfinished(place)
        return count

    def what_comes_next(self) -> Iterator[str]:
        """What a person at the ward does now."""
        if self._site.certificate is None:
            yield (
                f"no certificate for {self._site.host} yet, so nobody reaches this ward: "
                "get one (docs/ward.md), then the same again with --certificate FILE --key FILE"
            )
        yield (
            f"a code for a box: sudo -u {USER} tramhoso ward enrol-code {WARD_STATE} NAME "
            f"--url {self._site.url}"
        )


class _Account:
    """A user of its own, and nobody can sign in as it."""

    def __init__(self) -> None:
        source = SOURCE / "systemd/sysusers.d/tramhoso-ward.conf"
        self._file = PlacedFile(SYSUSERS, source.read_bytes())

    def changes(self) -> list[str]:
        new = not holds("getent", "passwd", USER)
        return self._file.changes() + ([f"user {USER} is new"] if new else [])

    def apply(self) -> None:
        self._file.apply()
        ran("systemd-sysusers", str(SYSUSERS))


class _Home:
    """Keys, tables, the first officer: made once. What a copy brought back stays as it is."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def changes(self) -> list[str]:
        new = not MADE.exists()
        return [f"{WARD_STATE}: keys, tables, the first box and officer"] if new else []

    def apply(self) -> None:
        who = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups")
        init = (str(VENV / "bin/tramhoso"), "ward", "init", str(WARD_STATE))
        said = ran(*who, *init, "--url", self._site.url, HOME=str(WARD_STATE))
        sys.stdout.write(said)  # token and password, told once
        sys.stdout.flush()
        MADE.touch()


class _Started:
    """The unit starts with the machine, and runs what is installed now."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted.encode()

    def changes(self) -> list[str]:
        lines = []
        if not holds("systemctl", "is-enabled", "--quiet", UNIT):
            lines.append(f"{UNIT} starts with the machine")
        if systemd_runs() and not (self._is_known() and _is_active()):
            lines.append(f"{UNIT} is started anew")
        return lines

    def apply(self) -> None:
        """Raises Refused when it does not come up; systemd hears of it when it takes requests."""
        ran("systemctl", "enable", "--quiet", UNIT)
        if not systemd_runs():
            return
        ran("systemctl", "daemon-reload")
        subprocess.run(["systemctl", "reset-failed", UNIT], check=False, capture_output=True)
        if not holds("systemctl", "restart", UNIT):
            raise Refused(Exit.NOT_RUNNING, f"{UNIT}: {last_words(UNIT)}; {WARD_STATE} is safe")
        STARTED.write_bytes(self._wanted)

    def _is_known(self) -> bool:
        return STARTED.exists() and STARTED.read_bytes() == self._wanted


def remove(*, erase: bool, dry_run: bool) -> int:
    """Take the service away; returns how many things that was.

    Keys and dossiers stay, so that a new install goes on with them, unless *erase*.
    """
    mark = "would" if dry_run else "change"
    places = [UNITS / UNIT, SYSUSERS, SWITCH, SITE, WARD_ETC]
    if not (UNITS / TARGET).exists():
        places += [*(file.place for file in typed_words()), OPT]
    places += [WARD_STATE] if erase else []
    doomed = [place for place in places if place.exists() or place.is_symlink()]
    for place in doomed:
        say(mark, f"{place} is removed")
    if dry_run:
        return len(doomed)
    had_site = SWITCH.is_symlink()
    subprocess.run(["systemctl", "disable", "--quiet", UNIT], check=False, capture_output=True)
    if systemd_runs():
        _stop()
    remove_site()
    for place in doomed:
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
    if erase and holds("getent", "passwd", USER):
        ran("userdel", USER)
    if systemd_runs():
        ran("systemctl", "daemon-reload")
        if had_site and holds("systemctl", "is-active", "--quiet", "nginx"):
            ran("systemctl", "reload", "nginx")
    if WARD_STATE.exists():
        say("kept", f"{WARD_STATE}: keys and dossiers (remove them with: uninstall-ward --erase)")
    return len(doomed)


def _is_active() -> bool:
    return holds("systemctl", "is-active", "--quiet", UNIT)


def _stop() -> None:
    if systemd_runs():
        subprocess.run(["systemctl", "stop", UNIT], check=False, capture_output=True)
