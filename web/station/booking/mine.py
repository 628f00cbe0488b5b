"""The slip's number and secret open how it stands, and call it off; in the body of forms only."""

from __future__ import annotations

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.point.appointment import AppointmentRefused, Why
from appliance.desk.running import appointments
from web.station.booking.room import pages, say
from web.station.here import point


@pages.get("/book/mine")
def mine() -> str:
    """An empty form."""
    return _page()


@pages.post("/book/mine")
def see() -> ResponseReturnValue:
    """Form fields: ``number`` and ``secret``, of the slip."""
    typed = _typed()
    try:
        found = appointments.of_slip(point(), *typed, request.remote_addr)
    except AppointmentRefused as refused:
        return _refused(refused)
    return make_response(render_template("booking/mine.html", one=found, typed=typed, complaint=""))


@pages.post("/book/mine/cancel")
def call_off() -> ResponseReturnValue:
    """The same fields: nobody comes, and what the box knew of them is erased."""
    typed = _typed()
    try:
        appointments.call_off(point(), *typed, request.remote_addr)
        found = appointments.of_slip(point(), *typed, request.remote_addr)
    except AppointmentRefused as refused:
        return _refused(refused)
    return make_response(render_template("booking/mine.html", one=found, typed=typed, complaint=""))


def _page(complaint: str = "") -> str:
    return render_template("booking/mine.html", one=None, typed=_typed(), complaint=complaint)


def _refused(refused: AppointmentRefused) -> ResponseReturnValue:
    status = {Why.GUESSES: 429, Why.GONE: 409}.get(refused.why, 404)
    return make_response(_page(say(f"refused.{refused.why}")), status)


def _typed() -> tuple[str, str]:
    return request.form.get("number", "")[:20], request.form.get("secret", "")[:40]
