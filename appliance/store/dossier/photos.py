"""Photographs on their way from a phone to a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from appliance.store.rows import insert_numbered
from appliance.store.schema.tables import photo

ASKED, DONE, FAILED = "asked", "done", "failed"


def add(connection: Connection, dossier_id: str, slot_key: str, file: str, now: datetime) -> int:
    """One more waits; what was told of earlier ones of this slot is read by now."""
    connection.execute(
        delete(photo).where(
            photo.c.dossier_id == dossier_id, photo.c.slot_key == slot_key, photo.c.file.is_(None)
        )
    )
    return insert_numbered(
        connection,
        insert(photo).values(
            dossier_id=dossier_id, slot_key=slot_key, file=file, state=ASKED, asked_at=now
        ),
    )


def waiting(connection: Connection) -> Sequence[Row[Any]]:
    """All that wait, oldest first."""
    return connection.execute(
        select(photo).where(photo.c.state == ASKED).order_by(photo.c.id)
    ).all()


def count_waiting(connection: Connection, dossier_id: str) -> int:
    """How many of one dossier wait."""
    wanted = select(func.count()).where(photo.c.dossier_id == dossier_id, photo.c.state == ASKED)
    return connection.scalar(wanted) or 0


def told_of(connection: Connection, dossier_id: str) -> Sequence[Row[Any]]:
    """Those that wait and those that were refused, oldest first."""
    return connection.execute(
        select(photo)
        .where(photo.c.dossier_id == dossier_id, photo.c.state != DONE)
        .order_by(photo.c.id)
    ).all()


def end(connection: Connection, photo_id: int, error_code: str | None = None) -> None:
    """It is a page now, or with *error_code* will never be one; its file is free to go."""
    connection.execute(
        update(photo)
        .where(photo.c.id == photo_id)
        .values(state=FAILED if error_code else DONE, error_code=error_code, file=None)
    )


def files_of(connection: Connection, dossier_id: str) -> set[str]:
    """Files of one dossier that are no pages yet."""
    return set(
        connection.scalars(
            select(photo.c.file).where(photo.c.dossier_id == dossier_id, photo.c.file.is_not(None))
        )
    )


def forget(connection: Connection, dossier_id: str) -> None:
    """Drop the rows of one dossier; its files are gone already."""
    connection.execute(delete(photo).where(photo.c.dossier_id == dossier_id))
