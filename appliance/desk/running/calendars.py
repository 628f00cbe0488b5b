"""Calendars that read the roster by a secret link, and a calendar file that is brought in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from appliance.core.dossiers.trail import What
from appliance.core.point.roster import FURTHEST, Duty, RosterRefused, Why, must_be_possible
from appliance.core.point.served import place_key
from appliance.desk import noting_point, served, trail
from appliance.desk.point import Point
from appliance.desk.running import calendar_file
from appliance.desk.running.calendar_file import Calendar, CalendarRefused, Entry, Wrong
from appliance.desk.running.duty import everybody
from appliance.desk.running.usual_hours import elsewhere
from appliance.store.point import duty, shifts
from appliance.store.point.duty import EVERYBODY

SECRET_BYTES = 24
LOOKED_BACK = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file changed."""

    added: int = 0
    changed: int = 0
    cancelled: int = 0
    as_before: int = 0
    overlapping: int = 0  # that volunteer is planned then already
    without_hours: int = 0


def new_link(point: Point, whose: int, by: int) -> str:
    """The secret of a fresh link; it exists nowhere but here. An older one opens nothing now."""
    token = secrets.token_urlsafe(SECRET_BYTES)
    with point.database.writing() as connection:
        duty.set_link(connection, whose, _digest(token), point.clock())
        noting_point.count_change(connection, noting_point.ROSTER_SHOWN)
        trail.note(point, connection, What.CALENDAR_SHARED, who=by, person=whose)
    noting_point.roster_shown_changed(point)
    return token


def end_link(point: Point, whose: int, by: int) -> None:
    """Whoever subscribed reads nothing any more."""
    with point.database.writing() as connection:
        if duty.end_link(connection, whose):
            noting_point.count_change(connection, noting_point.ROSTER_SHOWN)
            trail.note(point, connection, What.CALENDAR_ENDED, who=by, person=whose)
    noting_point.roster_shown_changed(point)


def links(point: Point) -> dict[int, datetime]:
    """When each link was made, by whose it is; ``EVERYBODY`` stands for the whole roster."""
    with point.database.reading() as connection:
        return duty.links(connection)


def behind(point: Point, token: str, title: str, summary: str) -> bytes | None:
    """The calendar that a secret opens; None: it opens nothing."""
    with point.database.reading() as connection:
        whose = duty.whose_link(connection, _digest(token))
    return None if whose is None else written(point, whose, title, summary)


def written(point: Point, whose: int, title: str, summary: str) -> bytes:
    """The roster of a month back and all ahead; what was cancelled is told as such."""
    now = point.clock()
    with point.database.reading() as connection:
        found = shifts.between(
            connection,
            now - LOOKED_BACK,
            now + 2 * FURTHEST,
            whose=None if whose == EVERYBODY else whose,
            cancelled=True,
        )
    return calendar_file.write(
        found,
        code=point.config.point.code,
        title=title,
        summary=summary,
        now=now,
        zone=point.zone,
    )


def bring_in(point: Point, data: bytes, whose: int | None, by: int) -> Brought:
    """Plan as a calendar file says, for one volunteer or by the names in it; all of it or nothing.

    What the same event brought before is changed, or cancelled where the file no longer has it.
    What is over stays.

    Raises:
        CalendarRefused, RosterRefused: why nothing was changed.
    """
    now = point.clock()
    read = calendar_file.read(
        data, code=point.config.point.code, since=now, until=now + FURTHEST, zone=point.zone
    )
    of_whom, where = _people(point, read, whose), _places(point, read)
    local_now = now.astimezone(point.zone)
    for entry in read.entries:
        begins, ends = (at.astimezone(point.zone) for at in (entry.begins_at, entry.ends_at))
        must_be_possible(begins, ends, local_now)
    done = {"added": 0, "changed": 0, "cancelled": 0, "as_before": 0, "overlapping": 0}
    with point.database.writing() as connection:
        for source in sorted(read.sources):
            mine = [one for one in read.entries if one.source == source]
            known = shifts.from_source(connection, source)
            for gone in known.keys() - {key for one in mine for key in _keys(one, of_whom[one])}:
                if not known[gone].cancelled and known[gone].begins_at > now:
                    shifts.cancel(connection, known[gone], now)
                    done["cancelled"] += 1
            for entry in mine:
                for key, person in zip(_keys(entry, of_whom[entry]), of_whom[entry], strict=True):
                    one = replace(entry, place=where[entry.place])
                    done[_lay(connection, one, key, person, known.get(key), now)] += 1
        trail.note(
            point,
            connection,
            What.CALENDAR_BROUGHT,
            who=by,
            added=done["added"],
            changed=done["changed"],
            cancelled=done["cancelled"],
        )
    noting_point.shifts_brought(point, now)
    return Brought(**done, without_hours=read.without_hours)


def _people(point: Point, read: Calendar, whose: int | None) -> dict[Entry, tuple[int, ...]]:
    """Who comes for each entry; CalendarRefused names those whom nobody here is called."""
    if whose is not None:
        return dict.fromkeys(read.entries, (whose,))
    by_name: dict[str, int] = {}
    for person, called in everybody(point):
        by_name.setdefault(called.casefold(), person.id)
        by_name[person.name.casefold()] = person.id
    strangers = {
        name or "?"
        for entry in read.entries
        for name in (entry.people or ("",))
        if name.casefold() not in by_name
    }
    if strangers:
        raise CalendarRefused(Wrong.STRANGERS, ", ".join(sorted(strangers)[:5]))
    return {
        one: tuple(dict.fromkeys(by_name[name.casefold()] for name in one.people))
        for one in read.entries
    }


def _places(point: Point, read: Calendar) -> dict[str, str]:
    """The key of each place that the file names; CalendarRefused for one that nobody knows.

    People would go there: a file's place is never guessed, and never dropped.
    """
    own = served.own(point)
    known = {place_key(text[:60]): own.key for text in (own.name, point.settings.hours.address)}
    known |= {place_key(name): key for key, name in served.names(point).items() if key != own.key}
    known |= {
        place_key(one.address[:60]): place_key(name)
        for name, one in elsewhere(point).items()
        if one.address
    }
    known[""] = own.key
    named = {entry.place for entry in read.entries}
    if strange := {name for name in named if place_key(name) not in known}:
        raise CalendarRefused(Wrong.PLACES, ", ".join(sorted(strange)[:5]))
    found = {name: known[place_key(name)] for name in named}
    return {name: "" if key == own.key else key for name, key in found.items()}


def _keys(entry: Entry, people: Iterable[int]) -> list[str]:
    """One row for each who comes: the first as the event counts, the others with their number."""
    return [
        entry.occurrence if place == 0 else f"{entry.occurrence}+{person}"
        for place, person in enumerate(people)
    ]


def _lay(
    connection: Connection,
    entry: Entry,
    key: str,
    person: int,
    known: Duty | None,
    now: datetime,
) -> str:
    """Bring one row to what the file says; which count it belongs to."""
    if entry.own is not None:
        try:
            known = shifts.get(connection, entry.own)
        except RosterRefused:
            return "as_before"  # cancelled here after it was written out
    wanted = {
        "volunteer_id": person,
        "begins_at": entry.begins_at,
        "ends_at": entry.ends_at,
        "place": entry.place,
    }
    try:
        if known is None:
            columns = {key: value for key, value in wanted.items() if key == "place"}
            shifts.add(
                connection, person, entry.begins_at, entry.ends_at, now,
                source=entry.source, occurrence=key, **columns,
            )  # fmt: skip
            return "added"
        if not known.cancelled and all(getattr(known, at) == wanted[at] for at in wanted):
            return "as_before"
        shifts.must_be_free(connection, person, entry.begins_at, entry.ends_at, but=[known.id])
    except RosterRefused as refused:
        if refused.why is not Why.OVERLAPS:
            raise
        return "overlapping"
    if known.cancelled:
        shifts.revive(connection, known, now, **wanted)
        return "added"
    shifts.change(connection, replace(known), now, **wanted)
    return "changed"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
