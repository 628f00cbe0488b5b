"""What an update replaces, kept on the card until the new release runs.

A release that does not run leaves the one before it running. A plug pulled in the middle leaves
`before/` behind: the next run of the set-up goes on from it, or goes back by it.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from appliance.hotspot import PASSWORD_FILE
from appliance.setup import firewall, hotspot
from appliance.setup.places import CONFIG, OPT, RELEASES, VENV
from appliance.setup.release import go_back_to, running, version_of_release
from appliance.setup.running import restart, start, stop, systemd_runs
from appliance.setup.steps import Exit, Refused, on_the_card, say
from appliance.setup.tables import DATABASE, Tables, shape
from appliance.trial import begin_anew, has_taken_in

BEFORE = OPT / "before"  # of root's alone; on the same card as the originals


@dataclass(frozen=True)
class Kept:
    """A file as it was."""

    content: bytes
    mode: int
    owner: int
    group: int


@dataclass(frozen=True)
class GoingBack:
    """The box before the release *coming* was begun."""

    coming: str
    before: str | None  # the release that ran; None: a first install
    files: dict[Path, Kept | None]
    shape: str | None = None  # of the tables
    folder: Path = BEFORE
    database: Path = DATABASE

    def keep(self) -> None:
        """Write it down, whole or not at all, before anything is replaced."""
        shutil.rmtree(self.folder, ignore_errors=True)
        half = self._half
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True, mode=0o700)
        files = {str(place): _as_json(kept) for place, kept in self.files.items()}
        said = {"coming": self.coming, "before": self.before, "files": files}
        said["shape"] = self.shape
        (half / "before.json").write_text(json.dumps(said), encoding="utf-8")
        on_the_card(self.folder.parent)
        half.rename(self.folder)
        on_the_card(self.folder.parent)

    @property
    def tables(self) -> Tables:
        """The copy of the database, in the same folder."""
        return Tables(self.folder / "point.db", self.database)

    def keep_tables(self) -> None:
        """Asked between the old services and the new."""
        if self.before in (None, self.coming) or self.tables.copy.exists():
            return  # a second run after a cut: the first copy is the one from before
        begin_anew(self.database.parent)
        self.tables.keep()

    def leads_back(self) -> bool:
        """Whether the release before could go on and nothing that people put in since is lost.

        A new release takes nothing in while the set-up looks at it. A set-up that was cut leaves
        it open; then what counts is whether somebody used that.
        """
        if self.shape is None or shape(self.database) in (None, self.shape):
            return True
        return shape(self.tables.copy) == self.shape and not has_taken_in(self.database.parent)

    def put_back(self) -> None:
        """Files, release and tables as they were; what runs is stopped before, if it can be."""
        for place, kept in self.files.items():
            _restore(place, kept)
        if self.before is not None:
            go_back_to(RELEASES / self.before)
        self.tables.put_back()

    def undo(self, why: str) -> Refused:
        """Let the release before run again, if nothing is lost by it; returns what to tell."""
        if systemd_runs():
            stop()
        if not self.leads_back():
            if systemd_runs():
                start()
            return Refused(
                Exit.NOT_RUNNING,
                f"{why}; release {self.coming} stays, because it changed the tables and people "
                "have put things in since; nothing is lost; `tramhoso logs`, and call for help",
            )
        say("back", f"to release {self.before}, with its units and its tables")
        self.put_back()
        if systemd_runs():
            restart(_tell_others)
        self.forget()
        now = version_of_release(VENV.resolve())
        return Refused(Exit.ROLLED_BACK, f"{why}; release {now} runs again")

    def forget(self) -> None:
        """All is done: the copies are of no use, and hold ciphertext and names."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self._half, ignore_errors=True)

    @property
    def _half(self) -> Path:
        return self.folder.with_name(".before.new")


def as_it_is(coming: str, places: Iterable[Path]) -> GoingBack:
    """The box now, as far as *places* and the configuration tell it."""
    there = running()
    also = (CONFIG, PASSWORD_FILE, *hotspot.PLACES)
    files = {place: _kept(place) for place in (*places, *also)}
    return GoingBack(coming, there.name if there else None, files, shape(DATABASE))


def broken_off(folder: Path = BEFORE, database: Path = DATABASE) -> GoingBack | None:
    """What a run of the set-up left that did not come to its end."""
    try:
        said = json.loads((folder / "before.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    files = {Path(place): _from_json(kept) for place, kept in said["files"].items()}
    return GoingBack(said["coming"], said["before"], files, said.get("shape"), folder, database)


def _tell_others() -> None:
    """The kernel and NetworkManager still hold what the release that went had told them."""
    firewall.load_again()
    hotspot.load_again()


def _kept(place: Path) -> Kept | None:
    if not place.exists():
        return None
    found = place.stat()
    return Kept(place.read_bytes(), found.st_mode & 0o7777, found.st_uid, found.st_gid)


def _restore(place: Path, kept: Kept | None) -> None:
    if kept is None:
        place.unlink(missing_ok=True)
        return
    if kept == _kept(place):
        return  # untouched, and as old as it is: a journal asks when its settings were laid down
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f".{place.name}.back")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(kept.content)
        os.fchmod(file.fileno(), kept.mode)
        os.fchown(file.fileno(), kept.owner, kept.group)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(place)


def _as_json(kept: Kept | None) -> dict[str, object] | None:
    if kept is None:
        return None
    return vars(kept) | {"content": base64.b64encode(kept.content).decode()}


def _from_json(said: dict[str, object] | None) -> Kept | None:
    if said is None:
        return None
    content = base64.b64decode(str(said["content"]))
    return Kept(content, *(int(str(said[name])) for name in ("mode", "owner", "group")))
