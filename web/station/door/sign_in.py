"""The door: a name, a PIN, and a clear wait after too many wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from appliance.core.errors import PinLocked, WrongPin
from appliance.desk.people.door import come_in
from appliance.desk.people.holding import let_go
from appliance.store.people import volunteers
from appliance.store.people.volunteers import Role
from web.station.gate import let_in, let_out
from web.station.here import point
from web.station.speech import said, spoken

pages = Blueprint("sign_in", __name__)
FEW_NAMES = 8  # up to here every name is a big button


@pages.get("/sign-in")
def show() -> ResponseReturnValue:
    """The names and the PIN box; somebody already inside goes on."""
    if g.volunteer is not None:
        return redirect(url_for("home.show"), 303)
    return _page()


@pages.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Form fields: ``name``, ``pin``."""
    name, pin = request.form.get("name", ""), request.form.get("pin", "").strip()
    if not name or not pin:
        return _page(name, said("sign_in.name_missing" if not name else "sign_in.pin_missing")), 400
    try:
        person, reopened = come_in(point(), request.remote_addr, name, pin)
    except WrongPin as error:
        return _page(name, wrong_pin_told(error)), 401
    except PinLocked as error:
        return rest_answer(error, lambda told: _page(name, told))
    let_in(person)
    if reopened:
        flash(said("sign_in.reopened", dossiers=reopened), "done")
    return redirect(url_for("home.show"), 303)


@pages.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End this session; what this volunteer worked on is free for the next one."""
    if g.volunteer is not None:
        let_go(point(), g.volunteer.id)
    let_out()
    return redirect(url_for("sign_in.show"), 303)


def wrong_pin_told(error: WrongPin) -> str:
    """What to do now, and how many tries are left before a wait."""
    if error.rest_s:
        return said("sign_in.wrong_rest", wait=spoken(timedelta(seconds=error.rest_s)))
    return said("sign_in.wrong_left", left=error.left) if error.left else said("sign_in.wrong")


def rest_answer(error: PinLocked, page: Callable[[str], str]) -> Response:
    """Too many wrong PINs: *page* with how long to wait."""
    wait = spoken(timedelta(seconds=error.seconds))
    key = "sign_in.rest_address" if error.whole_address else "sign_in.rest"
    response = make_response(page(said(key, wait=wait)), 429)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def _page(name: str = "", complaint: str = "") -> str:
    with point().database.reading() as connection:
        # those who sit here every day first; a technician comes once a month
        everybody = sorted(
            volunteers.list_volunteers(connection), key=lambda one: one.role is Role.TECHNICIAN
        )
    return render_template(
        "sign_in.html",
        everybody=everybody,
        chosen=name,
        complaint=complaint,
        as_buttons=len(everybody) <= FEW_NAMES,
    )
