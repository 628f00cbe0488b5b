"""What an update replaced, so that a release that does not run leaves the one before it running."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from appliance.setup.placed import PlacedFile
from appliance.setup.places import CONFIG, OPT, STATE, VENV
from appliance.setup.release import Release, running, switch_to, version_of_release
from appliance.setup.running import restart, stop
from appliance.setup.steps import Exit, Refused, Step, say

DATABASE = STATE / "point.db"
COPY = OPT / "point.db.before"  # of root's alone; on the same card as the original


class GoingBack:
    """Remembers before anything is replaced; *undo* puts it all back."""

    def __init__(self, steps: list[Step], coming: Release) -> None:
        self._release = running()
        files = [step for step in steps if isinstance(step, PlacedFile)]
        self._files = {step.place: _content(step.place) for step in files}
        self._files[CONFIG] = _content(CONFIG)
        if self._release not in (None, coming.folder) and DATABASE.exists():
            _copy(DATABASE, COPY)

    def undo(self, why: Refused) -> Refused:
        """Let the release before run again; returns what to tell of it."""
        if self._release is None:
            return why
        say("back", f"to release {self._release.name}, with its units and its tables")
        stop()
        for place, content in self._files.items():
            if content is None:
                place.unlink(missing_ok=True)
            else:
                place.write_bytes(content)
        switch_to(self._release)
        if COPY.exists() and _tables(COPY) != _tables(DATABASE):
            _put_back()
        restart()
        now = version_of_release(VENV.resolve())
        return Refused(Exit.ROLLED_BACK, f"{why}; release {now} runs again")


def forget() -> None:
    """The new release runs: the copy is of no use, and holds ciphertext and names."""
    COPY.unlink(missing_ok=True)


def _content(place: Path) -> bytes | None:
    return place.read_bytes() if place.exists() else None


def _copy(source: Path, target: Path) -> None:
    """A whole copy, also while services write."""
    target.unlink(missing_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600)):
        pass
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as here,
        contextlib.closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)


def _tables(database: Path) -> str:
    """Which shape the tables have."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchall())


def _put_back() -> None:
    """The release before cannot read tables of the newer shape."""
    for left in ("-wal", "-shm"):
        DATABASE.with_name(DATABASE.name + left).unlink(missing_ok=True)
    fresh = DATABASE.with_name(".point.db.back")
    shutil.copyfile(COPY, fresh)
    fresh.chmod(0o600)
    shutil.chown(fresh, "tramhoso", "tramhoso")
    os.sync()
    fresh.rename(DATABASE)
