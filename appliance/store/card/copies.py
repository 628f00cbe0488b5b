"""Two copies of the database, made in turn, so that one is whole whatever happens to the other."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from appliance.core.errors import DiskFull, StoreDamaged
from appliance.failpoints import passing
from appliance.store.card.page_files import RESERVE_BYTES, card_told, fsync_folder

log = logging.getLogger(__name__)

_CHILD = "appliance.store.card.copy_child"
_NAMES = ("a", "b")
_AT_ONCE = 1 << 18
_PATIENCE_S = 15.0
_LONGEST_S = 600.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)  # no such table
_UNREAD = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ)


@dataclass(frozen=True, slots=True)
class Copy:
    """One finished copy; *diary* is the first page of the diary that it does not hold."""

    name: str
    made_at: str
    bytes: int
    written: int  # of those, to make it
    sha256: str
    diary: int

    @property
    def moment(self) -> datetime:
        """When it was begun."""
        return datetime.fromisoformat(self.made_at)


class Copies:
    """The folder of copies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_of(self, copy: Copy) -> Path:
        """Where a copy lies."""
        return self.folder / f"{copy.name}.db"

    def finished(self) -> list[Copy]:
        """Those that were made to the end, the newest first; their bytes are not looked at."""
        found = []
        for name in _NAMES:
            try:
                found.append(Copy(**json.loads((self.folder / f"{name}.json").read_bytes())))
            except (OSError, ValueError, TypeError):
                continue
        return sorted(found, key=lambda copy: copy.diary, reverse=True)

    def make(self, database: Path, now: datetime, diary: int) -> Copy | None:
        """Bring the older copy up to date; None when nobody let it: too busy, or killed.

        Raises:
            StoreDamaged: the database is; the other copy stays as it is.
            DiskFull, CardReadOnly: it cannot be written; likewise.
        """
        with card_told(self.folder):
            return self._make(database, now, diary)

    def _make(self, database: Path, now: datetime, diary: int) -> Copy | None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = self._older()
        target = self.folder / f"{name}.db"
        self._must_have_room(database, target)
        proof = self.folder / f"{name}.json"
        told = _ask_child(database, target, proof)
        if not told.pop("still"):
            return None
        if (wrong := damage_of(target, finished=True)) is not None:
            raise StoreDamaged(f"{database}: {wrong}")
        if __debug__:
            passing("copy-bytes-before-proof")
        copy = Copy(name=name, made_at=now.isoformat(), diary=diary, **told)
        unfinished = self.folder / f".{name}.json"
        with unfinished.open("w", encoding="ascii") as file:
            json.dump(asdict(copy), file)
            file.flush()
            os.fsync(file.fileno())
        if __debug__:
            passing("copy-proof-before-its-name")
        unfinished.rename(proof)
        fsync_folder(self.folder)
        return copy

    def bring_back(self, copy: Copy, database: Path) -> bool:
        """Put *copy* where the database was; False when the copy is damaged too."""
        unfinished = database.with_name(f".new-{database.name}")
        digest = hashlib.sha256()
        try:
            with self.path_of(copy).open("rb") as source, unfinished.open("wb") as target:
                while block := source.read(_AT_ONCE):
                    digest.update(block)
                    target.write(block)
                target.flush()
                os.fsync(target.fileno())
            wrong = damage_of(unfinished, finished=True)
        except OSError as error:
            wrong = error.strerror
        if wrong is None and digest.hexdigest() != copy.sha256:
            wrong = "other bytes than it was made of"
        if wrong is not None:
            log.error("copy %s is damaged too: %s", copy.name, wrong)
            unfinished.unlink(missing_ok=True)
            return False
        if __debug__:
            passing("copy-back-before-its-name")
        unfinished.rename(database)
        fsync_folder(database.parent)
        return True

    def _older(self) -> str:
        """The one to write to: never the last that is whole, whatever its proof says."""
        whole = [copy for copy in self.finished() if self._is_whole(copy)]
        kept = whole[0].name if whole else None
        return next(name for name in _NAMES if name != kept)

    def _is_whole(self, copy: Copy) -> bool:
        try:
            with self.path_of(copy).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == copy.sha256
        except OSError:
            return False

    def _must_have_room(self, database: Path, target: Path) -> None:
        """Pages of citizens come first: a copy never takes the room that is kept for them."""
        grows = database.stat().st_size - (target.stat().st_size if target.exists() else 0)
        room = os.statvfs(self.folder)
        if room.f_bavail * room.f_frsize < max(grows, 0) + 2 * RESERVE_BYTES:
            raise DiskFull(f"{self.folder}: no room for a copy of the database")


def damage_of(database: Path, *, finished: bool = False) -> str | None:
    """What SQLite finds wrong with a file; None when it is sound. *finished*: nobody writes it.

    A card without room, or read only, is no damage, though SQLite cannot open the file either.
    """
    how = "mode=ro&immutable=1" if finished else "mode=rw"
    address = f"file:{quote(str(database))}?{how}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE_S)) as looked_at:
            (found,) = looked_at.execute("PRAGMA quick_check(1)").fetchone()
            looked_at.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        return str(error) if _is_damage(error) else None
    return None if found == "ok" else str(found)


def _is_damage(error: sqlite3.Error) -> bool:
    """The file says so, or cannot be read from the card."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code in _UNREAD or code & 0xFF in _DAMAGED


def _ask_child(*paths: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", _CHILD, *map(str, paths)],
        capture_output=True,
        check=False,
        timeout=_LONGEST_S,
    )
    if done.returncode < 0:  # killed, for memory say: that tells nothing about the database
        log.warning("the copy's child ended by signal %d; tried again later", -done.returncode)
        return {"still": False}
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise StoreDamaged(f"{paths[0]}: {said[-1] if said else done.returncode}")
    told: dict[str, Any] = json.loads(done.stdout)
    if number := told.get("errno"):
        raise OSError(number, os.strerror(number))
    return told
