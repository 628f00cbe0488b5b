"""The wish to seal: asked for on the page, granted by the station, with progress in a row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import SealState
from appliance.core.errors import DossierMovedOn
from appliance.store.dossier.dossiers import move_dossier
from appliance.store.rows import insert_numbered
from appliance.store.schema.tables import seal_request


def ask_seal(connection: Connection, dossier_id: str, volunteer_id: int, now: datetime) -> int:
    """Freeze the dossier (OPEN → SEALING) and ask the station; returns the request's number."""
    move_dossier(connection, dossier_id, DossierState.OPEN, DossierState.SEALING)
    return insert_numbered(
        connection,
        insert(seal_request).values(
            dossier_id=dossier_id, asked_by=volunteer_id, asked_at=now, state=SealState.ASKED
        ),
    )


def next_seal(connection: Connection) -> Row[Any] | None:
    """The oldest wish that is not granted yet; one that was interrupted counts again."""
    return connection.execute(
        select(seal_request)
        .where(seal_request.c.state.in_((SealState.ASKED, SealState.SEALING)))
        .order_by(seal_request.c.id)
        .limit(1)
    ).one_or_none()


def latest_seal(connection: Connection, dossier_id: str) -> Row[Any] | None:
    """The newest wish of a dossier, for its progress or its error."""
    return connection.execute(
        select(seal_request)
        .where(seal_request.c.dossier_id == dossier_id)
        .order_by(seal_request.c.id.desc())
        .limit(1)
    ).one_or_none()


def note_progress(connection: Connection, request_id: int, step: int, steps: int) -> None:
    """How far the station is; *step* counts from 0."""
    connection.execute(
        update(seal_request)
        .where(seal_request.c.id == request_id)
        .values(state=SealState.SEALING, step=step, steps=steps)
    )


def end_seal(
    connection: Connection, request_id: int, new: SealState, now: datetime, code: str | None = None
) -> None:
    """DONE, or FAILED with a reason: then the dossier is OPEN again."""
    row = connection.execute(
        select(seal_request).where(
            seal_request.c.id == request_id,
            seal_request.c.state.in_((SealState.ASKED, SealState.SEALING)),
        )
    ).one_or_none()
    if row is None:
        raise DossierMovedOn(f"seal request {request_id} has ended")
    connection.execute(
        update(seal_request)
        .where(seal_request.c.id == request_id)
        .values(state=new, error_code=code, ended_at=now)
    )
    if new is SealState.FAILED:
        move_dossier(connection, row.dossier_id, DossierState.SEALING, DossierState.OPEN)
