"""A week of the roster, and one shift of it: plan, give to another, change, cancel."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time, timedelta

from flask import abort, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.roster import Duty, RosterRefused, Takes, Why
from appliance.desk import duty
from appliance.desk.duty import MOST_WEEKS, WEEK, Wanted
from web.station.duty.room import hour_of, pages, say, tell_refusal
from web.station.here import point, volunteer

OFTEN = ("08:00-11:00", "14:00-16:30", "18:00-20:30")  # where the technician wrote no hours
LOOKED_AHEAD = 5 * WEEK  # shifts that one may change for
FARTHEST = timedelta(days=370)


@pages.get("")
def show() -> str:
    """``?day=2026-11-23``: the week of that day; else this one."""
    today = point().today()
    day = _day(request.args.get("day", "")) or today
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
    )


@pages.post("")
def plan() -> ResponseReturnValue:
    """Form fields: ``volunteer``, ``day``, ``span``, or ``begins`` and ``ends``; ``weeks``,
    ``place``, ``takes``."""
    form = request.form
    day = _day(form.get("day", ""))
    begins, ends = form.get("begins", ""), form.get("ends", "")
    if not begins and not ends:
        begins, _, ends = form.get("span", "").partition("-")
    hours = _time(begins), _time(ends)
    takes = form.get("takes", "")
    try:
        if day is None or hours[0] is None or hours[1] is None:
            raise RosterRefused(Why.TIMES)
        wanted = Wanted(
            volunteer_id=_number(form.get("volunteer", "")),
            day=day,
            begins=hours[0],
            ends=hours[1],
            weeks=_number(form.get("weeks", "1")),
            place=form.get("place", ""),
            takes=Takes(takes) if takes in set(Takes) else Takes.NOTHING,
        )
        planned = duty.plan(point(), wanted, volunteer().id)
    except RosterRefused as refused:
        tell_refusal(refused)
    else:
        flash(say("planned", n=len(planned)), "done")
    return _back_to(day)


@pages.get("/<int:shift_id>")
def one(shift_id: int) -> str:
    """One shift that is planned, and what may be done about it."""
    today = point().today()
    ahead = duty.planned_between(point(), today, today + LOOKED_AHEAD)
    mine = next((one for one in _all_ahead() if one.id == shift_id), None)
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
    )


@pages.post("/<int:shift_id>/give")
def give(shift_id: int) -> ResponseReturnValue:
    """Form fields: ``to``, a volunteer's number; ``sequence``, as the page showed it."""
    sequence = _number(request.form.get("sequence", ""))
    try:
        duty.give(point(), shift_id, sequence, _number(request.form.get("to", "")), volunteer().id)
    except RosterRefused as refused:
        tell_refusal(refused)
    else:
        flash(say("given"), "done")
    return _back_to(_day(request.form.get("day", "")))


@pages.post("/<int:shift_id>/exchange")
def exchange(shift_id: int) -> ResponseReturnValue:
    """Form field: ``other``, the shift that its volunteer takes instead."""
    try:
        duty.exchange(point(), shift_id, _number(request.form.get("other", "")), volunteer().id)
    except RosterRefused as refused:
        tell_refusal(refused)
    else:
        flash(say("exchanged"), "done")
    return _back_to(_day(request.form.get("day", "")))


@pages.post("/<int:shift_id>/cancel")
def cancel(shift_id: int) -> ResponseReturnValue:
    """Form field: ``sequence``, as the page showed it."""
    try:
        duty.cancel(point(), shift_id, _number(request.form.get("sequence", "")), volunteer().id)
    except RosterRefused as refused:
        tell_refusal(refused)
    else:
        flash(say("cancelled"), "done")
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


def _all_ahead() -> list[Duty]:
    today = point().today()
    return duty.planned_between(point(), today - FARTHEST, today + FARTHEST)


def _back_to(day: date | None) -> ResponseReturnValue:
    return redirect(link("duty.show", day=day.isoformat() if day else None), 303)


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None


def _time(text: str) -> time | None:
    with suppress(ValueError):
        return time.fromisoformat(text.strip()).replace(second=0, microsecond=0, tzinfo=None)
    return None


def _number(text: str) -> int:
    """Zero for anything else: nobody and nothing has that number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
