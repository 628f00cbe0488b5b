"""What people were shown, read from outside, and whether a later start still keeps it.

The witness reads the point's database as the page does. A row that a reader sees was synced
before: SQLite shows a commit of a WAL with synchronous=FULL only after it is on the card.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ORDER = ("open", "sealing", "sealed", "delivered", "erased")  # a dossier's states, never backwards
FAILED_SEAL = ("sealing", "open")  # the one step back that the states allow


@dataclass(frozen=True, slots=True)
class Promises:
    """One look. Names of files are the digests of their content."""

    pages: dict[str, tuple[str, str]] = field(default_factory=dict)  # page: dossier, master's file
    answers: dict[str, int] = field(default_factory=dict)  # dossier: revision saved
    states: dict[str, str] = field(default_factory=dict)  # dossier: state
    sealed_files: dict[str, str] = field(default_factory=dict)  # file's digest: submission
    receipts: dict[str, str] = field(default_factory=dict)  # submission: the ward's code

    def count(self) -> int:
        """How many single things were promised."""
        parts = (self.pages, self.answers, self.states, self.sealed_files, self.receipts)
        return sum(len(part) for part in parts)


def promises_in(state: Path) -> Promises:
    """What the page could show now of the point whose folder is *state*."""
    with _reading(state / "point.db") as database:
        rows = database.execute

        return Promises(
            pages={i: (d, m) for i, d, m in rows(
                "SELECT id, dossier_id, master FROM page WHERE dossier_id IS NOT NULL")},
            answers=dict(rows("SELECT id, answers_revision FROM dossier")),
            states=dict(rows("SELECT id, state FROM dossier")),
            sealed_files=dict(rows("SELECT sha256, submission_id FROM submission_file")),
            receipts=dict(rows("SELECT submission_id, code FROM receipt")),
        )  # fmt: skip


def broken(before: Promises, state: Path) -> Counter[str]:
    """Which of the promises *before* the point at *state* does not keep any more; by kind."""
    damage: Counter[str] = Counter()
    with _reading(state / "point.db") as database:
        sound = database.execute("PRAGMA integrity_check").fetchone()[0]
        damage["database"] += sound != "ok"
    now = promises_in(state)
    for dossier, was in before.states.items():
        stands = now.states.get(dossier)
        back = stands is not None and ORDER.index(stands) < ORDER.index(was)
        damage["dossier lost"] += stands is None
        damage["dossier went back"] += back and (was, stands) != FAILED_SEAL
    for dossier, revision in before.answers.items():
        damage["answers lost"] += now.answers.get(dossier, -1) < revision
    for page, (dossier, master) in before.pages.items():
        if now.states.get(dossier) in ("sealed", "delivered"):
            continue  # erased with the desk
        damage["page row lost"] += page not in now.pages
        damage["page file lost"] += not _is_whole(state / "pages" / master, master)
    for sealed, submission in before.sealed_files.items():
        if submission in now.receipts:
            continue  # the ward has it, proven
        path = state / "outbox" / submission / sealed
        damage["sealed file lost"] += not _is_whole(path, sealed)
    for submission, code in before.receipts.items():
        damage["receipt lost"] += now.receipts.get(submission) != code
    return +damage


def _is_whole(path: Path, digest: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == digest
    except OSError:
        return False


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as database:
        database.execute("BEGIN")  # all rows of one moment
        yield database
        database.execute("ROLLBACK")
