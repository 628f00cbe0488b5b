"""The box's database while a release is replaced: its shape, and a copy to go back to."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from appliance.setup.places import STATE

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
        os.sync()
        half.rename(self.copy)

    def forget(self) -> None:
        """The new release was at work already: going back now would lose what it took in."""
        self.copy.unlink(missing_ok=True)

    def put_back(self) -> None:
        """Only where the shape changed: the release before cannot read a newer one."""
        if not self.copy.exists() or shape(self.copy) == shape(self.database):
            return
        for left in ("-wal", "-shm"):
            self.database.with_name(self.database.name + left).unlink(missing_ok=True)
        found = self.copy.parent.stat() if not self.database.exists() else self.database.stat()
        fresh = self.database.with_name(".point.db.back")
        shutil.copyfile(self.copy, fresh)
        fresh.chmod(0o600)
        os.chown(fresh, found.st_uid, found.st_gid)
        os.sync()
        fresh.rename(self.database)


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
