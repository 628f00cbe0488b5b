"""Rows beside the roster: who was there, what is handed over, calendar links; and their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from appliance.store.rows import insert_numbered
from appliance.store.schema.duty_tables import calendar_link, duty_name, handover, presence, shift
from appliance.store.schema.tables import volunteer

KEPT = timedelta(days=400)  # a year's hours can be told in the month after it
NOTES_KEPT = timedelta(days=14)
GAP = timedelta(minutes=45)  # without a sign of life: somebody went, and came again
EVERYBODY = 0  # whose link it is when the whole roster is behind it


@dataclass(frozen=True, slots=True)
class Handover:
    """What one shift left to the next (bàn giao ca)."""

    id: int
    given_by: int
    given_at: datetime
    note: str
    open_dossiers: int
    taken_by: int | None
    taken_at: datetime | None
    place: str  # where the box stood; empty: the point itself


def note_presence(
    connection: Connection, volunteer_id: int, now: datetime, place: str = ""
) -> None:
    """There is a sign of life of somebody signed in.

    A clock that fell back begins anew, and so does a box that was carried to another place.
    """
    newest = connection.execute(
        select(presence)
        .where(presence.c.volunteer_id == volunteer_id)
        .order_by(presence.c.id.desc())
        .limit(1)
    ).one_or_none()
    goes_on = newest is not None and newest.place == place
    if newest is not None and goes_on and timedelta(0) <= now - newest.ends_at < GAP:
        connection.execute(update(presence).where(presence.c.id == newest.id).values(ends_at=now))
    else:
        connection.execute(
            insert(presence).values(
                volunteer_id=volunteer_id, begins_at=now, ends_at=now, place=place
            )
        )


def presences(connection: Connection, since: datetime, until: datetime) -> Sequence[Any]:
    """``volunteer_id``, ``begins_at``, ``ends_at``, ``place`` of all that touch the span."""
    return connection.execute(
        select(
            presence.c.volunteer_id, presence.c.begins_at, presence.c.ends_at, presence.c.place
        ).where(presence.c.ends_at >= since, presence.c.begins_at < until)
    ).all()


def hand_over(connection: Connection, volunteer_id: int, now: datetime, **columns: Any) -> int:
    """Leave a note for whoever comes next."""
    return insert_numbered(
        connection, insert(handover).values(given_by=volunteer_id, given_at=now, **columns)
    )


def take_over(connection: Connection, handover_id: int, volunteer_id: int, now: datetime) -> bool:
    """Somebody read it and goes on; False when another one did, or it is gone."""
    moved = connection.execute(
        update(handover)
        .where(handover.c.id == handover_id, handover.c.taken_at.is_(None))
        .values(taken_by=volunteer_id, taken_at=now)
    )
    return moved.rowcount == 1


def handovers(connection: Connection, limit: int) -> list[Handover]:
    """The newest first."""
    rows = connection.execute(select(handover).order_by(handover.c.id.desc()).limit(limit))
    return [Handover(**row._mapping) for row in rows]


def set_link(connection: Connection, whose: int, token_sha256: str, now: datetime) -> None:
    """A new link; the one before it opens nothing any more."""
    end_link(connection, whose)
    connection.execute(
        insert(calendar_link).values(whose=whose, token_sha256=token_sha256, made_at=now)
    )


def end_link(connection: Connection, whose: int) -> bool:
    """False when there was none."""
    return (
        connection.execute(delete(calendar_link).where(calendar_link.c.whose == whose)).rowcount
        == 1
    )


def links(connection: Connection) -> dict[int, datetime]:
    """When each link was made, by whose it is."""
    return {row.whose: row.made_at for row in connection.execute(select(calendar_link))}


def whose_link(connection: Connection, token_sha256: str) -> int | None:
    """Whose roster that secret opens; None: nobody's. A volunteer who left has none."""
    row = connection.execute(
        select(calendar_link.c.whose, volunteer.c.left_at)
        .outerjoin(volunteer, volunteer.c.id == calendar_link.c.whose)
        .where(calendar_link.c.token_sha256 == token_sha256)
    ).one_or_none()
    return None if row is None or row.left_at is not None else int(row.whose)


def sweep(connection: Connection, now: datetime) -> None:
    """What is over for long; also what lies in a future that a wrong clock once saw."""
    old, ahead = now - KEPT, now + KEPT
    for table in (shift, presence):
        over = or_(table.c.ends_at < old, table.c.begins_at > ahead)
        connection.execute(delete(table).where(over))
    notes, later = now - NOTES_KEPT, now + NOTES_KEPT
    given = handover.c.given_at
    connection.execute(delete(handover).where(or_(given < notes, given > later)))
    gone = select(volunteer.c.id).where(volunteer.c.left_at.is_not(None))
    connection.execute(delete(duty_name).where(duty_name.c.volunteer_id.in_(gone)))
    connection.execute(delete(calendar_link).where(calendar_link.c.whose.in_(gone)))
