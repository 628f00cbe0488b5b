"""Booking for somebody who stands here or calls, and the slip that they get."""

from __future__ import annotations

from flask import (
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.point.appointment import AppointmentRefused, Details, Kind, Why
from appliance.core.printing import Media
from appliance.desk import served
from appliance.desk.running import appointments
from appliance.desk.running.appointments import Wanted
from appliance.papers.prints.booking_slip import BookingSlip, print_booking_slip
from web.station import outside
from web.station.appointments.listing import moment_of
from web.station.appointments.room import pages, say, when, where
from web.station.booking.slots import LIMITS
from web.station.here import point, station, volunteer
from web.station.printing.made_paper import made_paper

SLIP = "booking_slip"  # in the volunteer's own session: the store keeps a digest only
SHOWN_FOR_S = 600.0


@pages.get("/new")
def ask() -> str:
    """An empty form."""
    return _form(dict.fromkeys(LIMITS, ""), "", "")


@pages.post("/new")
def book() -> ResponseReturnValue:
    """Form fields: ``slot``, or ``day``, ``begins``, ``kind`` and ``place``; ``name``, ``phone``,
    ``address``, ``need``, ``consent=yes``."""
    typed = {key: request.form.get(key, "")[: 2 * limit] for key, limit in LIMITS.items()}
    form, here = request.form, point()
    slot, _, rest = form.get("slot", "").partition("/")
    kind, _, place = rest.partition("/")
    begins_at = moment_of(slot, form.get("day", ""), form.get("begins", ""))
    if form.get("day"):
        kind, place = form.get("kind", ""), form.get("place", "")
    try:
        if begins_at is None or kind not in set(Kind):
            raise AppointmentRefused(Why.PAST)
        agreed = form.get("consent") == "yes"
        place = "" if place == served.own(here).key else place
        wanted = Wanted(Kind(kind), begins_at, Details(**typed), agreed, place)
        booked = appointments.book(here, wanted, by=volunteer().id)
    except AppointmentRefused as refused:
        return make_response(_form(typed, say(f"refused.{refused.why}"), refused.why), 400)
    session[SLIP] = [booked.appointment.id, booked.secret, station().monotonic()]
    return redirect(link("appointments.slip"), 303)


@pages.get("/slip")
def slip() -> ResponseReturnValue:
    """Number and secret of what this volunteer has just booked, for ten minutes."""
    number, secret = _held()
    if not number:
        return redirect(link("appointments.show"), 303)
    found, _ = appointments.one(point(), number)
    return make_response(
        render_template("appointments/slip.html", one=found, secret=f"{secret[:5]} {secret[5:]}")
    )


@pages.get("/slip.pdf")
def slip_pdf() -> Response:
    """The same on the till roll."""
    number, secret = _held()
    if not number:
        abort(404)
    found, _ = appointments.one(point(), number)
    here = point()
    sheet = BookingSlip(
        point_name=here.config.point.name,
        number=found.number,
        secret=f"{secret[:5]} {secret[5:]}",
        when=when(found),
        where=where(found),
        made_at=here.clock().astimezone(here.zone),
        url=outside.address_for_others("booking.mine"),
    )
    return made_paper(lambda: print_booking_slip(sheet, Media.ROLL), say("slip.title"))


def _held() -> tuple[int, str]:
    number, secret, at = session.get(SLIP, (0, "", -SHOWN_FOR_S))
    if not 0 <= station().monotonic() - at < SHOWN_FOR_S:
        session.pop(SLIP, None)
        return 0, ""
    return number, secret


def _form(typed: dict[str, str], complaint: str, why: str) -> str:
    return render_template(
        "appointments/new.html",
        typed=typed,
        kept=request.form,  # a slip in one place keeps what stands in all others
        complaint=complaint,
        why=why,
        limits=LIMITS,
        kinds=list(Kind),
        slots=appointments.free_slots(point()),
        places=served.offered(point()),
        today=point().today(),
        keep_days=point().config.appointments.keep_days,
    )
