"""Sessions at the point's page: begun at the door, locked, ended; each leaves a line."""

from __future__ import annotations

import secrets

from appliance.core.dossiers.trail import What
from appliance.desk import trail
from appliance.desk.point import Point
from appliance.store.people import sessions
from appliance.store.people.sessions import Session

SECRET_BYTES = 24


def begin_session(point: Point, volunteer_id: int, earlier: str | None = None) -> str:
    """The secret that only this browser holds from now on; what it held before ends."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with point.database.writing() as connection:
        if earlier is not None:
            sessions.end(connection, earlier)
        sessions.begin(connection, secret, volunteer_id, point.clock())
    return secret


def session_of(point: Point, secret: str) -> Session | None:
    """Whose browser this is; None when nobody's, any more or ever."""
    with point.database.reading() as connection:
        return sessions.of(connection, secret)


def lock_session(point: Point, secret: str) -> None:
    """Every copy of this browser's cookie is asked for the PIN."""
    with point.database.writing() as connection:
        sessions.lock(connection, secret)


def end_session(point: Point, secret: str | None) -> None:
    """Signed out: no copy of the cookie opens anything any more."""
    if secret is None:
        return
    with point.database.writing() as connection:
        found = sessions.of(connection, secret)
        if sessions.end(connection, secret) and found is not None:
            trail.note(point, connection, What.SIGNED_OUT, who=found.volunteer.id)
