"""Hours per volunteer and month: planned, and really there from the first to the last sign."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from appliance.desk import served
from appliance.desk.point import Point
from appliance.store.people import volunteers
from appliance.store.point import duty, shifts

_NONE = timedelta(0)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


@dataclass(frozen=True, slots=True)
class Hours:
    """One volunteer's month at one place."""

    name: str  # whole: two may be called the same
    shifts: int
    planned: timedelta
    there: timedelta  # signed in, planned or not
    came: int  # shifts during which there was a sign of that volunteer there
    place: str = ""  # its name; empty: the point itself


def note_here(point: Point, volunteer_id: int) -> None:
    """There is a sign of somebody signed in; asked for seldom, it writes."""
    with point.database.writing() as connection:
        duty.note_presence(connection, volunteer_id, point.clock(), served.stands_at(connection))


def month_of(point: Point, year: int, month: int) -> list[Hours]:
    """Everybody who was planned or there in that month of the wall calendar, by name.

    Each place has lines of its own. A stretch over the month's end counts for each month as much
    as lies in it.
    """
    first = datetime(year, month, 1, tzinfo=point.zone)
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=point.zone)
    with point.database.reading() as connection:
        planned = shifts.between(connection, first, after)
        there = duty.presences(connection, first, after)
        names = shifts.names(connection)
        whole = {one.id: one.name for one in volunteers.list_volunteers(connection)}
    told, place_names = [], served.names(point)
    for person, place in sorted({(one.volunteer_id, one.place) for one in (*planned, *there)}):
        if person not in names:
            continue
        mine = [one for one in planned if (one.volunteer_id, one.place) == (person, place)]
        here = [
            (one.begins_at, one.ends_at)
            for one in there
            if (one.volunteer_id, one.place) == (person, place)
        ]
        told.append(
            Hours(
                name=whole.get(person, names[person]),
                shifts=len(mine),
                planned=sum((_within(o.begins_at, o.ends_at, first, after) for o in mine), _NONE),
                there=sum((_within(*span, first, after) for span in here), _NONE),
                came=sum(
                    any(begins < one.ends_at and one.begins_at <= ends for begins, ends in here)
                    for one in mine
                ),
                place=place_names.get(place, place),
            )
        )
    return sorted(told, key=lambda one: (one.name, one.place))


def as_csv(hours: list[Hours], head: list[str], own: str) -> str:
    """For a spreadsheet: with the mark that makes it read Vietnamese, and no formula in a name.

    *own* stands where the place is the point itself.
    """
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(head)
    for one in hours:
        name, place = (_as_text(text) for text in (one.name, one.place or own))
        lines.writerow([name, place, one.shifts, one.came, _told(one.planned), _told(one.there)])
    return "\ufeff" + text.getvalue()


def _as_text(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULAS) else name


def _within(begins: datetime, ends: datetime, first: datetime, after: datetime) -> timedelta:
    # as UTC: two wall clocks of one zone would be subtracted as if no clock ever changed
    a, b, c, d = (moment.astimezone(UTC) for moment in (begins, ends, first, after))
    return max(min(b, d) - max(a, c), _NONE)


def _told(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.2f}"
