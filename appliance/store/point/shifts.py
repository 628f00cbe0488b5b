"""Rows of the roster. Changed only as somebody saw them: a shift moved meanwhile is not touched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from appliance.core.point.roster import Duty, RosterRefused, Takes, Why, called_by_visitors
from appliance.store.rows import insert_numbered
from appliance.store.schema.duty_tables import duty_name, shift
from appliance.store.schema.tables import volunteer
from appliance.store.schema.visit_tables import place

MOST = 2000  # planned ones ahead: four people a day for a year


def between(
    connection: Connection,
    since: datetime,
    until: datetime,
    *,
    whose: int | None = None,
    cancelled: bool = False,
) -> list[Duty]:
    """Those that touch the span, the earliest first; *cancelled* ones only when asked for."""
    wanted = _wanted().where(shift.c.ends_at > since, shift.c.begins_at < until)
    if whose is not None:
        wanted = wanted.where(shift.c.volunteer_id == whose)
    if not cancelled:
        wanted = wanted.where(shift.c.cancelled_at.is_(None))
    rows = connection.execute(wanted.order_by(shift.c.begins_at, shift.c.id))
    return [_duty(row) for row in rows]


def get(connection: Connection, shift_id: int) -> Duty:
    """One that is planned, or RosterRefused."""
    row = connection.execute(
        _wanted().where(shift.c.id == shift_id, shift.c.cancelled_at.is_(None))
    ).one_or_none()
    if row is None:
        raise RosterRefused(Why.GONE)
    return _duty(row)


def add(
    connection: Connection,
    volunteer_id: int,
    begins_at: datetime,
    ends_at: datetime,
    now: datetime,
    **columns: Any,
) -> int:
    """Plan one. Raises RosterRefused when that volunteer sits there already, or there are many."""
    must_be_free(connection, volunteer_id, begins_at, ends_at)
    ahead = select(func.count()).where(shift.c.ends_at > now, shift.c.cancelled_at.is_(None))
    if (connection.scalar(ahead) or 0) >= MOST:
        raise RosterRefused(Why.TOO_MANY)
    return insert_numbered(
        connection,
        insert(shift).values(
            volunteer_id=volunteer_id,
            begins_at=begins_at,
            ends_at=ends_at,
            changed_at=now,
            **columns,
        ),
    )


def must_be_free(
    connection: Connection,
    volunteer_id: int,
    begins_at: datetime,
    ends_at: datetime,
    but: Iterable[int] = (),
) -> None:
    """Raise RosterRefused when that volunteer is planned then, in another shift than *but*."""
    others = between(connection, begins_at, ends_at, whose=volunteer_id)
    if {one.id for one in others} - set(but):
        raise RosterRefused(Why.OVERLAPS)


def change(connection: Connection, seen: Duty, now: datetime, **columns: Any) -> None:
    """Change one as it was *seen*; RosterRefused when it is another by now."""
    moved = connection.execute(
        update(shift)
        .where(
            shift.c.id == seen.id,
            shift.c.sequence == seen.sequence,
            shift.c.cancelled_at.is_(None),
        )
        .values(sequence=seen.sequence + 1, changed_at=now, **columns)
    )
    if moved.rowcount != 1:
        raise RosterRefused(Why.GONE)


def cancel(connection: Connection, seen: Duty, now: datetime) -> None:
    """Nobody comes then; the row stays for a while, so that calendars hear of it."""
    change(connection, seen, now, cancelled_at=now)


def from_source(connection: Connection, source: str) -> dict[str, Duty]:
    """What came from one event of a calendar file, by which of its days; cancelled ones too."""
    rows = connection.execute(
        _wanted().add_columns(shift.c.occurrence).where(shift.c.source == source)
    )
    return {row.occurrence: _duty(row) for row in rows}


def revive(connection: Connection, seen: Duty, now: datetime, **columns: Any) -> None:
    """A cancelled one that the calendar brings again."""
    connection.execute(
        update(shift)
        .where(shift.c.id == seen.id)
        .values(sequence=seen.sequence + 1, changed_at=now, cancelled_at=None, **columns)
    )


def call(connection: Connection, volunteer_id: int, called: str) -> None:
    """How visitors call that volunteer; empty: as the box guesses."""
    connection.execute(delete(duty_name).where(duty_name.c.volunteer_id == volunteer_id))
    if called:
        connection.execute(insert(duty_name).values(volunteer_id=volunteer_id, called=called))


def names(connection: Connection) -> dict[int, str]:
    """How visitors call each volunteer who helps here."""
    rows = connection.execute(
        select(volunteer.c.id, volunteer.c.name, duty_name.c.called)
        .outerjoin(duty_name)
        .where(volunteer.c.left_at.is_(None))
    )
    return {row.id: row.called or called_by_visitors(row.name) for row in rows}


def _wanted() -> Select[Any]:
    """Shifts of those who left here are no longer anybody's."""
    return (
        select(shift, volunteer.c.name, duty_name.c.called, place.c.name.label("place_name"))
        .join(volunteer, volunteer.c.id == shift.c.volunteer_id)
        .outerjoin(duty_name, duty_name.c.volunteer_id == volunteer.c.id)
        .outerjoin(place, place.c.key == shift.c.place)
        .where(volunteer.c.left_at.is_(None))
    )


def _duty(row: Any) -> Duty:
    return Duty(
        id=row.id,
        volunteer_id=row.volunteer_id,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        place=row.place,
        takes=Takes(row.takes),
        sequence=row.sequence,
        called=row.called or called_by_visitors(row.name),
        cancelled=row.cancelled_at is not None,
        place_name=row.place_name or row.place,
    )
