"""What a person was promised, noted beside the database after its commit (``store.card.diary``).

A note that cannot be written costs nothing but itself: the database has it already. A page's alone
may say more, see ``page_saved``.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from sqlalchemy import Connection, Table, select

from appliance.core.errors import CardReadOnly
from appliance.desk.point import Point
from appliance.store import status
from appliance.store.schema.tables import (
    dossier,
    page,
    receipt,
    submission,
    submission_file,
    volunteer,
)
from appliance.store.schema.visit_tables import visit

log = logging.getLogger(__name__)

DOSSIER, PAGE, ANSWERS = "dossier", "page", "answers"
SEAL, RECEIPT = "seal", "receipt"
PERSON, WARD_KEY = "person", "ward-key"
VISIT, VISIT_UNDONE = "visit", "visit-undone"
TAKEN_BACK, ERASED, FORGOTTEN = "taken-back", "erased", "forgotten"
_PERSON = (
    "id", "name", "role", "pin_hash", "made_at",
    "recipient", "wrapped_identity", "left_at", "changes",
)  # fmt: skip
_GONE = {TAKEN_BACK: ("id", "revision"), ERASED: ("id", "erased_at", "erased_why")}
_VISIT = ("id", "at", "day", "place", "purpose", "how")
_ANSWERS = ("id", "revision", "desk_key", "answers", "answers_revision")


def dossier_opened(point: Point, dossier_id: str) -> None:
    """A dossier lies on the desk, for the first time or for a supplement."""
    _note(point, DOSSIER, dossier, "id", dossier_id)


def answers_saved(point: Point, dossier_id: str) -> None:
    """Its answers, sealed as they lie in the database."""
    _note(point, ANSWERS, dossier, "id", dossier_id, _ANSWERS)


def page_saved(point: Point, page_id: str) -> None:
    """A page of a dossier. Those of walk-ups are noted when they are claimed.

    Raises:
        CardReadOnly: nobody may call the page saved. In the moment in which ext4 turns read only
            it says yes to a sync whose blocks it drops (``tests/campaigns/lying_sync.py``), so
            the commit before this may be lost; whatever is written next is refused.
    """
    try:
        with point.database.reading() as connection:
            _note_row(point, connection, PAGE, page, "id", page_id)
    except CardReadOnly:
        raise
    except Exception as error:
        _complain(PAGE, error)


def sealed(point: Point, submission_id: str) -> None:
    """A dossier is in the outbox; its desk copies may go from here on."""
    try:
        with point.database.reading() as connection:
            sent = connection.execute(
                select(submission).where(submission.c.id == submission_id)
            ).one()
            files = connection.execute(
                select(submission_file).where(submission_file.c.submission_id == submission_id)
            ).all()
            whose = connection.execute(
                select(dossier.c.follow_secret, dossier.c.consent_at, dossier.c.sealed_at).where(
                    dossier.c.id == sent.dossier_id
                )
            ).one()
        told = {"files": [file._asdict() for file in files], "dossier": plain(whose._asdict())}
        point.diary.note(SEAL, sent._asdict() | told)
    except Exception as error:
        _complain(SEAL, error)


def delivered(point: Point, submission_id: str) -> None:
    """The ward's receipt is stored; the sealed files may go from here on."""
    _note(point, RECEIPT, receipt, "submission_id", submission_id)


def owe(connection: Connection, kind: str, dossier_id: str) -> None:
    """In the transaction that erases: TAKEN_BACK or ERASED will be noted, after a cut too.

    What was noted of it before would else come again with the next start, and be sent.
    """
    status.remember(
        connection, status.NOTES_OWED, json.dumps([*_owed(connection), (kind, dossier_id)])
    )


def pay(point: Point) -> None:
    """Note what is owed: of a supplement that it was taken back, of a dossier that it was erased.

    Nobody may find it again; a copy in which it still stands must learn that it went. Alone with
    the database, so that two who pay do not tell of a row that went on meanwhile.
    """
    _pay(point, (TAKEN_BACK, ERASED))


def pay_for_the_erased(point: Point) -> None:
    """What a copy owes that took the database's place: that a dossier was erased is true for ever.

    That a supplement was taken back need not be; if it was, the diary has known it since.
    """
    _pay(point, (ERASED,))


def _pay(point: Point, kinds: tuple[str, ...]) -> None:
    try:
        with point.database.reading() as connection:
            if not _owed(connection):
                return
        with point.database.writing() as connection:
            left = [
                (kind, one)
                for kind, one in _owed(connection)
                if kind in kinds and not _noted(point, connection, kind, one)
            ]
            status.remember(connection, status.NOTES_OWED, json.dumps(left))
    except Exception as error:  # tried again with the next one, by upkeep, and at the next start
        _complain("erasing", error)


def _noted(point: Point, connection: Connection, kind: str, dossier_id: str) -> bool:
    try:
        _note_row(point, connection, kind, dossier, "id", dossier_id, _GONE[kind])
    except Exception as error:
        _complain(kind, error)
        return False
    return True


def _owed(connection: Connection) -> list[tuple[str, str]]:
    told = status.recall(connection, status.NOTES_OWED)
    return [(str(kind), str(one)) for kind, one in json.loads(told or "[]")]


def person_changed(point: Point, volunteer_id: int) -> None:
    """Somebody is new here, has another PIN or key, or left: no older copy may undo that."""
    _want_copies(point, PERSON)
    _note(point, PERSON, volunteer, "id", volunteer_id, _PERSON)


def ward_key_changed(point: Point, kept: str) -> None:
    """The ward announced a newer key; *kept* as it is stored."""
    _want_copies(point, WARD_KEY)
    try:
        point.diary.note(WARD_KEY, {"kept": kept})
    except Exception as error:
        _complain(WARD_KEY, error)


def _want_copies(point: Point, kind: str) -> None:
    """Both copies are brought up to date by the next upkeep, however young they are.

    On a box that is at once: ``tramhoso-upkeep.path`` sees the file.
    """
    try:
        page = str(point.diary.page())
        with point.database.writing() as connection:
            status.remember(connection, status.COPY_WANTED, page)
        (point.config.paths.state / "upkeep-wanted").write_bytes(b"")
    except Exception as error:
        _complain(kind, error)


def forgotten(point: Point, dossier_id: str) -> None:
    """It is over for long and about to go: what was noted of it must not come again."""
    line(point, FORGOTTEN, {"id": dossier_id})


def visit_touched(point: Point, visit_id: str) -> None:
    """Somebody came, or how it was done is known; what was answered is noted nowhere."""
    _note(point, VISIT, visit, "id", visit_id, _VISIT)


def visit_undone(point: Point, visit_id: str) -> None:
    """Nobody came after all."""
    line(point, VISIT_UNDONE, {"id": visit_id})


def line(point: Point, kind: str, row: dict[str, Any]) -> None:
    """Note a row as it is; one that cannot be noted is told to the journal."""
    try:
        point.diary.note(kind, row)
    except Exception as error:
        _complain(kind, error)


def lines(point: Point, kind: str, rows: list[dict[str, Any]]) -> None:
    """Rows of one commit in one line: all of them or none, and one sync of the card."""
    if rows:
        line(point, kind, {"rows": [plain(row) for row in rows]})


def row(
    point: Point, kind: str, table: Table, key: str, value: str | int, columns: Any = None
) -> None:
    """Note a row as it stands now; of *columns* only what is named."""
    _note(point, kind, table, key, value, columns)


def _note(
    point: Point, kind: str, table: Table, key: str, value: str | int, columns: Any = None
) -> None:
    try:
        with point.database.reading() as connection:
            _note_row(point, connection, kind, table, key, value, columns)
    except Exception as error:
        _complain(kind, error)


def _note_row(
    point: Point,
    connection: Connection,
    kind: str,
    table: Table,
    key: str,
    value: str | int,
    columns: Any = None,
) -> None:
    wanted = [table.c[name] for name in columns] if columns else [table]
    row = connection.execute(select(*wanted).where(table.c[key] == value)).one_or_none()
    if row is not None:  # else sealed and erased meanwhile
        point.diary.note(kind, row._asdict())


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """As JSON takes it; bytes are the diary's own matter."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in row.items()
    }


def _complain(kind: str, error: Exception) -> None:
    log.warning("%s is not noted beside the database: %s", kind, error)
