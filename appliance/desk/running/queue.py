"""Queue numbers where the box stands today; none of them is anybody's name."""

from __future__ import annotations

from sqlalchemy import Connection

from appliance.core.point.queue import MOST_NUMBERS, Queue, Turn
from appliance.desk import noting_point, served
from appliance.desk.point import Point
from appliance.store.point import queue
from appliance.store.point.queue import Line


def now(point: Point) -> Queue:
    """The queue of this place today."""
    with point.database.reading() as connection:
        return queue.read(connection, _line(point, connection))


def give(point: Point) -> int | None:
    """The next number; None: there are none left today."""
    with point.database.writing() as connection:
        line = _line(point, connection)
        if queue.read(connection, line).given >= MOST_NUMBERS:
            return None
        number = queue.give(connection, line, point.clock())
    noting_point.turn_given(point, line, number)
    return number


def take_back(point: Point, number: int, *, on_paper: bool) -> bool:
    """Given by mistake: nobody waits with it. False: it was called or taken back meanwhile.

    The next person gets the same number, unless it went out on paper or a later one was given:
    two people never hold one number.
    """
    with point.database.writing() as connection:
        line = _line(point, connection)
        given_at = queue.waits_since(connection, line, number)
        if given_at is None:
            return False
        queue.take_back(connection, line, number, again=not on_paper)
    noting_point.turn_taken_back(point, line, number, given_at, again=not on_paper)
    return True


def call_next(point: Point, volunteer_id: int) -> int | None:
    """Ask whoever waits longest; whom this volunteer called before is done. None: nobody waits."""
    with point.database.writing() as connection:
        line = _line(point, connection)
        waiting = queue.read(connection, line).waiting
        if not waiting:
            return None
        queue.call(connection, line, waiting[0], volunteer_id, point.clock())
    noting_point.turn_called(point, line, waiting[0])
    return waiting[0]


def call_again(point: Point, number: int, volunteer_id: int) -> bool:
    """Ask one who did not come. False: that number waits no more."""
    with point.database.writing() as connection:
        line = _line(point, connection)
        return queue.call(connection, line, number, volunteer_id, point.clock())


def absent(point: Point, number: int) -> bool:
    """Nobody came; the number may be called again. False: it was not called."""
    return _end(point, number, Turn.ABSENT)


def done(point: Point, number: int) -> bool:
    """That visitor was helped. False: the number was not called."""
    return _end(point, number, Turn.DONE)


def _end(point: Point, number: int, turn: Turn) -> bool:
    with point.database.writing() as connection:
        return queue.end(connection, _line(point, connection), number, turn)


def _line(point: Point, connection: Connection) -> Line:
    return Line(point.today().isoformat(), served.key_now(point, connection))
