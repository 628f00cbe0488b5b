"""One SQLite file shared by all services: WAL, FULL, the lock taken before the first read.

Write-ahead logging with ``synchronous=FULL`` survived every simulated power cut; NORMAL lost
promised rows in most of them (docs/decisions/storage.md).
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from appliance.core.errors import CardReadOnly, DiskFull, StoreDamaged, StoreOutdated

BUSY_TIMEOUT_S = 15.0
_PERHAPS_FULL = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_CURE = "restart the box, or stop the services and run `tramhoso restore`"
_LEAST_ROOM_BYTES = 1 << 17
REVISION = "0018"  # the newest migration; a test compares it with the folder


class Database:
    """The point's database. Safe to share between threads; one per process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = _engine(path)
        self._watch: sqlite3.Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot: all reads inside see the same moment."""
        with self._card_told(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Take the write lock first, then read and write; commit at the end or not at all.

        Read-then-write without the lock fails at once with SQLITE_BUSY_SNAPSHOT, however
        long the time-out.

        Raises:
            DiskFull, CardReadOnly, StoreDamaged: nothing of the block was written.
        """
        with self._card_told(), self._engine.connect() as connection:
            connection.execution_options(tramhoso_begin="IMMEDIATE")
            with connection.begin():
                yield connection

    @contextmanager
    def _card_told(self) -> Iterator[None]:
        """Name what is the card's fault. Only half of what SQLite says on a full disk is "full":
        a new -shm is an I/O error, there and on a card that became read-only."""
        try:
            yield
        except DatabaseError as error:
            kind = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
            told = str(error.orig)
            if kind in _DAMAGED:
                raise StoreDamaged(f"{self.path}: {told}; {_CURE}") from error
            if kind == sqlite3.SQLITE_FULL:
                raise DiskFull(told) from error
            if kind == sqlite3.SQLITE_READONLY or kind in _PERHAPS_FULL:
                if is_read_only(self.path.parent):
                    raise CardReadOnly(told) from error
                room = os.statvfs(self.path.parent)
                if room.f_bavail * room.f_frsize < _LEAST_ROOM_BYTES:
                    raise DiskFull(told) from error
            raise

    def empty_log(self) -> None:
        """Move all that is committed into the file itself: the log keeps rows as they were.

        As far as nobody reads an older moment just now; the next one to write goes on with it.
        """
        with closing(sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def data_version(self) -> int:
        """A number that changes when another connection committed; a look takes microseconds.

        Not thread-safe: for the one loop of a service.
        """
        if self._watch is None:
            self._watch = sqlite3.connect(
                self.path, timeout=BUSY_TIMEOUT_S, check_same_thread=False
            )
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def migrate(self) -> bool:
        """Bring the tables up to date. Returns whether anything changed. Safe to repeat."""
        from appliance.store.migrating import upgrade  # noqa: PLC0415 - 12 MB, for upkeep only

        self.path.parent.mkdir(parents=True, exist_ok=True)
        before = self.revision()
        with self.writing() as connection:
            upgrade(connection)
        return before != self.revision()

    def revision(self) -> str | None:
        """Which migration the file is at; None when it is new."""
        with self._card_told(), self._engine.connect() as connection:
            made = connection.scalar(
                text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
            )
            if not made:
                return None
            return str(connection.scalar(text("SELECT version_num FROM alembic_version")))

    def must_be_current(self) -> None:
        """Raise StoreOutdated unless this release made, or migrated, the file."""
        if (found := self.revision()) != REVISION:
            is_at = f"is at {found}" if found else "has no tables yet"
            raise StoreOutdated(
                f"{self.path} {is_at}, this release needs {REVISION}: run `tramhoso upkeep`"
            )

    def close(self) -> None:
        """Let go of every connection."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self._engine.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=8,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        hide_parameters=True,  # an error's text goes to the log; what was to be stored does not
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves
        # before the first table, or it counts from the next VACUUM on (store.space); of a file that
        # is there this would wait for whoever writes
        if dbapi.execute("PRAGMA page_count").fetchone() == (0,):
            dbapi.execute("PRAGMA auto_vacuum=INCREMENTAL")
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            dbapi.execute(f"PRAGMA {pragma}")
        dbapi.execute("PRAGMA secure_delete=ON")  # sealed blobs leave no old copies in free pages

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get("tramhoso_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")

    return engine


def is_read_only(folder: Path) -> bool:
    """Whether nothing can be written there, asked by writing.

    Linux 6.15 and later leave a card that ext4 itself gave up "rw" in every flag (seen on 6.18).
    """
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except OSError as error:
        return error.errno == errno.EROFS
    return False
