"""One touch a visitor: what for, whose hands did it, and one answer that nobody can trace."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

from uuid6 import uuid7

from appliance.core.point.visits import Face, HowDone, Purpose, Visit
from appliance.desk import noting, served
from appliance.desk.point import Point
from appliance.store.point import figures, visits

MAY_ANSWER_FOR = timedelta(minutes=15)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def touch(point: Point, purpose: Purpose) -> str:
    """A visitor came for *purpose*; returns the visit's id."""
    with point.database.writing() as connection:
        new = Visit(
            id=str(uuid7()),
            at=point.clock(),
            day=point.today().isoformat(),
            place=served.key_now(point, connection),
            purpose=purpose,
        )
        visits.add(connection, new)
    noting.visit_touched(point, new.id)
    return new.id


def today(point: Point) -> list[Visit]:
    """Today's visits where the box stands, the newest first."""
    with point.database.reading() as connection:
        key = served.key_now(point, connection)
        return visits.of_day(connection, point.today().isoformat(), key)


def mark(point: Point, visit_id: str, how: HowDone) -> bool:
    """Whose hands did it; may be said again. False: there is no such visit any more."""
    with point.database.writing() as connection:
        done = visits.mark(connection, visit_id, how)
    if done:
        noting.visit_touched(point, visit_id)
    return done


def undo(point: Point, visit_id: str) -> bool:
    """The touch was wrong. False: it is not of today, or its visitor has answered."""
    with point.database.writing() as connection:
        done = visits.undo(connection, visit_id, point.today().isoformat())
    if done:
        noting.visit_undone(point, visit_id)
    return done


def let_answer(point: Point, visit_id: str) -> str | None:
    """A code with which one face may be touched, on any screen, once. None: it was already."""
    token = secrets.token_urlsafe(16)
    with point.database.writing() as connection:
        until = point.clock() + MAY_ANSWER_FOR
        return token if visits.let_answer(connection, visit_id, _digest(token), until) else None


def may_answer(point: Point, token: str) -> bool:
    """Whether that code still lets an answer in."""
    if not _TOKEN.fullmatch(token):
        return False
    with point.database.reading() as connection:
        return visits.asked_with(connection, _digest(token), point.clock()) is not None


def answer(point: Point, token: str, face: Face) -> bool:
    """Count the face in its month. False: the code is over or used, and nothing is counted.

    The visit learns only that there was an answer; so does the diary: nothing.
    """
    if not _TOKEN.fullmatch(token):
        return False
    with point.database.writing() as connection:
        asked = visits.asked_with(connection, _digest(token), point.clock())
        if asked is None:
            return False
        visits.note_answered(connection, asked.id)
        figures.add_face(connection, asked.day[:7], asked.place, face)
    return True


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
