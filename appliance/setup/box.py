"""A box: everything that must be there, in the order in which it is made."""

from __future__ import annotations

import shutil
from pathlib import Path

from appliance.setup.accounts import Accounts
from appliance.setup.debian import DebiansOwn
from appliance.setup.firewall import RULES, Loaded, firewall_for
from appliance.setup.going_back import GoingBack, forget
from appliance.setup.placed import PlacedFile, PlacedFolder, box_files
from appliance.setup.places import CONFIG, ETC, PUBLIC, STATE, TLS, VENV
from appliance.setup.release import (
    Built,
    Release,
    Switched,
    forget_old,
    is_older,
    running,
    version_of_release,
)
from appliance.setup.running import Started
from appliance.setup.sane import SaneFolder
from appliance.setup.settings import Settings, judge_values
from appliance.setup.steps import Exit, Refused, Step, holds, ran, say, taken, told


class Box:
    """All steps of one box from this source."""

    def __init__(self, config: Path | None, offline: Path | None) -> None:
        self._changed = 0
        self._release = Release(offline / "wheels" if offline else None)
        settings = Settings(config)
        firewall = firewall_for(settings.content)
        self._steps: list[Step] = [
            Built(self._release),  # beside the one that runs
            _Judged(config, self._release),
            Accounts(),
            PlacedFolder(ETC, 0o755),
            PlacedFolder(TLS, 0o700),
            PlacedFolder(PUBLIC, 0o755),
            PlacedFolder(STATE, 0o700, "tramhoso", "tramhoso"),
            settings,
            SaneFolder(),
            PlacedFile(RULES, firewall.encode()),
            *box_files(cups=shutil.which("cupsd") is not None),
            Switched(self._release),
            _Certificates(),
            DebiansOwn(),
            Loaded(firewall),
            Started(lambda: self._changed > 0),
        ]

    def would(self, mark: str) -> int:
        """Say what differs; returns how much."""
        return told(self._steps, mark)

    def make(self) -> int:
        """Install; returns how many things were changed. Safe to break off and to repeat.

        Raises:
            Refused: with ROLLED_BACK the release before runs again.
        """
        self._must_not_be_older()
        before = GoingBack(self._steps, self._release)
        try:
            for step in self._steps:
                self._changed += taken([step])
        except Refused as refused:
            if refused.exit_code is Exit.NOT_RUNNING:
                raise before.undo(refused) from refused
            raise
        finally:
            forget()
        forget_old()
        return self._changed

    def _must_not_be_older(self) -> None:
        """Older code cannot read newer tables."""
        there = running()
        if there and is_older(self._release.version, now := version_of_release(there)):
            raise Refused(
                Exit.DOWNGRADE,
                f"release {now} runs here and this is {self._release.version}: an older one cannot "
                "read its tables; take the newer one, or uninstall first",
            )


class _Judged:
    """The configuration, read by the very release that will run, before anything is touched."""

    def __init__(self, given: Path | None, release: Release) -> None:
        self._place, self._release = given or CONFIG, release

    def changes(self) -> list[str]:
        if self._release.is_whole() and self._place.exists():
            judge_values(self._place, self._release.folder)
        return []

    def apply(self) -> None:
        pass


class _Certificates:
    """The box's own authority, the page's certificate, the page that explains them."""

    def changes(self) -> list[str]:
        if not (TLS / "page.pem").exists():
            return [f"{TLS}: the box's own certificate authority and the page's certificate"]
        if VENV.exists() and not holds(*_certificates("--check")):
            return [f"{TLS}: the page's certificate is made anew"]
        return []

    def apply(self) -> None:
        ran(*_certificates())


def _certificates(*words: str) -> tuple[str, ...]:
    return (str(VENV / "bin/python"), "-m", "appliance.setup.certificates", str(TLS), *words)


def tell_what_to_stick_on() -> None:
    """What a technician writes on the label."""
    fingerprint = ran(*_certificates("--fingerprint")).strip()
    say("label", "https://tramhoso.local/ (plain http:// leads to the page of trust)")
    say("label", f"certificate authority SHA-256 {fingerprint}")
