"""A press or a touch on its way: the same door for both, one open request at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import ScanRequestState
from appliance.core.errors import AlreadyScanning, DossierMovedOn, NoDossierOpen
from appliance.store.dossier.dossiers import get_dossier
from appliance.store.rows import insert_numbered
from appliance.store.schema.tables import on_desk, scan_request

BY_PHONE = "phone"  # stored as written, beside the doors of desk.scanning
OPEN_STATES = (ScanRequestState.ASKED, ScanRequestState.SCANNING)


class OnDesk(NamedTuple):
    """Where the next press goes."""

    dossier_id: str  # empty: to nobody's dossier, a walk-up
    slot_key: str
    replaces: str | None = None  # the page whose place the next one takes


def put_on_desk(
    connection: Connection,
    dossier_id: str,
    slot_key: str,
    now: datetime,
    replaces: str | None = None,
) -> None:
    """From now on a press scans into this slot, the first page in the place of *replaces*."""
    clear_desk(connection)
    connection.execute(
        insert(on_desk).values(
            id=1, dossier_id=dossier_id, slot_key=slot_key, set_at=now, replaces=replaces
        )
    )


def clear_desk(connection: Connection) -> None:
    """From now on a press is answered with *call the helper*."""
    connection.execute(delete(on_desk))


def get_on_desk(connection: Connection) -> OnDesk | None:
    """Where the next press goes; None when no dossier is on the desk."""
    row = connection.execute(
        select(on_desk.c.dossier_id, on_desk.c.slot_key, on_desk.c.replaces)
    ).one_or_none()
    return OnDesk(*row) if row else None


def ask(connection: Connection, asked_by: str, now: datetime) -> int:
    """Turn a press into a request for what is on the desk; returns its number.

    Raises:
        NoDossierOpen: nobody opened a dossier.
        AlreadyScanning: another request is open; this one is answered, never queued.
    """
    desk = get_on_desk(connection)
    if desk is None or get_dossier(connection, desk.dossier_id).state is not DossierState.OPEN:
        raise NoDossierOpen("no open dossier is on the desk")
    return _ask(connection, asked_by, now, desk)


def ask_without_dossier(connection: Connection, asked_by: str, now: datetime) -> int:
    """The same for somebody who has no dossier: its pages become a walk-up.

    Raises:
        AlreadyScanning: as ``ask``.
    """
    return _ask(connection, asked_by, now, OnDesk("", ""))


def _ask(connection: Connection, asked_by: str, now: datetime, place: OnDesk) -> int:
    try:
        with connection.begin_nested():
            return insert_numbered(
                connection,
                insert(scan_request).values(
                    dossier_id=place.dossier_id or None,
                    slot_key=place.slot_key,
                    replaces=place.replaces,
                    asked_by=asked_by,
                    asked_at=now,
                    state=ScanRequestState.ASKED,
                ),
            )
    except IntegrityError as error:
        raise AlreadyScanning("a scan request is already open") from error


def place_of(row: Row[Any]) -> OnDesk:
    """Where the pages of a request go."""
    return OnDesk(row.dossier_id or "", row.slot_key)


def add_brought(connection: Connection, dossier_id: str, slot_key: str, now: datetime) -> int:
    """A page that a phone brought, as a batch of one that is over; returns its number."""
    return insert_numbered(
        connection,
        insert(scan_request).values(
            dossier_id=dossier_id,
            slot_key=slot_key,
            asked_by=BY_PHONE,
            asked_at=now,
            state=ScanRequestState.DONE,
            pages=1,
            ended_at=now,
        ),
    )


def open_request(connection: Connection) -> Row[Any] | None:
    """The one open request, if any."""
    return connection.execute(
        select(scan_request).where(scan_request.c.state.in_(OPEN_STATES))
    ).one_or_none()


def must_be_still(connection: Connection, dossier_id: str) -> None:
    """Raise AlreadyScanning while paper is moving into this dossier."""
    row = open_request(connection)
    if row is not None and row.dossier_id == dossier_id:
        raise AlreadyScanning(f"dossier {dossier_id} still receives pages")


def state_of(connection: Connection, request_id: int) -> ScanRequestState:
    """Where one request stands."""
    return ScanRequestState(
        connection.execute(
            select(scan_request.c.state).where(scan_request.c.id == request_id)
        ).scalar_one()
    )


def latest_request(connection: Connection, dossier_id: str) -> Row[Any] | None:
    """The newest request to the scanner of a dossier, to show how it ended."""
    return connection.execute(
        select(scan_request)
        .where(scan_request.c.dossier_id == dossier_id, scan_request.c.asked_by != BY_PHONE)
        .order_by(scan_request.c.id.desc())
        .limit(1)
    ).one_or_none()


def move_request(
    connection: Connection,
    request_id: int,
    old: ScanRequestState,
    new: ScanRequestState,
    **columns: Any,
) -> None:
    """From *old* to *new*, or DossierMovedOn when it no longer is *old*."""
    moved = connection.execute(
        update(scan_request)
        .where(scan_request.c.id == request_id, scan_request.c.state == old)
        .values(state=new, **columns)
    ).rowcount
    if moved != 1:
        raise DossierMovedOn(f"scan request {request_id} is no longer {old}")


def wish_to_stop(connection: Connection, request_id: int, error_code: str) -> None:
    """What it will have ended with: a request nobody took up ends now, a running one is told.

    The station finds the code on the row of the batch in its hands. A request that is over stays
    as it ended.
    """
    connection.execute(
        update(scan_request)
        .where(scan_request.c.id == request_id, scan_request.c.state.in_(OPEN_STATES))
        .values(error_code=error_code)
    )


def is_without_dossier(connection: Connection, request_id: int) -> bool:
    """Whether it was asked for by somebody who has no dossier, and nobody claimed it since."""
    found = connection.execute(
        select(scan_request.c.dossier_id).where(scan_request.c.id == request_id)
    ).one_or_none()
    return found is not None and found.dossier_id is None


def is_to_stop(connection: Connection, request_id: int) -> bool:
    """Whether somebody wishes that the batch ends now."""
    row = connection.execute(
        select(scan_request.c.state, scan_request.c.error_code).where(
            scan_request.c.id == request_id
        )
    ).one()
    return row.state in OPEN_STATES and row.error_code is not None


def count_page(connection: Connection, request_id: int) -> None:
    """One more page of this request is saved."""
    connection.execute(
        update(scan_request)
        .where(scan_request.c.id == request_id)
        .values(pages=scan_request.c.pages + 1)
    )


def replaced_by(connection: Connection, request_id: int) -> str | None:
    """The page that this request takes the place of, if any."""
    return connection.scalar(select(scan_request.c.replaces).where(scan_request.c.id == request_id))


def replacing_is_done(connection: Connection, request_id: int) -> None:
    """The place is taken: neither this request nor the next press takes it again."""
    connection.execute(
        update(scan_request).where(scan_request.c.id == request_id).values(replaces=None)
    )
    connection.execute(update(on_desk).values(replaces=None))


def count_sheets(connection: Connection, request_id: int, sheets: int | None) -> None:
    """What a person says lay in the tray; None forgets it."""
    connection.execute(
        update(scan_request).where(scan_request.c.id == request_id).values(sheets=sheets)
    )


def fail_interrupted(connection: Connection, error_code: str, now: datetime) -> int:
    """After a restart: a batch that was running is over. Returns how many there were."""
    return connection.execute(
        update(scan_request)
        .where(scan_request.c.state == ScanRequestState.SCANNING)
        .values(state=ScanRequestState.FAILED, error_code=error_code, ended_at=now)
    ).rowcount
