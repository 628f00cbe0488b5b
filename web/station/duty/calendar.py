"""The roster in other calendars: a secret link to read it, a file out, a file in."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.point.roster import RosterRefused
from appliance.desk.running import calendars, duty
from appliance.desk.running.calendar_file import LARGEST_BYTES, CalendarRefused
from appliance.store.point.duty import EVERYBODY
from web.station import outside
from web.station.duty.room import pages, say, tell_refusal
from web.station.gate import CALENDAR
from web.station.here import point, volunteer
from web.station.phone.qr import qr_svg

feed_pages = Blueprint(CALENDAR, __name__)
HELD = "calendar_link"  # in the volunteer's own session: the store keeps a digest only
TYPE = "text/calendar; charset=utf-8"


@feed_pages.get("/calendar/<token>.ics")
def feed(token: str) -> Response:
    """For a calendar that subscribed: whoever holds the secret reads first names and hours."""
    found = calendars.behind(point(), token[:100], *_titles())
    if found is None:
        abort(404)
    return Response(found, content_type=TYPE)


@pages.get("/calendar")
def calendar() -> str:
    """One's own link and that of the whole roster; a file to bring in."""
    held = session.get(HELD)
    address = outside.address("calendar.feed", token=held[1]) if held else None
    return render_template(
        "duty/calendar.html",
        links=calendars.links(point()),
        me=volunteer().id,
        all_of_us=EVERYBODY,
        held=held[0] if held else None,
        address=address,
        code=qr_svg(address) if address else None,
        reachable=outside.is_reachable(outside.host()),
        everybody=duty.everybody(point()),
    )


@pages.post("/calendar/links")
def share() -> ResponseReturnValue:
    """Form field: ``whose``, ``mine`` or ``all``; ``end=yes`` closes that link instead."""
    whose = EVERYBODY if request.form.get("whose") == "all" else volunteer().id
    session.pop(HELD, None)
    if request.form.get("end") == "yes":
        calendars.end_link(point(), whose, volunteer().id)
        flash(say("calendar.ended"), "done")
    else:
        session[HELD] = [whose, calendars.new_link(point(), whose, volunteer().id)]
    return redirect(link("duty.calendar"), 303)


@pages.get("/roster.ics")
def file() -> Response:
    """The whole roster as a file."""
    answer = Response(calendars.written(point(), EVERYBODY, *_titles()), content_type=TYPE)
    answer.headers.set("Content-Disposition", "attachment", filename="lich-truc.ics")
    return answer


@pages.post("/calendar/file")
def bring_in() -> ResponseReturnValue:
    """Form fields: ``file``; ``whose``, a volunteer's number, or nothing: by the names in it."""
    sent = request.files.get("file")
    data = sent.stream.read(LARGEST_BYTES + 1) if sent is not None else b""
    whose = request.form.get("whose", "")
    known = {str(person.id): person.id for person, _ in duty.everybody(point())}
    try:
        done = calendars.bring_in(point(), data, known.get(whose), volunteer().id)
    except CalendarRefused as refused:
        flash(say(f"calendar.refused.{refused.why}", detail=refused.detail), "todo")
    except RosterRefused as refused:
        tell_refusal(refused)
    else:
        flash(
            say(
                "calendar.brought",
                added=done.added,
                changed=done.changed,
                cancelled=done.cancelled,
                as_before=done.as_before,
            ),
            "done",
        )
        for key in ("overlapping", "without_hours"):
            if n := getattr(done, key):
                flash(say(f"calendar.{key}", n=n), "todo")
    return redirect(link("duty.calendar"), 303)


def _titles() -> tuple[str, str]:
    title = say("calendar.title", point=point().config.point.name)
    return title, say("calendar.summary", name="{name}")
