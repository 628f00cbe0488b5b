"""What every page of the roster stands on: its words, and the note of who is here."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta

from flask import Blueprint, current_app, flash, g, request
from flask.blueprints import BlueprintSetupState

from appliance.core.errors import ApplianceError
from appliance.core.point.roster import Duty, RosterRefused
from appliance.desk.running import duty
from appliance.desk.running.duty_hours import note_here
from web.station.gate import HERE_HEADER, wants_fragment
from web.station.here import point, station
from web.station.room_words import RoomWords

pages = Blueprint("duty", __name__, url_prefix="/duty", template_folder="templates")
words = RoomWords("web.station.duty", "duty")
say = words.say
SEEN = "tramhoso-seen-on-duty"
NOTED_EVERY_S = 300.0  # a sign of life is written down so often at most: the card is not worn


def day_of(day: date) -> str:
    """``Thứ Hai, 23/11/2026``."""
    return f"{words.all_of('weekdays')[day.weekday()]}, {day:%d/%m/%Y}"


def hour_of(moment: time | datetime) -> str:
    """``8:30``, as a roster writes it."""
    return f"{moment:%H:%M}"


def hours_told(span: timedelta) -> str:
    """``7 giờ 30``, ``8 giờ``."""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    key = "hours.span" if minutes else "hours.full"
    return say(key, hours=hours, minutes=f"{minutes:02}")


def when(one: Duty) -> str:
    """``Thứ Hai, 23/11/2026, 07:30–11:30``; *one* in local time."""
    return f"{day_of(one.begins_at.date())}, {hour_of(one.begins_at)}–{hour_of(one.ends_at)}"


def whole_names() -> dict[int, str]:
    """Of everybody who may be planned: among themselves two can be called the same."""
    return {person.id: person.name for person, _ in duty.everybody(point())}


def tell_refusal(refused: RosterRefused) -> None:
    """Why nothing was changed, on top of the next page."""
    flash(say(f"refused.{refused.why}"), "todo")


@pages.record_once
def _nobody_seen_yet(state: BlueprintSetupState) -> None:
    state.app.extensions[SEEN] = {}


@pages.before_app_request
def _note_who_is_here() -> None:
    """The hours of a month are counted from first to last sign; leaving is one, too."""
    person = g.get("volunteer")
    if person is None or g.locked or _is_the_page_alone():
        return
    seen: dict[int, float] = current_app.extensions[SEEN]
    now, leaves = station().monotonic(), request.endpoint == "sign_in.leave"
    if not leaves and now - seen.get(person.id, -NOTED_EVERY_S) < NOTED_EVERY_S:
        return
    with suppress(ApplianceError):  # a full card keeps nobody from the page
        note_here(point(), person.id)
        seen[person.id] = now


def _is_the_page_alone() -> bool:
    return wants_fragment() and request.method == "GET" and HERE_HEADER not in request.headers


@pages.context_processor
def _for_templates() -> dict[str, object]:
    return {
        "say": say,
        "day_of": day_of,
        "hour_of": hour_of,
        "hours_told": hours_told,
        "when": when,
        "hours_head": words.all_of("hours.head"),
    }
