"""Bring a copy of a database up to date, in a process of its own: only blocks that differ.

``python -m appliance.store.card.copy_child DATABASE COPY PROOF`` prints one JSON object; *PROOF*,
which says that the copy is whole, goes before the first byte changes. An SD card wears by
what is written, not by what is read. A process of its own, because a file that is closed takes
along every lock that the same process has on it, SQLite's too.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from appliance.failpoints import passing
from appliance.store.card.page_files import fsync_folder

BLOCK = 4096  # SQLite's page
_AT_ONCE = 64 * BLOCK
_TRIES = 6
_PATIENCE_S = 0.5  # nobody at the point holds the database longer


def main(database: Path, target: Path, proof: Path) -> None:
    """Once. ``still`` is false when nobody let go of it; ``errno`` tells of the card."""
    told: dict[str, object] = {"still": False}
    try:
        with (
            database.open("rb") as source,  # closed last: see above
            closing(sqlite3.connect(database, timeout=_PATIENCE_S, isolation_level=None)) as own,
            _standing_still(own, database) as is_still,
        ):
            told["still"] = is_still
            if is_still:
                told |= _bring_up_to_date(source.fileno(), target, proof)
    except OSError as error:
        told["errno"] = error.errno
    except sqlite3.OperationalError as error:  # no room for its own files, say
        print(error, file=sys.stderr)  # noqa: T201
    print(json.dumps(told))  # noqa: T201 - the answer


@contextmanager
def _standing_still(own: sqlite3.Connection, database: Path) -> Iterator[bool]:
    """While this lasts the database's own file does not change; False when it cannot be had.

    It is a whole database while its WAL is empty. A reader that begins then reads the file
    alone, and no checkpoint may touch the file before that reader has ended; writers go on.
    """
    wal = database.with_name(f"{database.name}-wal")
    for _ in range(_TRIES):
        own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        own.execute("BEGIN")
        own.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not wal.exists() or wal.stat().st_size == 0:
            yield True
            return
        own.execute("ROLLBACK")
    yield False


def _bring_up_to_date(source: int, target: Path, proof: Path) -> dict[str, object]:
    proof.unlink(missing_ok=True)
    fsync_folder(proof.parent)
    if __debug__:
        passing("copy-proof-gone-before-bytes")
    written = size = 0
    digest = hashlib.sha256()
    copy = os.open(target, os.O_RDWR | os.O_CREAT, 0o600)
    while ours := os.pread(source, _AT_ONCE, size):
        digest.update(ours)
        theirs = os.pread(copy, len(ours), size)
        for start in range(0, len(ours), BLOCK):
            block = ours[start : start + BLOCK]
            if block != theirs[start : start + BLOCK]:
                written += os.pwrite(copy, block, size + start)
        size += len(ours)
    if __debug__:
        passing("copy-bytes-before-synced")
    os.ftruncate(copy, size)
    os.fsync(copy)
    os.close(copy)
    return {"bytes": size, "written": written, "sha256": digest.hexdigest()}


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
