"""What the volunteers' pages about booked times stand on."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue

from appliance.core.point.appointment import Appointment, AppointmentRefused, Slot
from appliance.desk import served
from web.station.here import local, point
from web.station.room_words import RoomWords

pages = Blueprint("appointments", __name__, url_prefix="/appointments", template_folder="templates")
words = RoomWords("web.station.appointments", "appointments")
say = words.say


def day_of(moment: datetime) -> str:
    """``Thứ Hai, 23/11/2026``."""
    return f"{words.all_of('weekdays')[moment.weekday()]}, {moment:%d/%m/%Y}"


def hours_of(one: Slot | Appointment) -> str:
    """``18:00–18:30`` on the wall clock here."""
    return f"{local(one.begins_at):%H:%M}–{local(one.ends_at):%H:%M}"


def when(one: Slot | Appointment) -> str:
    """Day and hours."""
    return f"{day_of(local(one.begins_at))}, {hours_of(one)}"


def where(one: Slot | Appointment) -> str:
    """At home, at the point, or at which of its places."""
    if one.place:
        return say("kind.at", place=served.names(point()).get(one.place, one.place))
    return say(f"kind.{one.kind}")


def slot_value(one: Slot) -> str:
    """As forms send it back: when, what kind, at which place."""
    return f"{one.begins_at.astimezone(UTC):%Y%m%dT%H%M}/{one.kind}/{one.place}"


def tell_refusal(refused: AppointmentRefused) -> None:
    """Why nothing was changed, on top of the next page."""
    flash(say(f"refused.{refused.why}"), "todo")


@pages.errorhandler(AppointmentRefused)
def _gone(_refused: AppointmentRefused) -> ResponseReturnValue:
    return render_template("appointments/none.html"), 404


@pages.context_processor
def _for_templates() -> dict[str, object]:
    return {
        "say": say, "day_of": day_of, "hours_of": hours_of, "when": when, "local": local,
        "where": where, "slot_value": slot_value,
    }  # fmt: skip
