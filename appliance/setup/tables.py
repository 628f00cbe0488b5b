"""The box's database while a release is replaced: its shape, and a copy to go back to."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from appliance.failpoints import passing
from appliance.setup.places import STATE
from appliance.setup.steps import on_the_card

DATABASE = STATE / "point.db"


@dataclass(frozen=True, slots=True)
class Tables:
    """*copy* lies on the same card as *database*."""

    copy: Path
    database: Path

    def keep(self) -> None:
        """A whole copy, once: taken while nobody works, so that going back loses nothing."""
        if self.copy.exists() or not self.database.exists():
            return
        half = self.copy.with_suffix(".half")
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT, 0o600)):
            pass
        with (
            contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as here,
            contextlib.closing(sqlite3.connect(half)) as there,
        ):
            here.backup(there)
        on_the_card(half.parent)
        half.rename(self.copy)

    def forget(self) -> None:
        """The new release was at work already: going back now would lose what it took in."""
        self.copy.unlink(missing_ok=True)

    def put_back(self) -> None:
        """Only where the shape changed: the release before cannot read a newer one."""
        changed = self.copy.exists() and shape(self.copy) != shape(self.database)
        if changed and not self._ready.exists():
            self._make_ready()
        self.finish_putting_back()

    def finish_putting_back(self) -> None:
        """Nothing, unless a copy lies ready: without its log the database may be no database."""
        if not self._ready.exists():
            return
        for left in ("-wal", "-shm"):
            self.database.with_name(self.database.name + left).unlink(missing_ok=True)
        if __debug__:
            passing("setup-log-removed")
        self._ready.rename(self.database)

    @property
    def _ready(self) -> Path:
        return self.database.with_name(".point.db.back")

    def _make_ready(self) -> None:
        found = self.copy.parent.stat() if not self.database.exists() else self.database.stat()
        half = self.database.with_name(".point.db.half")
        shutil.copyfile(self.copy, half)
        half.chmod(0o600)
        os.chown(half, found.st_uid, found.st_gid)
        on_the_card(half.parent)
        half.rename(self._ready)
        on_the_card(half.parent)


def shape(database: Path) -> str | None:
    """The number of its newest migration; None: no tables, or none that can be read."""
    if not database.exists():
        return None
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as there:
            row = there.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return str(row[0]) if row else None
