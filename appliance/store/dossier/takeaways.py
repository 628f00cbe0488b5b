"""Papers as files for a citizen's own phone: one set a dossier, gone with its link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from appliance.core.dossiers.dossier import DossierState
from appliance.store.rows import insert_numbered
from appliance.store.schema.tables import dossier, phone_link, takeaway, takeaway_file

ASKED, READY, FAILED = "asked", "ready", "failed"


def ask(connection: Connection, link_id: int, dossier_id: str, shows: str, now: datetime) -> int:
    """A wish for the files; an earlier one of this dossier must be forgotten before."""
    return insert_numbered(
        connection,
        insert(takeaway).values(
            link_id=link_id, dossier_id=dossier_id, shows=shows, state=ASKED, asked_at=now
        ),
    )


def of_dossier(connection: Connection, dossier_id: str) -> Row[Any] | None:
    """The one set of a dossier, however far it is."""
    return connection.execute(
        select(takeaway).where(takeaway.c.dossier_id == dossier_id)
    ).one_or_none()


def asked(connection: Connection) -> Sequence[Row[Any]]:
    """Wishes that nobody granted yet, oldest first."""
    return connection.execute(
        select(takeaway).where(takeaway.c.state == ASKED).order_by(takeaway.c.id)
    ).all()


def files(connection: Connection, takeaway_id: int) -> Sequence[Row[Any]]:
    """The files of one set, in order."""
    return connection.execute(
        select(takeaway_file)
        .where(takeaway_file.c.takeaway_id == takeaway_id)
        .order_by(takeaway_file.c.number)
    ).all()


def add_file(connection: Connection, takeaway_id: int, number: int, **columns: Any) -> None:
    """One more file of the set."""
    connection.execute(
        insert(takeaway_file).values(takeaway_id=takeaway_id, number=number, **columns)
    )


def end(connection: Connection, takeaway_id: int, error_code: str | None = None) -> bool:
    """All files are there, or none will be; False when the wish is gone meanwhile."""
    ended = connection.execute(
        update(takeaway)
        .where(takeaway.c.id == takeaway_id, takeaway.c.state == ASKED)
        .values(state=FAILED if error_code else READY, error_code=error_code)
    )
    return ended.rowcount == 1


def over(connection: Connection, now: datetime) -> list[str]:
    """Dossiers whose set belongs to a phone that is out, or that are no longer open."""
    return list(
        connection.scalars(
            select(takeaway.c.dossier_id)
            .join(phone_link, phone_link.c.id == takeaway.c.link_id)
            .join(dossier, dossier.c.id == takeaway.c.dossier_id)
            .where(
                or_(
                    phone_link.c.ended_at.is_not(None),
                    phone_link.c.expires_at <= now,
                    dossier.c.state != DossierState.OPEN,
                )
            )
        )
    )


def files_of(connection: Connection, dossier_id: str) -> set[str]:
    """The names of all files of a dossier's set."""
    return set(
        connection.scalars(
            select(takeaway_file.c.file)
            .join(takeaway, takeaway.c.id == takeaway_file.c.takeaway_id)
            .where(takeaway.c.dossier_id == dossier_id)
        )
    )


def forget(connection: Connection, dossier_id: str) -> None:
    """Drop the rows; the files are for the caller to remove first."""
    sets = select(takeaway.c.id).where(takeaway.c.dossier_id == dossier_id)
    connection.execute(delete(takeaway_file).where(takeaway_file.c.takeaway_id.in_(sets)))
    connection.execute(delete(takeaway).where(takeaway.c.dossier_id == dossier_id))
