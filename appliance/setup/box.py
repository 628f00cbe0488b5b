"""A box: everything that must be there, in the order in which it is made."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

from appliance.failpoints import passing
from appliance.setup import accounts
from appliance.setup.debian import DebiansOwn
from appliance.setup.firewall import RULES, Loaded, firewall_for
from appliance.setup.going_back import GoingBack, as_it_is, broken_off
from appliance.setup.hotspot import hotspot_for
from appliance.setup.names import NAMES, names_for
from appliance.setup.needed import Needed
from appliance.setup.placed import PlacedFile, PlacedFolder, box_files, forget_unfinished
from appliance.setup.places import CONFIG, ETC, PREVIOUS, PUBLIC, STATE, TLS, UNDO, VENV
from appliance.setup.release import (
    Built,
    Release,
    Switched,
    forget_old,
    is_whole,
    lost_python,
    releases,
)
from appliance.setup.running import Started, not_running, page_answers, stop, systemd_runs
from appliance.setup.sane import SaneFolder, sane_files
from appliance.setup.settings import Settings, judge_values
from appliance.setup.steps import Exit, Refused, Step, holds, ran, say, told
from appliance.setup.succession import may_follow
from appliance.setup.trust import RELEASE_KEY, Bundle
from appliance.setup.typed import typed_words
from appliance.trial import Trial


class Box:
    """All steps of one box from this source."""

    def __init__(self, config: Path | None, bundle: Bundle | None) -> None:
        self._config, self._bundle = config, bundle
        self._manifest = bundle.manifest if bundle else None
        self._release = Release(bundle.wheels if bundle else None)
        self._before, self._is_kept = broken_off(), False
        self._must_start = False
        self._closed = ExitStack()  # while it lasts the new release takes nothing in
        self._steps = self._all_steps()

    def _all_steps(self) -> list[Step]:
        """As the configuration wants it that is there, or was given."""
        config, bundle = self._config, self._bundle
        settings = Settings(config)
        hotspot = hotspot_for(settings.content)
        firewall = firewall_for(settings.content, hotspot.device)
        names = names_for(settings.content)
        key = [PlacedFile(RELEASE_KEY, bundle.key)] if bundle and bundle.key else []
        return [
            Built(self._release),  # beside the one that runs
            _Judged(config, self._release),
            accounts.Accounts(),
            PlacedFolder(ETC, 0o755),
            PlacedFolder(TLS, 0o700),
            PlacedFolder(PUBLIC, 0o755),
            PlacedFolder(STATE, 0o700, "tramhoso", "tramhoso"),
            *key,
            settings,
            SaneFolder(),
            PlacedFile(NAMES, names),
            PlacedFile(RULES, firewall.encode()),
            *box_files(cups=shutil.which("cupsd") is not None),
            *typed_words(),
            Switched(self._release, self._before_the_switch),
            _Certificates(),
            DebiansOwn(),
            Needed(),
            Loaded(firewall),
            hotspot,
            Started(lambda: self._must_start, self._between),
        ]

    def would(self, mark: str) -> int:
        """Say what differs; returns how much."""
        return told(self._steps, mark)

    def make(self) -> int:
        """Install; returns how many things were changed. Safe to break off and to repeat.

        Raises:
            Refused: with ROLLED_BACK the release before runs again.
        """
        before = self._begin()
        count = 0
        with self._closed:
            for step in self._steps:
                try:
                    count += self._take(step, before)
                except (Refused, subprocess.CalledProcessError) as error:
                    raise self._end_of(error, before) from error
        if __debug__:
            passing("setup-before-forgotten")
        before.forget()
        forget_old()
        for place in self._written():
            forget_unfinished(place)
        return count

    def _written(self) -> list[Path]:
        """Every place that is written anew beside itself; a release taken back has other files."""
        files = [step.place for step in self._steps if isinstance(step, PlacedFile)]
        files += [file.place for file in sane_files()]
        return [*files, CONFIG, accounts.PLACE, UNDO, VENV, PREVIOUS]

    def _begin(self) -> GoingBack:
        """Go on from what was broken off, or go back by it; returns what is replaced from here."""
        left, name = self._before, self._release.name
        if left is not None:
            left.tables.finish_putting_back()
        if left is not None and left.coming != name:
            if left.before is not None:
                say("", str(left.undo(f"an update to {left.coming} was broken off")))
                self._steps = self._all_steps()  # the configuration is the one from before again
            left = None
        may_follow(self._manifest)
        if left is None:
            files = [step.place for step in self._steps if isinstance(step, PlacedFile)]
            return as_it_is(name, [accounts.PLACE, *files])
        say("", f"the set-up of {name} was broken off: it goes on")
        self._is_kept = self._must_start = True
        if systemd_runs() and not not_running() and page_answers():
            left.tables.forget()
        return left

    def _take(self, step: Step, before: GoingBack) -> int:
        """Look, tell, change; the first change to what runs is preceded by a copy of it."""
        if __debug__:
            passing(f"setup-before-{type(step).__name__}")
        lines = step.changes()
        if lines and not self._is_kept and not isinstance(step, Built):
            before.keep()
            self._is_kept = True
        for line in lines:
            say("change", line)
        if lines:
            self._must_start = True
            step.apply()
        return len(lines)

    def _before_the_switch(self) -> None:
        """Nothing of ours may start by itself while the link leads to the new release already.

        Its upkeep, asked for by a timer or by the page, would bring the tables to a shape of
        which there is no copy yet, and the release before could not run again.
        """
        if systemd_runs():
            stop()
        self._keep_tables()

    def _between(self) -> None:
        """The old services are stopped, the new ones not yet started."""
        if __debug__:
            passing("setup-services-stopped")
        self._closed.enter_context(Trial().held())
        self._keep_tables()

    def _keep_tables(self) -> None:
        if (before := broken_off()) is not None:
            before.keep_tables()

    def _end_of(
        self, error: Refused | subprocess.CalledProcessError, before: GoingBack
    ) -> Exception:
        """What to tell of a step that failed; the release before runs again where there is one."""
        if before.before is None or not self._is_kept:
            return error
        if isinstance(error, subprocess.CalledProcessError):
            return before.undo(f"`{' '.join(map(str, error.cmd))}` failed")
        undone = before.undo(str(error))
        if error.exit_code is Exit.NOT_RUNNING:
            return undone
        return Refused(error.exit_code, str(undone))


def is_half_done() -> bool:
    """Whether a run of the set-up was broken off and has not been repeated yet."""
    return broken_off() is not None or any(not is_whole(folder) for folder in releases())


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
        if lost_python(VENV):
            return []  # nobody to ask before the release is made anew
        if VENV.exists() and not holds(*_certificates("--check")):
            return [f"{TLS}: the page's certificate is made anew"]
        return []

    def apply(self) -> None:
        ran(*_certificates())


def _certificates(*words: str) -> tuple[str, ...]:
    return (str(VENV / "bin/python"), "-m", "appliance.setup.certificates", str(TLS), *words)
