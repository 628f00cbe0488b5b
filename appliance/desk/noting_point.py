"""What a point promised beside dossiers, noted next to the database (``noting``).

Booked times, above all: somebody waits at home for a visit. Then the roster, what one shift left to
the next, queue numbers, places and calendar links. Faces are noted nowhere: a line beside that of
a visit would tell whose face it was. Hours of being signed in lie in the hourly copies alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from appliance.desk import noting
from appliance.desk.point import Point
from appliance.store import status
from appliance.store.point import served
from appliance.store.point.queue import Line
from appliance.store.schema.appointment_tables import appointment
from appliance.store.schema.duty_tables import calendar_link, duty_name, handover, shift
from appliance.store.schema.visit_tables import place

BOOKING, BOOKINGS_GONE = "booking", "bookings-gone"
SHIFTS, HANDOVER = "shifts", "handover"
TURN, TURN_CALLED, TURN_TAKEN_BACK = "turn", "turn-called", "turn-taken-back"
PLACES, ROSTER_SHOWN = "places", "roster-shown"
_BOOKING = [column.name for column in appointment.c if column.name != "asked_from"]
_ALL_OF = {PLACES: (place,), ROSTER_SHOWN: (calendar_link, duty_name)}


def booked(point: Point, number: int) -> None:
    """A time is booked, confirmed, moved or settled; who it is for, as sealed as in its row."""
    noting.row(point, BOOKING, appointment, "id", number, _BOOKING)


def bookings_gone(point: Point, desk_keys: Iterable[str]) -> None:
    """Who they were for is erased: no older copy may bring that back."""
    noting.line(point, BOOKINGS_GONE, {"desk_keys": list(desk_keys)})


def shifts_changed(point: Point, numbers: Iterable[int]) -> None:
    """These are planned, given to somebody else, moved or cancelled."""
    _note_shifts(point, shift.c.id.in_(list(numbers)))


def shifts_brought(point: Point, at: datetime) -> None:
    """All that a calendar file changed in one go, at that moment."""
    _note_shifts(point, shift.c.changed_at == at)


def _note_shifts(point: Point, wanted: ColumnElement[bool]) -> None:
    with point.database.reading() as connection:
        rows = connection.execute(select(shift).where(wanted)).all()
    noting.lines(point, SHIFTS, [row._asdict() for row in rows])


def handed_over(point: Point, number: int) -> None:
    """A note lies there for the next shift, or somebody took it."""
    noting.row(point, HANDOVER, handover, "id", number)


def turn_given(point: Point, line: Line, number: int) -> None:
    """Somebody holds that number: it must not be given to another one."""
    noting.line(point, TURN, line._asdict() | {"number": number, "given_at": point.clock()})


def turn_called(point: Point, line: Line, number: int) -> None:
    """Its turn has come."""
    noting.line(point, TURN_CALLED, line._asdict() | {"number": number})


def turn_taken_back(
    point: Point, line: Line, number: int, given_at: datetime, *, again: bool
) -> None:
    """It was given by mistake; *again* when the next person may get it, at another time."""
    told = line._asdict() | {"number": number, "given_at": given_at, "again": again}
    noting.line(point, TURN_TAKEN_BACK, told)


def count_change(connection: Connection, kind: str) -> None:
    """In the transaction that changes something of that kind: the later of two states stands."""
    set_changes(connection, kind, changes(connection, kind) + 1)


def changes(connection: Connection, kind: str) -> int:
    """How often anything of that kind was changed."""
    return int(status.recall(connection, f"{kind}-changes") or 0)


def set_changes(connection: Connection, kind: str, number: int) -> None:
    """As many as a line tells of that has just been read."""
    status.remember(connection, f"{kind}-changes", str(number))


def places_changed(point: Point) -> None:
    """The list of places and where the box stands: few rows, so all of them."""
    _note_all(point, PLACES)


def roster_shown_changed(point: Point) -> None:
    """Calendar links and how visitors call volunteers."""
    _note_all(point, ROSTER_SHOWN)


def _note_all(point: Point, kind: str) -> None:
    with point.database.reading() as connection:
        told: dict[str, Any] = {
            table.name: [noting.plain(row._asdict()) for row in connection.execute(select(table))]
            for table in _ALL_OF[kind]
        }
        told |= {"changes": changes(connection, kind)}
        if kind == PLACES:
            told |= {"here": served.here(connection)}
    noting.line(point, kind, told)


def tables_of(kind: str) -> tuple[Table, ...]:
    """Which tables a line of that kind holds whole."""
    return _ALL_OF[kind]
