"""Room in the database that rows left behind goes back to the card, a little at a time.

A database that shrank keeps its free blocks for what comes; more than a few of them are given
back. Each step is a transaction of its own: a cut, or a card without room for its log, undoes that
one step and nothing else.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from appliance.failpoints import passing
from appliance.store.card.page_files import RESERVE_BYTES

log = logging.getLogger(__name__)

KEPT_FREE = 256  # blocks: a megabyte, so that the same room is not given back and asked for again
STEP = 256
MOST_STEPS = 64  # in one round
PACKED_UP_TO = 64 << 20  # bytes in use: some seconds of a start
_INCREMENTAL = 2
_PATIENCE_S = 5.0
_LONGEST_S = 600.0
_PACK = """
import sqlite3, sys
own = sqlite3.connect(sys.argv[1], timeout=5, isolation_level=None)
for step in ("PRAGMA synchronous=FULL", "PRAGMA auto_vacuum=INCREMENTAL", "VACUUM",
             "PRAGMA wal_checkpoint(TRUNCATE)"):
    own.execute(step).fetchall()
"""


def give_back(database: Path) -> int:
    """Cut free blocks off the end; returns how many. Others may work with it meanwhile."""
    given = 0
    try:
        with closing(_opened(database)) as own:
            for _ in range(MOST_STEPS):
                free = _number(own, "freelist_count")
                enough = KEPT_FREE if given else 2 * KEPT_FREE
                if _number(own, "auto_vacuum") != _INCREMENTAL or free <= enough:
                    break
                # each block is a row without columns, and ``execute`` would end at the first
                own.executescript(f"PRAGMA incremental_vacuum({min(STEP, free - KEPT_FREE)})")
                given += free - _number(own, "freelist_count")
                if __debug__:
                    passing("room-given-before-more")
            if given:
                if __debug__:
                    passing("room-given-before-checkpoint")
                own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error as error:  # no room for the log, or somebody holds it: another time
        log.info("free blocks of the database stay: %s", error)
    return given


def pack_once(database: Path) -> bool:
    """Write a database of an earlier release anew, so that ``give_back`` works with it.

    The caller is alone with it. In a process of its own, whose temporary file lies beside the
    database: /tmp is memory. Nothing is done while too much is in use for a start, or the card has
    no room for it twice; SQLite puts all back when it comes to an end in the middle.
    """
    try:
        with closing(_opened(database)) as own:
            if _number(own, "auto_vacuum") == _INCREMENTAL:
                return False
            blocks = _number(own, "page_count") - _number(own, "freelist_count")
            used = blocks * _number(own, "page_size")
    except sqlite3.Error as error:  # a card without a block left, say
        log.warning("the database is not looked at: %s", error)
        return False
    room = os.statvfs(database.parent)
    if used > PACKED_UP_TO or room.f_bavail * room.f_frsize < 2 * used + 2 * RESERVE_BYTES:
        return False
    if __debug__:
        passing("database-before-packed")
    beside = os.environ | {"SQLITE_TMPDIR": str(database.parent)}
    done = subprocess.run(
        [sys.executable, "-c", _PACK, str(database)],
        env=beside,
        capture_output=True,
        check=False,
        timeout=_LONGEST_S,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        log.warning("the database is not packed: %s", said[-1] if said else done.returncode)
    return done.returncode == 0


def _opened(database: Path) -> sqlite3.Connection:
    own = sqlite3.connect(database, timeout=_PATIENCE_S, isolation_level=None)
    own.execute("PRAGMA synchronous=FULL")
    return own


def _number(own: sqlite3.Connection, pragma: str) -> int:
    return int(own.execute(f"PRAGMA {pragma}").fetchone()[0])
