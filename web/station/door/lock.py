"""The locked screen: after three minutes without a sign of a person nothing personal is shown.

The draft stays, the session stays; the same volunteer goes on with the PIN where the work was
left. The page's own script locks the screen; the box does the same for a page that asks after
that time. What is typed into a form that is sent later than that is kept, see late.py.
"""

from __future__ import annotations

from flask import (
    Blueprint,
    Flask,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from flask import url_for as link
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from appliance.core.errors import PinLocked, WrongPin
from appliance.desk.people.door import come_in
from web.station.door.sign_in import rest_answer, wrong_pin_told
from web.station.gate import PUBLIC, idle_seconds, let_in, lock_screen, wants_fragment
from web.station.here import point, station, volunteer
from web.station.speech import said

pages = Blueprint("lock", __name__)
OPEN_WHEN_LOCKED = PUBLIC | {"lock.show", "lock.unlock", "lock.close", "sign_in.leave"}

# fetched by a page, never gone back to
NO_PAGES = frozenset(
    {
        "one_page.image",
        "one_page.now",
        "crop.whole",
        "walk_ups.image",
        "walk_ups.now",
        "places.communes",
        "prints.file",
        "visits.numbers",
        "visits.report_pdf",
        "visits.report_xlsx",
        "visits.report_csv",
    }
)


def guard(app: Flask) -> None:
    """Show nothing of anybody while the screen is locked."""

    @app.before_request
    def _is_locked() -> ResponseReturnValue | None:
        if g.get("volunteer") is None or request.endpoint in OPEN_WHEN_LOCKED:
            return None
        if not g.locked:
            late = idle_seconds() >= station().lock_after.total_seconds()
            if not late or request.method != "GET":
                return None
            lock_screen(session.get("back", ""))
        if wants_fragment():
            return jsonify(signed_out=True), 401
        if request.method == "GET" and request.endpoint not in NO_PAGES:
            session["back"] = request.path
        return redirect(link("lock.show"), 303)


@pages.get("/locked")
def show() -> ResponseReturnValue:
    """Who may go on here, and nothing else."""
    if not g.get("locked"):
        return redirect(link("home.show"), 303)
    return render_template("unlock.html", complaint="")


@pages.post("/lock")
def close() -> ResponseReturnValue:
    """Form field: ``back``, the page to go on with."""
    lock_screen(request.form.get("back", ""))
    return redirect(link("lock.show"), 303)


@pages.post("/unlock")
def unlock() -> ResponseReturnValue:
    """Form field: ``pin``, of the volunteer who locked it."""
    person, back = volunteer(), session.get("back", "")
    pin = request.form.get("pin", "").strip()
    if not pin:
        return _again(said("sign_in.pin_missing"), 400)
    try:
        let_in(come_in(point(), request.remote_addr, person.name, pin)[0])
    except WrongPin as error:
        return _again(wrong_pin_told(error), 401)
    except PinLocked as error:
        return rest_answer(error, lambda told: render_template("unlock.html", complaint=told))
    return redirect(back if is_a_page(back) else link("home.show"), 303)


def _again(complaint: str, code: int) -> ResponseReturnValue:
    return make_response(render_template("unlock.html", complaint=complaint), code)


def is_a_page(path: str) -> bool:
    """Whether *path* is a page of ours: nobody is sent away from the box."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    return path.startswith("/") and endpoint not in OPEN_WHEN_LOCKED
