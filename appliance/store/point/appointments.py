"""Rows of booked times: moved, never without looking how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from appliance.core.point.appointment import (
    AHEAD,
    Appointment,
    AppointmentRefused,
    Kind,
    State,
    Why,
)
from appliance.store.rows import insert_numbered
from appliance.store.schema.appointment_tables import appointment

ROWS_KEPT = timedelta(days=90)  # without details: how many came, and when


def add(connection: Connection, **columns: Any) -> int:
    """Returns the number that people say."""
    return insert_numbered(connection, insert(appointment).values(state=State.ASKED, **columns))


def get(connection: Connection, appointment_id: int) -> Appointment:
    """One, however it stands, or AppointmentRefused."""
    row = connection.execute(
        select(appointment).where(appointment.c.id == appointment_id)
    ).one_or_none()
    if row is None:
        raise AppointmentRefused(Why.UNKNOWN)
    return _appointment(row)


def by_secret(connection: Connection, appointment_id: int, secret_sha256: str) -> Appointment:
    """The one of a slip, or AppointmentRefused: whichever of both is wrong."""
    row = connection.execute(
        select(appointment).where(
            appointment.c.id == appointment_id, appointment.c.secret_sha256 == secret_sha256
        )
    ).one_or_none()
    if row is None:
        raise AppointmentRefused(Why.UNKNOWN)
    return _appointment(row)


def between(connection: Connection, since: datetime, until: datetime) -> list[Appointment]:
    """All that touch the span, the earliest first."""
    rows = connection.execute(
        select(appointment)
        .where(appointment.c.ends_at > since, appointment.c.begins_at < until)
        .order_by(appointment.c.begins_at, appointment.c.id)
    )
    return [_appointment(row) for row in rows]


def kept(connection: Connection) -> list[Appointment]:
    """All whose details are still here."""
    rows = connection.execute(
        select(appointment)
        .where(appointment.c.details.is_not(None))
        .order_by(appointment.c.begins_at, appointment.c.id)
    )
    return [_appointment(row) for row in rows]


def sealed_details(connection: Connection, appointment_id: int) -> bytes | None:
    """None once they are erased."""
    found: bytes | None = connection.scalar(
        select(appointment.c.details).where(appointment.c.id == appointment_id)
    )
    return found


def count_ahead(connection: Connection) -> int:
    """How many wait, asked for or confirmed."""
    ahead = select(func.count()).where(appointment.c.state.in_(AHEAD))
    return connection.scalar(ahead) or 0


def count_between(connection: Connection, state: State, since: datetime, until: datetime) -> int:
    """How many stand so and touch the span."""
    wanted = select(func.count()).where(
        appointment.c.state == state,
        appointment.c.ends_at > since,
        appointment.c.begins_at < until,
    )
    return connection.scalar(wanted) or 0


def count_booked(connection: Connection, since: datetime, asked_from: str | None = None) -> int:
    """How many citizens booked since then, all or from one address."""
    wanted = select(func.count()).where(
        appointment.c.made_by.is_(None), appointment.c.made_at >= since
    )
    if asked_from is not None:
        wanted = wanted.where(appointment.c.asked_from == asked_from)
    return connection.scalar(wanted) or 0


def change(connection: Connection, appointment_id: int, **columns: Any) -> None:
    """Change one that is still ahead, or AppointmentRefused."""
    moved = connection.execute(
        update(appointment)
        .where(appointment.c.id == appointment_id, appointment.c.state.in_(AHEAD))
        .values(**columns)
    )
    if moved.rowcount != 1:
        raise AppointmentRefused(Why.GONE)


def drop_details(connection: Connection, ids: Sequence[int]) -> None:
    """Who and what for goes; that there was one stays for a while."""
    connection.execute(
        update(appointment).where(appointment.c.id.in_(ids)).values(details=None, asked_from=None)
    )


def over(connection: Connection, before: datetime, ahead: datetime) -> list[Appointment]:
    """Those whose details are due: ended, or their time passed, before *before*.

    Also what lies beyond *ahead*: a wrong clock put it there.
    """
    done = and_(appointment.c.ended_at.is_not(None), appointment.c.ended_at < before)
    passed = or_(appointment.c.ends_at < before, appointment.c.begins_at > ahead)
    rows = connection.execute(
        select(appointment).where(appointment.c.details.is_not(None), or_(done, passed))
    )
    return [_appointment(row) for row in rows]


def sweep(connection: Connection, now: datetime) -> None:
    """Rows that hold nobody's details any more and are over for long."""
    old, ahead = now - ROWS_KEPT, now + 4 * ROWS_KEPT
    passed = or_(appointment.c.ends_at < old, appointment.c.begins_at > ahead)
    connection.execute(delete(appointment).where(appointment.c.details.is_(None), passed))


def keys(connection: Connection) -> set[str]:
    """The keys that details are still to be read with."""
    return set(
        connection.scalars(select(appointment.c.desk_key).where(appointment.c.details.is_not(None)))
    )


def keys_over(connection: Connection, names: Sequence[str]) -> set[str]:
    """Which of *names* sealed details that are gone."""
    return set(
        connection.scalars(
            select(appointment.c.desk_key).where(
                appointment.c.desk_key.in_(names), appointment.c.details.is_(None)
            )
        )
    )


def _appointment(row: Any) -> Appointment:
    return Appointment(
        id=row.id,
        kind=Kind(row.kind),
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        state=State(row.state),
        desk_key=row.desk_key,
        is_kept=row.details is not None,
        made_by=row.made_by,
        moves=row.moves,
        ended_at=row.ended_at,
        place=row.place,
    )
