"""Who is signed in: a row a browser, so that a copied cookie dies with the row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, or_, select, update

from appliance.keys.canonical import sha256_hex
from appliance.store.people.volunteers import Role, Volunteer
from appliance.store.schema.tables import volunteer
from appliance.store.schema.trail_tables import web_session

LATELY = timedelta(hours=16)
SWEPT = timedelta(days=7)  # rows of browsers that nobody signed out of


class Session(NamedTuple):
    """One browser, and who sits before it."""

    volunteer: Volunteer
    locked: bool


def begin(connection: Connection, secret: str, volunteer_id: int, now: datetime) -> None:
    """From now on the browser that holds *secret* is this volunteer's. Old rows are swept."""
    # also those of the future: the clock fell back, and nobody knows how old they are
    over = or_(web_session.c.begun_at < now - SWEPT, web_session.c.begun_at > now + SWEPT)
    connection.execute(delete(web_session).where(over))
    connection.execute(
        insert(web_session).values(id=_digest(secret), volunteer_id=volunteer_id, begun_at=now)
    )


def of(connection: Connection, secret: str) -> Session | None:
    """Whose session it is; None once it ended, or its volunteer left."""
    row = connection.execute(
        select(volunteer.c.id, volunteer.c.name, volunteer.c.role, web_session.c.locked)
        .join(volunteer, volunteer.c.id == web_session.c.volunteer_id)
        .where(web_session.c.id == _digest(secret), volunteer.c.left_at.is_(None))
    ).one_or_none()
    return Session(Volunteer(row.id, row.name, Role(row.role)), row.locked) if row else None


def lock(connection: Connection, secret: str) -> None:
    """Nothing is shown here until the PIN is given, whichever copy of the cookie asks."""
    connection.execute(
        update(web_session).where(web_session.c.id == _digest(secret)).values(locked=True)
    )


def end(connection: Connection, secret: str) -> bool:
    """Signed out; False when it had ended already."""
    gone = connection.execute(delete(web_session).where(web_session.c.id == _digest(secret)))
    return gone.rowcount == 1


def who_is_here(connection: Connection, now: datetime) -> set[int]:
    """Volunteers who signed in lately and not out again."""
    lately = web_session.c.begun_at.between(now - LATELY, now + LATELY)
    return set(connection.scalars(select(web_session.c.volunteer_id).where(lately).distinct()))


def end_all(connection: Connection, volunteer_id: int, except_of: str | None = None) -> int:
    """Every browser of this volunteer is out, but for the one that holds *except_of*."""
    others = delete(web_session).where(web_session.c.volunteer_id == volunteer_id)
    if except_of is not None:
        others = others.where(web_session.c.id != _digest(except_of))
    return connection.execute(others).rowcount


def end_everybodys(connection: Connection) -> None:
    """All browsers are out."""
    connection.execute(delete(web_session))


def _digest(secret: str) -> str:
    return sha256_hex(secret.encode())
