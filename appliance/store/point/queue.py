"""Rows of queue numbers: given in order, called in order, each moved from where it stood."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from appliance.core.point.queue import Queue, Turn
from appliance.store.schema.visit_tables import queue_number


class Line(NamedTuple):
    """One queue: they begin anew each day, and each place has its own."""

    day: str
    place: str


def read(connection: Connection, line: Line) -> Queue:
    """The whole queue as of one moment."""
    rows = connection.execute(
        select(queue_number.c.number, queue_number.c.state)
        .where(_in(line))
        .order_by(queue_number.c.called_at.desc(), queue_number.c.number)
    ).all()
    return Queue(
        called=tuple(row.number for row in rows if row.state == Turn.CALLED),
        waiting=tuple(sorted(row.number for row in rows if row.state == Turn.WAITING)),
        absent=tuple(sorted(row.number for row in rows if row.state == Turn.ABSENT)),
        given=max((row.number for row in rows if row.state != Turn.FREE), default=0),
    )


def give(connection: Connection, line: Line, now: datetime) -> int:
    """The next number, from 1; those that are free again come first, and are the greatest."""
    free = connection.scalar(
        select(func.min(queue_number.c.number)).where(_in(line), queue_number.c.state == Turn.FREE)
    )
    if free is not None:
        _move(connection, line, free, (Turn.FREE,), Turn.WAITING, given_at=now)
        return int(free)
    newest = connection.scalar(select(func.max(queue_number.c.number)).where(_in(line))) or 0
    connection.execute(
        insert(queue_number).values(
            **line._asdict(), number=newest + 1, state=Turn.WAITING, given_at=now
        )
    )
    return newest + 1


def call(connection: Connection, line: Line, number: int, by: int, now: datetime) -> bool:
    """Ask that number to come. Whom *by* called before is done. False: it does not wait."""
    moved = _move(
        connection, line, number, (Turn.WAITING, Turn.ABSENT), Turn.CALLED,
        called_at=now, called_by=by,
    )  # fmt: skip
    if moved:
        mine = (queue_number.c.state == Turn.CALLED) & (queue_number.c.called_by == by)
        earlier = _in(line) & mine & (queue_number.c.number != number)
        connection.execute(update(queue_number).where(earlier).values(state=Turn.DONE))
    return moved


def end(connection: Connection, line: Line, number: int, turn: Turn) -> bool:
    """A called number is done, or nobody came. False: it was not called any more."""
    return _move(connection, line, number, (Turn.CALLED,), turn)


def waits_since(connection: Connection, line: Line, number: int) -> datetime | None:
    """When that number was given; None: it does not wait any more."""
    return connection.scalar(
        select(queue_number.c.given_at).where(
            _in(line), queue_number.c.number == number, queue_number.c.state == Turn.WAITING
        )
    )


def take_back(connection: Connection, line: Line, number: int, *, again: bool) -> bool:
    """Nobody waits with that number. False: it does not wait any more.

    With *again* the next person gets it, if no later one was given; else nobody ever does.
    """
    is_newest = read(connection, line).given == number
    new = Turn.FREE if again and is_newest else Turn.TAKEN_BACK
    return _move(connection, line, number, (Turn.WAITING,), new)


def _move(
    connection: Connection,
    line: Line,
    number: int,
    old: tuple[Turn, ...],
    new: Turn,
    **columns: object,
) -> bool:
    moved = connection.execute(
        update(queue_number)
        .where(_in(line), queue_number.c.number == number, queue_number.c.state.in_(old))
        .values(state=new, **columns)
    )
    return moved.rowcount == 1


def _in(line: Line) -> ColumnElement[bool]:
    return (queue_number.c.day == line.day) & (queue_number.c.place == line.place)
