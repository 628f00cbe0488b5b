"""What every page of booking stands on: who may read it, its words, and what is told when not."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from appliance.core.point.appointment import Appointment, Slot
from appliance.desk import served
from web.station.door.nearby import only_from_nearby
from web.station.gate import BOOKING
from web.station.here import local, point
from web.station.look import look
from web.station.room_words import RoomWords

pages = Blueprint(BOOKING, __name__, template_folder="templates")
words = RoomWords("web.station.booking", "booking")
say = words.say
OTHER_TIME_HELPS = ("taken", "past", "expired", "gone")


def when(one: Slot | Appointment) -> str:
    """``Thứ Hai, 23/11/2026, 18:00–18:30``."""
    begins, ends = local(one.begins_at), local(one.ends_at)
    return f"{day_of(begins)}, {begins:%H:%M}–{ends:%H:%M}"


def where(one: Slot | Appointment) -> str:
    """At home, at the point, or at which of its places."""
    if not one.place:
        return say(one.kind)
    name = served.names(point()).get(one.place, one.place)
    address = point().settings.hours.at_place(one.place).address
    return say("at_address" if address else "at", place=name, address=address)


def day_of(moment: datetime) -> str:
    """``Thứ Hai, 23/11/2026``."""
    return f"{words.all_of('weekdays')[moment.weekday()]}, {moment:%d/%m/%Y}"


def told(name: str, status: int) -> ResponseReturnValue:
    """A page with three sentences."""
    page = render_template(
        "booking/told.html",
        told=words.all_of(f"told.{name}"),
        offers_times=name in OTHER_TIME_HELPS,
    )
    return make_response(page, status)


@pages.before_request
def _only_on_our_wifi() -> ResponseReturnValue | None:
    return None if only_from_nearby() else told("far", 403)


@pages.context_processor
def _for_templates() -> dict[str, object]:
    return {
        "say": say,
        "look": look(),
        "when": when,
        "where": where,
        "day_of": day_of,
        "local": local,
        "keep_days": point().config.appointments.keep_days,
    }


@pages.errorhandler(CSRFError)
def _expired(_error: CSRFError) -> ResponseReturnValue:
    return told("expired", 400)


@pages.errorhandler(HTTPException)
def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    return told("gone" if status == 404 else "refused", status)
