"""A week of the roster, and one shift of it: plan, give to another, change, cancel."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time, timedelta

from flask import abort, flash, make_response, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.point.appointment import Appointment
from appliance.core.point.roster import Duty, RosterRefused, Takes, Why
from appliance.desk import served
from appliance.desk.running import appointments, duty
from appliance.desk.running.duty import MOST_WEEKS, WEEK, Wanted
from web.station.duty.room import hour_of, pages, say, tell_refusal, when, whole_names
from web.station.here import point, volunteer

OFTEN = ("08:00-11:00", "14:00-16:30", "18:00-20:30")  # where the technician wrote no hours
LOOKED_AHEAD = 5 * WEEK  # shifts that one may change for
FARTHEST = timedelta(days=370)


@pages.get("")
def show() -> str:
    """``?day=2026-11-23``: the week of that day; else this one."""
    return _week(_day(request.args.get("day", "")) or point().today())


def _week(day: date, complaint: str = "") -> str:
    """The form as it was typed, if it was."""
    today = point().today()
    day = min(max(day, today - FARTHEST), today + FARTHEST)
    monday = day - timedelta(days=day.weekday())
    week = duty.week_of(point(), monday)
    spans = {
        f"{hour_of(one.opens)}-{hour_of(one.closes)}": None for told in week for one in told.weekly
    }
    return render_template(
        "duty/roster.html",
        week=week,
        monday=monday,
        before=monday - WEEK,
        after=monday + WEEK,
        today=today,
        now=point().clock(),
        spans=list(spans) or OFTEN,
        everybody=duty.everybody(point()),
        takes=list(Takes),
        most_weeks=MOST_WEEKS,
        names=whole_names(),
        typed=request.form,
        typed_days=request.form.getlist("day"),
        complaint=complaint,
        places=served.offered(point()),
    )


@pages.post("")
def plan() -> ResponseReturnValue:
    """Form fields: ``volunteer``, ``day`` once for each day of the week, ``span``, or ``begins``
    and ``ends``; ``weeks``, ``place``, ``takes``; ``monday``, the week that was on the screen."""
    form = request.form
    days = [_day(text) for text in form.getlist("day")[:7]]
    shown = _day(form.get("monday", "")) or next(filter(None, days), None) or point().today()
    begins, ends = form.get("begins", ""), form.get("ends", "")
    if not begins and not ends:
        begins, _, ends = form.get("span", "").partition("-")
    hours = _time(begins), _time(ends)
    takes = form.get("takes", "")
    try:
        if not days:
            return make_response(_week(shown, say("add.no_day")), 400)
        if None in days or hours[0] is None or hours[1] is None:
            raise RosterRefused(Why.TIMES)
        found = tuple(dict.fromkeys(filter(None, days)))
        wanted = Wanted(
            volunteer_id=number_of(form.get("volunteer", "")),
            day=found[0],
            also=found[1:],
            begins=hours[0],
            ends=hours[1],
            weeks=number_of(form.get("weeks", "1")),
            place=form.get("place", ""),
            takes=Takes(takes) if takes in set(Takes) else Takes.NOTHING,
        )
        planned = duty.plan(point(), wanted, volunteer().id)
    except RosterRefused as refused:
        return make_response(_week(shown, say(f"refused.{refused.why}")), 400)
    name = whole_names().get(wanted.volunteer_id, "")
    hours_told = f"{hour_of(wanted.begins)}–{hour_of(wanted.ends)}"
    flash(say("planned", n=len(planned), name=name, hours=hours_told), "done")
    return _back_to(found[0])


@pages.get("/<int:shift_id>")
def one(shift_id: int) -> str:
    """One shift that is planned, and what may be done about it.

    ``was=``, the key of the place from which it has just been moved.
    """
    today = point().today()
    ahead = duty.planned_between(point(), today, today + LOOKED_AHEAD)
    mine, places = shift_of(shift_id), served.offered(point())
    if mine is None:
        abort(404)
    return render_template(
        "duty/shift.html",
        mine=mine,
        everybody=[
            (person, called)
            for person, called in duty.everybody(point())
            if person.id != mine.volunteer_id
        ],
        others=[
            other
            for other in ahead
            if other.volunteer_id != mine.volunteer_id and other.ends_at > point().clock()
        ],
        is_over=mine.ends_at <= point().clock(),
        names=whole_names(),
        booked=booked_in(mine),
        places=places,
        own=places[0],
        was=next((one for one in places if one.key == request.args.get("was")), None),
    )


@pages.post("/<int:shift_id>/give")
def give(shift_id: int) -> ResponseReturnValue:
    """Form fields: ``to``, a volunteer's number; ``sequence``, as the page showed it."""
    sequence = number_of(request.form.get("sequence", ""))
    seen, to = shift_of(shift_id), number_of(request.form.get("to", ""))
    try:
        duty.give(point(), shift_id, sequence, to, volunteer().id)
    except RosterRefused as refused:
        tell_refusal(refused)
    else:
        flash(say("given", when=_when(seen), name=whole_names().get(to, "")), "done")
    return _back_to(_day(request.form.get("day", "")))


@pages.post("/<int:shift_id>/exchange")
def exchange(shift_id: int) -> ResponseReturnValue:
    """Form field: ``other``, the shift that its volunteer takes instead."""
    other_id = number_of(request.form.get("other", ""))
    try:
        duty.exchange(point(), shift_id, other_id, volunteer().id)
    except RosterRefused as refused:
        tell_refusal(refused)
    else:
        names, both = whole_names(), (shift_of(shift_id), shift_of(other_id))
        told = [
            say("comes", name=names.get(one.volunteer_id, one.called), when=when(one))
            for one in both
            if one is not None
        ]
        flash(say("exchanged", both="; ".join(told)), "done")
    return _back_to(_day(request.form.get("day", "")))


@pages.post("/<int:shift_id>/cancel")
def cancel(shift_id: int) -> ResponseReturnValue:
    """Form field: ``sequence``, as the page showed it."""
    seen = shift_of(shift_id)
    try:
        duty.cancel(point(), shift_id, number_of(request.form.get("sequence", "")), volunteer().id)
    except RosterRefused as refused:
        tell_refusal(refused)
    else:
        name = whole_names().get(seen.volunteer_id, seen.called) if seen else ""
        flash(say("cancelled", when=_when(seen), name=name), "done")
        if seen is not None and (waiting := booked_in(seen)):
            flash(say("booked_left", numbers=", ".join(one.number for one in waiting)), "todo")
    return _back_to(_day(request.form.get("day", "")))


@pages.post("/people/<int:number>/called")
def call(number: int) -> ResponseReturnValue:
    """Form field: ``called``, how visitors call that volunteer."""
    try:
        duty.call(point(), number, request.form.get("called", ""))
    except RosterRefused as refused:
        tell_refusal(refused)
    else:
        flash(say("called"), "done")
    return redirect(link("duty.show") + "#people", 303)


def shift_of(shift_id: int) -> Duty | None:
    """One that is planned, in local time."""
    today = point().today()
    planned = duty.planned_between(point(), today - FARTHEST, today + FARTHEST)
    return next((one for one in planned if one.id == shift_id), None)


def _when(one: Duty | None) -> str:
    return when(one) if one is not None else ""


def booked_in(one: Duty) -> list[Appointment]:
    """Who waits for somebody to come in that shift; none where it takes no bookings."""
    if one.takes is Takes.NOTHING:
        return []
    waiting = appointments.booked_within(point(), one.begins_at, one.ends_at)
    return [
        booked
        for booked in waiting
        if booked.kind.value == one.takes.value
        and (one.takes is Takes.HOME or booked.place == one.place)
    ]


def _back_to(day: date | None) -> ResponseReturnValue:
    shown = day.isoformat() if day else None
    # its own fragment: else the browser would keep that of the form, below what was said
    return redirect(link("duty.show", day=shown, _anchor="top"), 303)


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None


def _time(text: str) -> time | None:
    with suppress(ValueError):
        return time.fromisoformat(text.strip()).replace(second=0, microsecond=0, tzinfo=None)
    return None


def number_of(text: str) -> int:
    """Zero for anything else: nobody and nothing has that number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
