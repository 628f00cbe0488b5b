"""One engine, one way to write. SQLite unless a ward outgrows it.

Writers queue up on both databases: SQLite takes its lock with BEGIN IMMEDIATE, PostgreSQL an
advisory lock. So a row read in ``writing`` is still true when it is written, two commits of
one dossier never cross, and event numbers become visible in their order. A ward writes a few
times a minute; one writer at a time is plenty.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import ConnectionPoolEntry

WRITER_LOCK = 0x77617264  # "ward": one number for every process that writes


def open_database(url: str) -> Engine:
    """An engine for *url*; nothing is read or made yet."""
    if not url.startswith("sqlite"):
        # pre_ping: a restarted PostgreSQL costs one reconnect, not one failed commit
        return create_engine(url, pool_pre_ping=True, pool_size=10, hide_parameters=True)
    engine = create_engine(
        url,
        connect_args={"timeout": 30, "isolation_level": None},
        hide_parameters=True,  # an error's text goes to the log, what was to be stored does not
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One unchanging view."""
    with engine.connect() as conn, conn.begin():
        yield conn


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Lock first, then read: what was read in here cannot have changed when it is written.

    When this returns, the rows survive a power cut.
    """
    with engine.connect().execution_options(ward_writes=True) as conn, conn.begin():
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
        yield conn


def migrate(engine: Engine) -> None:
    """Bring the tables to this release. Safe to repeat, and to run from two processes."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with writing(engine) as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def _prepare_sqlite(raw: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")  # NORMAL lost the last commits at a power cut
    raw.execute("PRAGMA foreign_keys = ON")


def _begin(conn: Connection) -> None:
    # Python's sqlite3 would begin late and deferred: read-then-write then fails at once
    # with SQLITE_BUSY_SNAPSHOT, however long the time-out.
    writes = conn.get_execution_options().get("ward_writes", False)
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
