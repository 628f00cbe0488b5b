"""Choose a free time, say who and what for, get a slip."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby

from flask import make_response, redirect, render_template, request, session
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.point.appointment import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    LONGEST_NEED,
    LONGEST_PHONE,
    AppointmentRefused,
    Details,
    Kind,
    Slot,
    Why,
)
from appliance.desk.running import appointments
from appliance.desk.running.appointments import Wanted
from web.station.booking.room import pages, say, told
from web.station.here import local, point, station
from web.station.look import look

BOOKED = "booked"  # in this phone's own session: the store keeps a digest only
SHOWN_FOR_S = 600.0
LIMITS = {
    "name": LONGEST_NAME, "phone": LONGEST_PHONE, "address": LONGEST_ADDRESS, "need": LONGEST_NEED,
}  # fmt: skip
STATUS = {Why.MANY: 429, Why.FULL: 429, Why.TAKEN: 409, Why.PAST: 409}


def name_of(slot: Slot) -> str:
    """How an address calls a time: ``home-20261123T1100``, in UTC; a place's key behind it."""
    name = f"{slot.kind}-{slot.begins_at.astimezone(UTC):%Y%m%dT%H%M}"
    return f"{name}-{slot.place}" if slot.place else name


def by_place(slots: Iterable[Slot]) -> list[tuple[Kind, str, list[Slot]]]:
    """A day's times, those at home first, then each place's."""
    found = sorted(slots, key=lambda one: (one.kind, one.place, one.begins_at))
    return [
        (kind, place, list(those))
        for (kind, place), those in groupby(found, key=lambda one: (one.kind, one.place))
    ]


@pages.get("/book")
def choose() -> str:
    """All free times, by day."""
    free = appointments.free_slots(point())
    return render_template(
        "booking/choose.html",
        days=[
            (day, list(slots))
            for day, slots in groupby(free, key=lambda one: local(one.begins_at).date())
        ],
        name_of=name_of,
        by_place=by_place,
    )


@pages.get("/book/<time_of>")
def ask(time_of: str) -> ResponseReturnValue:
    """The form for one time."""
    slot = _slot(time_of)
    return told("taken", 404) if slot is None else make_response(_form(slot, time_of))


@pages.post("/book/<time_of>")
def book(time_of: str) -> ResponseReturnValue:
    """Form fields: ``name``, ``phone``, ``address``, ``need``, ``consent=yes``."""
    slot = _slot(time_of)
    if slot is None:
        return told("taken", 409)
    typed = {key: request.form.get(key, "")[: 2 * limit] for key, limit in LIMITS.items()}
    wanted = Wanted(
        slot.kind,
        slot.begins_at,
        Details(**typed),
        request.form.get("consent") == "yes",
        slot.place,
    )
    try:
        booked = appointments.book(point(), wanted, address=request.remote_addr)
    except AppointmentRefused as refused:
        if refused.why in STATUS:
            return told(refused.why, STATUS[refused.why])
        return make_response(_form(slot, time_of, typed, refused.why), 400)
    session[BOOKED] = [booked.appointment.number, booked.secret, station().monotonic()]
    return redirect(link("booking.done"), 303)


@pages.get("/book/done")
def done() -> ResponseReturnValue:
    """Number and secret, for ten minutes and on the phone that booked; on a kiosk once."""
    number, secret, at = session.get(BOOKED, ("", "", -SHOWN_FOR_S))
    if not 0 <= station().monotonic() - at < SHOWN_FOR_S:
        session.pop(BOOKED, None)
        return redirect(link("booking.mine"), 303)
    if look().kiosk:
        session.pop(BOOKED, None)
    try:
        found = appointments.of_slip(point(), number, secret, request.remote_addr)
    except AppointmentRefused:
        return redirect(link("booking.mine"), 303)
    return make_response(
        render_template("booking/done.html", one=found, secret=f"{secret[:5]} {secret[5:]}")
    )


def _form(
    slot: Slot, time_of: str, typed: dict[str, str] | None = None, why: Why | None = None
) -> str:
    return render_template(
        "booking/ask.html",
        slot=slot,
        time_of=time_of,
        typed=typed or dict.fromkeys(LIMITS, ""),
        limits=LIMITS,
        why=why,
        complaint=say(f"refused.{why}") if why else "",
        is_home=slot.kind is Kind.HOME,
        consented=request.form.get("consent") == "yes",  # a slip elsewhere takes back no consent
    )


def _slot(time_of: str) -> Slot | None:
    found = re.fullmatch(r"(home|point)-(\d{8}T\d{4})(?:-([a-z0-9-]{1,80}))?", time_of)
    if found is None:
        return None
    try:
        begins = datetime.strptime(found[2], "%Y%m%dT%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
    slots = appointments.free_slots(point())
    near = (one for one in slots if abs(one.begins_at - begins) < timedelta(seconds=1))
    wanted = found[1], found[3] or ""
    return next((one for one in near if (one.kind, one.place) == wanted), None)
