"""All that is booked, and one of them: who it is, what for, and what to do about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby

from flask import flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.point.appointment import AppointmentRefused, State
from appliance.desk.running import appointments
from web.station import outside
from web.station.appointments.room import pages, say, tell_refusal
from web.station.here import local, point, volunteer
from web.station.phone.qr import qr_svg

LOOKED_BACK = timedelta(days=3)
DEEDS = {
    "confirm": State.CONFIRMED,
    "refuse": State.REFUSED,
    "done": State.DONE,
    "missed": State.MISSED,
}


@pages.get("")
def show() -> str:
    """Of the last three days and all ahead, by day; the code that leads phones to booking."""
    now = point().clock()
    found = appointments.listed(point(), now - LOOKED_BACK, now + appointments.FURTHEST)
    address = outside.address("booking.choose")
    return render_template(
        "appointments/list.html",
        days=[
            (day, list(those))
            for day, those in groupby(found, key=lambda one: local(one[0].begins_at).date())
        ],
        asked=sum(one.state is State.ASKED for one, _ in found),
        locked=any(one.is_kept and details is None for one, details in found),
        address=address,
        code=qr_svg(address),
        reachable=outside.is_reachable(outside.host()),
        free=len(appointments.free_slots(point())),
        today=point().today(),
    )


@pages.get("/<int:appointment_id>")
def one(appointment_id: int) -> str:
    """Who it is, and the times that it can be moved to."""
    found, details = appointments.one(point(), appointment_id)
    return render_template(
        "appointments/one.html",
        one=found,
        details=details,
        slots=appointments.free_slots(point()),
        now=point().clock(),
    )


@pages.post("/<int:appointment_id>/<any(confirm,refuse,done,missed):deed>")
def settle(appointment_id: int, deed: str) -> ResponseReturnValue:
    """No fields: the address says what is done."""
    try:
        appointments.settle(point(), appointment_id, DEEDS[deed], volunteer().id)
    except AppointmentRefused as refused:
        tell_refusal(refused)
    else:
        flash(say(f"done.{deed}"), "done")
    return redirect(link("appointments.one", appointment_id=appointment_id), 303)


@pages.post("/<int:appointment_id>/move")
def move(appointment_id: int) -> ResponseReturnValue:
    """Form fields: ``slot``, a beginning in UTC; or ``day`` and ``begins`` of the wall clock."""
    slot, _, rest = request.form.get("slot", "").partition("/")
    day = request.form.get("day", "")
    place = None if day or not rest else rest.partition("/")[2]
    begins_at = moment_of(slot, day, request.form.get("begins", ""))
    if begins_at is None:
        flash(say("refused.past"), "todo")
    else:
        try:
            appointments.move(point(), appointment_id, begins_at, volunteer().id, place)
        except AppointmentRefused as refused:
            tell_refusal(refused)
        else:
            flash(say("done.move"), "done")
    return redirect(link("appointments.one", appointment_id=appointment_id), 303)


def moment_of(slot: str, day: str, begins: str) -> datetime | None:
    """What somebody chose, or typed on the wall clock here; None: neither is a time."""
    try:
        if day and begins:
            return datetime.fromisoformat(f"{day}T{begins}").replace(tzinfo=point().zone)
        return datetime.strptime(slot, "%Y%m%dT%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
