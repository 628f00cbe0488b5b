"""Nobody sees a page without having signed in; nobody stays signed in for ever."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from flask import Flask, g, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from appliance.desk.people import coming
from appliance.store.people.volunteers import Volunteer
from web.station.here import point, station

PUBLIC = frozenset(
    {"sign_in.show", "sign_in.enter", "health.look", "static", "bootstrap.static", None}
)
PHONE = "phone"  # a citizen's own pages, which ask for the code of one dossier instead of a name
GUIDES = "guides"  # what anybody may read; nothing personal is on it
CALENDAR = "calendar"  # the roster for whoever holds a secret link
BOOKING = "booking"  # a citizen books a time; the slip's secret opens it again
OWN_DOORS = frozenset({PHONE, CALENDAR, BOOKING})  # rooms that ask for something else than a name
LIVE_HEADER = "X-Live"  # sent by the page itself each second: no sign of a person
NOTED_EVERY_S = 20.0
SECRET, SEEN, BEGUN = "secret", "seen", "begun"  # what the signed cookie holds
LONGEST_S = 16 * 3600.0  # however busy somebody is: the next day begins with the PIN
HERE_HEADER = "X-Here"  # sent along when somebody has just touched the screen


def secret_key(runtime: Path) -> bytes:
    """The key of this boot's sessions. It lies in memory, so a restart signs everybody out."""
    path = runtime / "session.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        key = secrets.token_bytes(32)
        file.write(key)
    return key


def guard(app: Flask) -> None:
    """Let signed-in people through; send everybody else to the door."""

    @app.before_request
    def _who_is_there() -> ResponseReturnValue | None:
        if request.blueprint == GUIDES:  # it knows nobody: reading it keeps nobody signed in
            g.volunteer, g.locked = None, False
            return None
        g.volunteer = _signed_in()
        if g.volunteer is not None or request.endpoint in PUBLIC:
            return None
        if request.blueprint in OWN_DOORS:
            return None
        session.clear()
        if wants_fragment():
            return jsonify(signed_out=True), 401
        return redirect(url_for("sign_in.show"), 303)


def let_in(person: Volunteer) -> None:
    """Start a session; nothing of an earlier one stays, nor of a copy of its cookie."""
    earlier = session.get(SECRET)
    session.clear()
    session[SECRET] = coming.begin_session(point(), person.id, earlier)
    session[BEGUN] = session[SEEN] = station().monotonic()
    g.locked = False


def let_out() -> None:
    """End this session, in the browser and in the box."""
    coming.end_session(point(), session.get(SECRET))
    session.clear()


def lock_screen(back: str) -> None:
    """Show nothing more until the PIN is given; then go on at *back*."""
    coming.lock_session(point(), session.get(SECRET, ""))
    session["back"], g.locked = back, True


def own_secret() -> str | None:
    """What makes this browser this browser."""
    found: str | None = session.get(SECRET)
    return found


def wants_fragment() -> bool:
    """Whether our own script asks, not a person opening a page."""
    return LIVE_HEADER in request.headers


def idle_seconds() -> float:
    """How long ago this session's volunteer last gave a sign, before this request."""
    found: float = g.idle_s
    return found


def _signed_in() -> Volunteer | None:
    g.idle_s, g.locked = 0.0, False
    secret, seen, begun = session.get(SECRET), session.get(SEEN), session.get(BEGUN)
    if not isinstance(secret, str) or not isinstance(seen, float) or not isinstance(begun, float):
        return None
    now = station().monotonic()
    g.idle_s = now - seen
    if not 0 <= now - seen < station().idle_limit.total_seconds() or now - begun > LONGEST_S:
        return None
    found = coming.session_of(point(), secret)
    if found is None:
        return None
    g.locked = found.locked
    # a locked page's own script must not send the old cookie after the one that the PIN brings
    if _is_sign_of_life(now - seen) and not (found.locked and wants_fragment()):
        session[SEEN] = now
    return found.volunteer


def _is_sign_of_life(idle_s: float) -> bool:
    """Whether a person did something, not the page alone.

    What the page tells along of somebody reading is noted seldom: each note is a cookie, and one
    that comes late must not undo that of a screen locked meanwhile.
    """
    if not (wants_fragment() and request.method == "GET"):
        return True
    return HERE_HEADER in request.headers and idle_s >= NOTED_EVERY_S
