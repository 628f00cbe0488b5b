"""The roster (lịch trực): plan, give to another, change for another, cancel; who is there now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from appliance.core.dossiers.trail import What
from appliance.core.point.hours import Shift
from appliance.core.point.roster import (
    Duty,
    RosterRefused,
    Takes,
    Why,
    called_by_visitors,
    must_be_possible,
    told_on,
)
from appliance.desk import noting_point, served, trail
from appliance.desk.point import Point
from appliance.desk.running.usual_hours import usual_on
from appliance.store.people import volunteers
from appliance.store.people.volunteers import Volunteer
from appliance.store.point import served as places
from appliance.store.point import shifts

MOST_WEEKS = 12  # planned with one touch
LONGEST_CALLED = 30
WEEK = timedelta(days=7)
_LOOK_AHEAD = timedelta(days=15)  # one more than the guides look ahead


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody plans, in local time; *weeks* times, on the same days of each week."""

    volunteer_id: int
    day: date
    begins: time
    ends: time
    weeks: int = 1
    place: str = ""  # its key; empty: the point itself
    takes: Takes = Takes.NOTHING
    also: tuple[date, ...] = ()  # further days with the same hours


@dataclass(frozen=True, slots=True)
class DayTold:
    """A day of the roster: its weekly hours, who is planned, and what the door says of both."""

    day: date
    weekly: tuple[Shift, ...]
    planned: tuple[Duty, ...]  # in local time
    told: tuple[Shift, ...]


def week_of(point: Point, monday: date) -> list[DayTold]:
    """Seven days from *monday* on."""
    planned, usual = planned_between(point, monday, monday + WEEK), usual_on(point)
    return [
        DayTold(
            day,
            usual(day),
            tuple(one for one in planned if one.begins_at.date() == day),
            told_on(day, usual(day), planned),
        )
        for day in (monday + timedelta(days=n) for n in range(7))
    ]


def planned_between(point: Point, first: date, after: date) -> list[Duty]:
    """Who is planned on the days from *first* to the one before *after*, in local time."""
    with point.database.reading() as connection:
        found = shifts.between(connection, _midnight(point, first), _midnight(point, after))
    return [in_zone(point, one) for one in found]


def hours_on(point: Point) -> Callable[[date], tuple[Shift, ...]]:
    """The stretches of a day as the door tells them, for the two weeks ahead; one look at rows."""
    today = point.today()
    planned = planned_between(point, today, today + _LOOK_AHEAD)
    usual = usual_on(point)
    return lambda day: told_on(day, usual(day), planned)


def plan(point: Point, wanted: Wanted, by: int) -> list[int]:
    """All of the weeks or none. Returns the numbers of the new shifts.

    Raises:
        RosterRefused: why it cannot be.
    """
    now = point.clock()
    if not 1 <= wanted.weeks <= MOST_WEEKS:
        raise RosterRefused(Why.TOO_FAR)
    spans = [
        _span(point, day + WEEK * n, wanted.begins, wanted.ends)
        for n in range(wanted.weeks)
        for day in (wanted.day, *wanted.also)
    ]
    for begins_at, ends_at in spans:
        must_be_possible(begins_at, ends_at, now.astimezone(point.zone))
    with point.database.writing() as connection:
        if volunteers.get_volunteer(connection, wanted.volunteer_id) is None:
            raise RosterRefused(Why.NOBODY)
        place = _offered(point, connection, wanted.place)
        numbers = [
            shifts.add(
                connection,
                wanted.volunteer_id,
                *span,
                now,
                place=place,
                takes=wanted.takes,
            )
            for span in spans
        ]
        trail.note(
            point,
            connection,
            What.SHIFT_PLANNED,
            who=by,
            person=wanted.volunteer_id,
            shifts=len(numbers),
        )
    noting_point.shifts_changed(point, numbers)
    return numbers


def give(point: Point, shift_id: int, sequence: int, to: int, by: int) -> None:
    """Another volunteer comes instead.

    Raises:
        RosterRefused: it was changed meanwhile, that one is there already, or helps here no more.
    """
    now = point.clock()
    with point.database.writing() as connection:
        seen = _seen(point, shifts.get(connection, shift_id), sequence)
        if volunteers.get_volunteer(connection, to) is None:
            raise RosterRefused(Why.NOBODY)
        shifts.must_be_free(connection, to, seen.begins_at, seen.ends_at, but=[seen.id])
        shifts.change(connection, seen, now, volunteer_id=to)
        trail.note(
            point, connection, What.SHIFT_GIVEN, who=by, about=f"shift-{shift_id}", person=to
        )
    noting_point.shifts_changed(point, [shift_id])


def move(point: Point, shift_id: int, sequence: int, place: str, by: int) -> None:
    """The same volunteer at the same time, at another *place*; empty, or its key: the point itself.

    Times that people booked there stay booked where they were told to come.

    Raises:
        RosterRefused: it was changed meanwhile, it is there already, or nobody is received there.
    """
    now = point.clock()
    with point.database.writing() as connection:
        seen = _seen(point, shifts.get(connection, shift_id), sequence)
        wanted = _offered(point, connection, place)
        if wanted == seen.place:
            raise RosterRefused(Why.SAME_PLACE)
        shifts.change(connection, seen, now, place=wanted)
        trail.note(point, connection, What.SHIFT_MOVED, who=by, about=f"shift-{shift_id}")
    noting_point.shifts_changed(point, [shift_id])


def elsewhere_then(point: Point, one: Duty) -> list[Duty]:
    """Who is planned at another place while *one* lasts, in local time; there is only one box."""
    day = one.begins_at.astimezone(point.zone).date()
    return [
        other
        for other in planned_between(point, day, day + timedelta(days=1))
        if other.place != one.place
        and other.id != one.id
        and other.takes is not Takes.HOME
        and other.begins_at < one.ends_at
        and one.begins_at < other.ends_at
    ]


def exchange(point: Point, one_id: int, other_id: int, by: int) -> None:
    """Two volunteers come for each other: both shifts change hands, or neither.

    Raises:
        RosterRefused: as ``give``.
    """
    now = point.clock()
    with point.database.writing() as connection:
        one = _seen(point, shifts.get(connection, one_id))
        other = _seen(point, shifts.get(connection, other_id))
        if one.volunteer_id == other.volunteer_id:
            raise RosterRefused(Why.NOTHING)
        both = [one.id, other.id]
        for seen, comes in ((one, other.volunteer_id), (other, one.volunteer_id)):
            shifts.must_be_free(connection, comes, seen.begins_at, seen.ends_at, but=both)
            shifts.change(connection, seen, now, volunteer_id=comes)
        trail.note(
            point,
            connection,
            What.SHIFT_EXCHANGED,
            who=by,
            about=f"shift-{one_id}",
            other=f"shift-{other_id}",
        )
    noting_point.shifts_changed(point, both)


def cancel(point: Point, shift_id: int, sequence: int, by: int) -> None:
    """Nobody comes then.

    Raises:
        RosterRefused: it was changed meanwhile, or is over.
    """
    with point.database.writing() as connection:
        seen = _seen(point, shifts.get(connection, shift_id), sequence)
        shifts.cancel(connection, seen, point.clock())
        trail.note(point, connection, What.SHIFT_CANCELLED, who=by, about=f"shift-{shift_id}")
    noting_point.shifts_changed(point, [shift_id])


def call(point: Point, volunteer_id: int, called: str) -> None:
    """How visitors call a volunteer; empty, or what the box guesses anyway: as it guesses."""
    called = " ".join(called.split())[:LONGEST_CALLED]
    with point.database.writing() as connection:
        person = volunteers.get_volunteer(connection, volunteer_id)
        if person is None:
            raise RosterRefused(Why.NOBODY)
        guessed = called_by_visitors(person.name)
        shifts.call(connection, volunteer_id, "" if called == guessed else called)
        noting_point.count_change(connection, noting_point.ROSTER_SHOWN)
    noting_point.roster_shown_changed(point)


def everybody(point: Point) -> list[tuple[Volunteer, str]]:
    """All who may be planned, each as visitors call them."""
    with point.database.reading() as connection:
        called = shifts.names(connection)
        return [(one, called[one.id]) for one in volunteers.list_volunteers(connection)]


def in_zone(point: Point, one: Duty) -> Duty:
    """The same stretch as the wall clock here shows it."""
    begins, ends = (moment.astimezone(point.zone) for moment in (one.begins_at, one.ends_at))
    return replace(one, begins_at=begins, ends_at=ends)


def _offered(point: Point, connection: Connection, key: str) -> str:
    """As a shift keeps it; RosterRefused where nobody is received any more."""
    if key in ("", served.own(point).key):
        return ""
    if key not in {one.key for one in places.all_known(connection, closed=False)}:
        raise RosterRefused(Why.NO_PLACE)
    return key


def _seen(point: Point, one: Duty, sequence: int | None = None) -> Duty:
    if sequence is not None and one.sequence != sequence:
        raise RosterRefused(Why.GONE)
    if one.ends_at <= point.clock():
        raise RosterRefused(Why.PAST)
    return one


def _span(point: Point, day: date, begins: time, ends: time) -> tuple[datetime, datetime]:
    begins_at, ends_at = (
        datetime.combine(day, moment, tzinfo=point.zone) for moment in (begins, ends)
    )
    return begins_at, ends_at


def _midnight(point: Point, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=point.zone)
