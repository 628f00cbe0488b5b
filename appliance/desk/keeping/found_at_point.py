"""Bring back what ``noting_point`` noted: each step says what it brought, or nothing.

As with dossiers all lines may be read again and again: a row that is there as it was noted, or that
went on since, is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from appliance.core.point.appointment import State
from appliance.core.point.queue import Turn
from appliance.desk import noting_point
from appliance.desk.point import Point
from appliance.store.card.diary import columns_from
from appliance.store.point import queue, served
from appliance.store.rows import insert_numbered
from appliance.store.schema.appointment_tables import appointment
from appliance.store.schema.duty_tables import handover, shift
from appliance.store.schema.tables import volunteer
from appliance.store.schema.visit_tables import queue_number

Step = Callable[[Point, Connection, dict[str, Any]], list[str]]


def somebody(connection: Connection, number: int | None, at: datetime) -> int:
    """That volunteer, or where the name is lost too, one that nobody can sign in under."""
    known = connection.scalar(select(volunteer.c.id).where(volunteer.c.id == number))
    if known is not None:
        return int(known)
    lost = connection.scalar(select(volunteer.c.id).where(volunteer.c.name == "?"))
    return lost or insert_numbered(
        connection,
        insert(volunteer).values(name="?", role="volunteer", pin_hash="", made_at=at, left_at=at),
    )


def _booking(point: Point, connection: Connection, row: dict[str, Any]) -> list[str]:
    """Its number and secret are on somebody's slip: both come back as they were."""
    noted = columns_from(appointment, row)
    if noted["desk_key"] not in point.vault.known():
        noted["details"] = None  # erased since, or the key went with the power for good
    if noted["made_by"] is not None:
        noted["made_by"] = somebody(connection, noted["made_by"], noted["made_at"])
    there = connection.execute(
        select(appointment).where(appointment.c.id == noted["id"])
    ).one_or_none()
    if there is None:
        connection.execute(insert(appointment).values(**noted))
    elif there.desk_key == noted["desk_key"] and _stage(noted) > _stage(there._asdict()):
        if there.details is None:
            noted["details"] = None
        connection.execute(
            update(appointment).where(appointment.c.id == noted["id"]).values(**noted)
        )
    else:
        return []
    return [f"booking {noted['id']}"]


def _stage(row: dict[str, Any]) -> tuple[bool, bool, int, bool]:
    """Grows with every change of a booking: nothing is taken back, only moved again."""
    return (
        row["details"] is None,
        row["ended_at"] is not None,
        row["moves"],
        row["state"] != State.ASKED,
    )


def _bookings_gone(point: Point, connection: Connection, row: dict[str, Any]) -> list[str]:
    gone = connection.execute(
        update(appointment)
        .where(appointment.c.desk_key.in_(row["desk_keys"]), appointment.c.details.is_not(None))
        .values(details=None, asked_from=None)
    )
    return ["erased bookings"] if gone.rowcount else []


def _shifts(point: Point, connection: Connection, row: dict[str, Any]) -> list[str]:
    return [told for one in row["rows"] for told in _shift(connection, columns_from(shift, one))]


def _shift(connection: Connection, noted: dict[str, Any]) -> list[str]:
    noted["volunteer_id"] = somebody(connection, noted["volunteer_id"], noted["changed_at"])
    known = connection.scalar(select(shift.c.sequence).where(shift.c.id == noted["id"]))
    if known is None:
        connection.execute(insert(shift).values(**noted))
    elif known < noted["sequence"]:
        connection.execute(update(shift).where(shift.c.id == noted["id"]).values(**noted))
    else:
        return []
    return [f"shift {noted['id']}"]


def _handover(point: Point, connection: Connection, row: dict[str, Any]) -> list[str]:
    noted = columns_from(handover, row)
    for who in ("given_by", "taken_by"):
        if noted[who] is not None:
            noted[who] = somebody(connection, noted[who], noted["given_at"])
    there = connection.execute(
        select(handover.c.taken_at).where(handover.c.id == noted["id"])
    ).one_or_none()
    if there is None:
        connection.execute(insert(handover).values(**noted))
    elif there.taken_at is None and noted["taken_at"] is not None:
        connection.execute(update(handover).where(handover.c.id == noted["id"]).values(**noted))
    else:
        return []
    return [f"handover {noted['id']}"]


def _turn(point: Point, connection: Connection, row: dict[str, Any]) -> list[str]:
    if row["day"] != point.today().isoformat():
        return []  # whoever waited has long gone home
    noted = columns_from(queue_number, row)
    given = insert_or(queue_number).values(state=Turn.WAITING, **noted)
    made = connection.execute(
        given.on_conflict_do_update(
            index_elements=["day", "place", "number"],
            set_={"state": given.excluded.state, "given_at": given.excluded.given_at},
            where=(queue_number.c.state == Turn.FREE)
            & (queue_number.c.given_at < given.excluded.given_at),
        )
    )
    return [f"turn {row['number']}"] if made.rowcount else []


def _turn_called(point: Point, connection: Connection, row: dict[str, Any]) -> list[str]:
    """Nobody knows whether they came: it stands among those that may be called again."""
    key = ("day", "place", "number")
    moved = connection.execute(
        update(queue_number)
        .where(
            *(queue_number.c[name] == row[name] for name in key),
            queue_number.c.state == Turn.WAITING,
        )
        .values(state=Turn.ABSENT)
    )
    return [f"turn {row['number']} was called"] if moved.rowcount else []


def _turn_taken_back(point: Point, connection: Connection, row: dict[str, Any]) -> list[str]:
    """Not the number that somebody else got later: that one was given at another time."""
    line = queue.Line(row["day"], row["place"])
    noted = columns_from(queue_number, row)
    if queue.waits_since(connection, line, row["number"]) != noted["given_at"]:
        return []
    queue.take_back(connection, line, row["number"], again=row["again"])
    return [f"turn {row['number']} was taken back"]


def _places(point: Point, connection: Connection, row: dict[str, Any]) -> list[str]:
    found = _whole_tables(connection, noting_point.PLACES, row)
    if found:
        served.move(connection, row["here"])
    return found


def _roster_shown(point: Point, connection: Connection, row: dict[str, Any]) -> list[str]:
    return _whole_tables(connection, noting_point.ROSTER_SHOWN, row)


def _whole_tables(connection: Connection, kind: str, row: dict[str, Any]) -> list[str]:
    if row["changes"] <= noting_point.changes(connection, kind):
        return []
    people = set(connection.scalars(select(volunteer.c.id)))
    for table in noting_point.tables_of(kind):
        connection.execute(delete(table))
        for one in row[table.name]:
            if one.get("volunteer_id") in {None, *people}:
                connection.execute(insert(table).values(**columns_from(table, one)))
    noting_point.set_changes(connection, kind, row["changes"])
    return [kind]


STEPS: dict[str, Step] = {
    noting_point.BOOKING: _booking,
    noting_point.BOOKINGS_GONE: _bookings_gone,
    noting_point.SHIFTS: _shifts,
    noting_point.HANDOVER: _handover,
    noting_point.TURN: _turn,
    noting_point.TURN_CALLED: _turn_called,
    noting_point.TURN_TAKEN_BACK: _turn_taken_back,
    noting_point.PLACES: _places,
    noting_point.ROSTER_SHOWN: _roster_shown,
}
