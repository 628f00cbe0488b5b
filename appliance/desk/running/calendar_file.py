"""The roster as an iCalendar file (RFC 5545), out and in. The only file that knows icalendar.

A file that comes in may be anybody's: events are few, rules repeat at most daily and are walked a
bounded number of steps, and only the half year ahead is looked at.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from appliance.core.point.roster import Duty

LARGEST_BYTES = 200_000
MOST_EVENTS, MOST_RULES, MOST_STEPS, MOST_OCCURRENCES = 400, 60, 5000, 1000
MOST_S = 3.0  # of processor time, for rules that never come true
_RULE_PARTS = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "BYMONTH", "WKST"}
_OF_MONTHS = {"BYMONTHDAY", "BYSETPOS"}  # in a daily rule they may never come true
_ZONE_RULES = re.compile(rb"^BEGIN:VTIMEZONE\r?$.*?^END:VTIMEZONE\r?$\n?", re.I | re.M | re.S)
_OWN_UID = "shift-{number}@{code}.tramhoso"
_AND = re.compile(r"\s*(?:,|;|&|\bvà\b)\s*")


class Wrong(StrEnum):
    """Why a file is not taken. Keys of the sentences of the duty pages."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    RULE = "rule"  # repeats by the hour, or in a way that no roster has
    ZONE = "zone"
    EMPTY = "empty"
    STRANGERS = "strangers"
    PLACES = "places"  # where nobody is received


class CalendarRefused(Exception):
    """Nothing was changed; *why* tells the sentence, *detail* what it is about."""

    def __init__(self, why: Wrong, detail: str = "") -> None:
        super().__init__(why.value)
        self.why, self.detail = why, detail[:120]


@dataclass(frozen=True, slots=True)
class Entry:
    """One day of one event."""

    source: str  # digest of the event's UID, or of several for one of ours
    occurrence: str  # which of its days, as it was meant at first
    begins_at: datetime
    ends_at: datetime
    people: tuple[str, ...]  # names as the file writes them
    place: str  # as the file writes it
    own: int | None  # the shift that this box once wrote out


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a file says about the time ahead."""

    entries: tuple[Entry, ...]
    sources: frozenset[str]  # of all its events, also those that are over or cancelled
    without_hours: int  # events of whole days, which are no shifts


@dataclass(frozen=True, slots=True)
class _Event:
    component: Any
    uid: str
    zone: ZoneInfo | None  # None: as the wall clock here
    begins: datetime  # naive, in that zone
    length: timedelta

    @property
    def is_cancelled(self) -> bool:
        return str(self.component.get("STATUS", "")).upper() == "CANCELLED"


def write(
    duties: Iterable[Duty], *, code: str, title: str, summary: str, now: datetime, zone: ZoneInfo
) -> bytes:
    """*duties* as one calendar; *summary* holds ``{name}``."""
    import icalendar  # noqa: PLC0415 - 6 MB for those who subscribe

    calendar = icalendar.Calendar()
    for name, value in (
        ("prodid", "-//tramhoso//duty//VI"), ("version", "2.0"), ("method", "PUBLISH"),
        ("x-wr-calname", title), ("x-published-ttl", "PT1H"),
    ):  # fmt: skip
        calendar.add(name, value)
    for one in duties:
        event = icalendar.Event()
        event.add("uid", _OWN_UID.format(number=one.id, code=code))
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", one.begins_at.astimezone(zone))
        event.add("dtend", one.ends_at.astimezone(zone))
        event.add("sequence", one.sequence)
        event.add("summary", summary.format(name=one.called))
        event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
        if one.place_name:
            event.add("location", one.place_name)
        calendar.add_component(event)
    calendar.add_missing_timezones(first_date=date(2020, 1, 1), last_date=date(2038, 1, 1))
    return bytes(calendar.to_ical())


def read(data: bytes, *, code: str, since: datetime, until: datetime, zone: ZoneInfo) -> Calendar:
    """What *data* says about the span.

    Raises:
        CalendarRefused: it is no calendar, or one that nobody can plan by.
    """
    if len(data) > LARGEST_BYTES:
        raise CalendarRefused(Wrong.TOO_LARGE)
    events, without_hours = _events(data, zone)
    if not events:
        raise CalendarRefused(Wrong.EMPTY)
    own = re.compile(re.escape(_OWN_UID.format(number="N", code=code)).replace("N", r"(\d{1,12})"))
    moved = {
        (one.uid, _meant_at(one, zone)): one for one in events if "RECURRENCE-ID" in one.component
    }
    entries: list[Entry] = []
    budget = time.thread_time() + MOST_S
    rules = 0
    for one in events:
        if "RECURRENCE-ID" in one.component:
            continue
        rules += "RRULE" in one.component
        if rules > MOST_RULES or time.thread_time() > budget:
            raise CalendarRefused(Wrong.TOO_LARGE)
        for begins in _days(one, zone, until):
            meant = _utc(begins, one.zone or zone)
            shown = moved.get((one.uid, meant), one)
            at = meant if shown is one else _utc(shown.begins, shown.zone or zone)
            if shown.is_cancelled or at + shown.length <= since or at >= until:
                continue
            ours = own.fullmatch(one.uid)
            entries.append(
                Entry(
                    source=_digest(one.uid),
                    occurrence=meant.isoformat(timespec="minutes"),
                    begins_at=at,
                    ends_at=at + shown.length,
                    people=_people(shown.component),
                    place=" ".join(str(shown.component.get("LOCATION", "")).split())[:60],
                    own=int(ours[1]) if ours else None,
                )
            )
            if len(entries) > MOST_OCCURRENCES:
                raise CalendarRefused(Wrong.TOO_LARGE)
    sources = frozenset(_digest(one.uid) for one in events)
    return Calendar(tuple(entries), sources, without_hours)


def _events(data: bytes, zone: ZoneInfo) -> tuple[list[_Event], int]:
    import icalendar  # noqa: PLC0415 - as above

    # zones are known by name here; rules of a file's own could repeat by the second
    plain = _ZONE_RULES.sub(b"", data.removeprefix(b"\xef\xbb\xbf"))
    if plain.upper().count(b"BEGIN:") > MOST_EVENTS:
        raise CalendarRefused(Wrong.TOO_LARGE)
    try:
        calendar = icalendar.Calendar.from_ical(plain.decode("utf-8"))
        found = [_event(one) for one in calendar.walk("VEVENT")]
    except CalendarRefused:
        raise
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise CalendarRefused(Wrong.UNREADABLE, type(error).__name__) from error
    if calendar.name != "VCALENDAR":
        raise CalendarRefused(Wrong.UNREADABLE)
    return [one for one in found if one], sum(one is None for one in found)


def _event(component: Any) -> _Event | None:
    """None: of a whole day, or without an end."""
    start = component["DTSTART"]
    if not isinstance(start.dt, datetime):
        return None
    zone, begins = _naive(start.dt, start.params.get("TZID"))
    if "DURATION" in component:
        length = component["DURATION"].dt
    elif "DTEND" in component:
        end = component["DTEND"]
        if not isinstance(end.dt, datetime):
            return None
        end_zone, ends = _naive(end.dt, end.params.get("TZID"))
        length = ends - begins if end_zone == zone else _apart(begins, zone, ends, end_zone)
    else:
        return None
    if not isinstance(length, timedelta):
        raise CalendarRefused(Wrong.UNREADABLE)
    return _Event(component, str(component.get("UID", ""))[:500], zone, begins, length)


def _apart(
    begins: datetime, zone: ZoneInfo | None, ends: datetime, end_zone: ZoneInfo | None
) -> timedelta:
    if zone is None or end_zone is None:
        raise CalendarRefused(Wrong.ZONE)
    return _utc(ends, end_zone) - _utc(begins, zone)


def _naive(moment: datetime, named: str | None) -> tuple[ZoneInfo | None, datetime]:
    """Zone and wall clock; no zone: wherever the reader is."""
    if named is not None:
        zone = _zone(str(named), moment)
        return zone, (moment.astimezone(zone) if moment.tzinfo else moment).replace(tzinfo=None)
    if moment.tzinfo is None:
        return None, moment
    return ZoneInfo("UTC"), moment.astimezone(UTC).replace(tzinfo=None)


def _zone(named: str, moment: datetime) -> ZoneInfo:
    """By its name, also behind a maker's prefix; as icalendar knows the names of Windows."""
    tail = "/".join(named.split("/")[-2:])
    for name in (named, tail, getattr(moment.tzinfo, "key", "")):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    raise CalendarRefused(Wrong.ZONE, named)


def _days(one: _Event, zone: ZoneInfo, until: datetime) -> Iterator[datetime]:
    """When it begins, each time, as naive as its own beginning."""
    there = one.zone or zone
    without = {_as_there(moment, there) for moment in _listed(one.component.get("EXDATE"))}
    also = {_as_there(moment, there) for moment in _listed(one.component.get("RDATE"))}
    last = until.astimezone(there).replace(tzinfo=None)
    days = {*also, *_repeated(one, there, last)} - without
    return iter(sorted(days))


def _repeated(one: _Event, there: ZoneInfo, last: datetime) -> Iterator[datetime]:
    rule = one.component.get("RRULE")
    if rule is None:
        yield one.begins
        return
    from dateutil.rrule import rrulestr  # noqa: PLC0415 - as above

    _must_be_sane(rule)
    told = dict(rule)
    ends = told.pop("UNTIL", [None])[0]
    if ends is not None:
        whole_day = not isinstance(ends, datetime)
        ends = datetime.combine(ends, datetime.max.time()) if whole_day else _as_there(ends, there)
        last = min(last, ends)
    try:
        days = rrulestr(type(rule)(told).to_ical().decode(), dtstart=one.begins)
        for step, moment in enumerate(days):
            if moment > last:
                return
            if step > MOST_STEPS:
                raise CalendarRefused(Wrong.RULE)
            yield moment
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise CalendarRefused(Wrong.RULE) from error


def _must_be_sane(rule: Any) -> None:
    if isinstance(rule, list):
        raise CalendarRefused(Wrong.RULE)
    often = str(rule.get("FREQ", [""])[0]).upper()
    allowed = _RULE_PARTS | (_OF_MONTHS if often in ("MONTHLY", "YEARLY") else set())
    if often not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY") or set(rule) - allowed:
        raise CalendarRefused(Wrong.RULE)


def _listed(found: Any) -> Iterator[datetime]:
    lists: Sequence[Any] = found if isinstance(found, list) else [found] if found else []
    for one in lists:
        for moment in one.dts:
            if isinstance(moment.dt, datetime):
                named = one.params.get("TZID")
                if moment.dt.tzinfo is None and named:
                    yield moment.dt.replace(tzinfo=_zone(str(named), moment.dt))
                else:
                    yield moment.dt


def _as_there(moment: datetime, there: ZoneInfo) -> datetime:
    return (moment.astimezone(there) if moment.tzinfo else moment).replace(tzinfo=None)


def _meant_at(one: _Event, zone: ZoneInfo) -> datetime:
    meant = one.component["RECURRENCE-ID"]
    if not isinstance(meant.dt, datetime):
        raise CalendarRefused(Wrong.UNREADABLE)
    named, naive = _naive(meant.dt, meant.params.get("TZID"))
    return _utc(naive, named or zone)


def _utc(naive: datetime, zone: ZoneInfo) -> datetime:
    return naive.replace(tzinfo=zone).astimezone(UTC)


def _people(component: Any) -> tuple[str, ...]:
    """Attendees by name; else what stands behind the last colon of the title."""
    found = component.get("ATTENDEE")
    attendees = found if isinstance(found, list) else [found] if found is not None else []
    names = [str(one.params["CN"]) for one in attendees if "CN" in one.params]
    title = str(component.get("SUMMARY", "")).rpartition(":")[2]
    return tuple(" ".join(name.split()) for name in names or _AND.split(title) if name.strip())


def _digest(uid: str) -> str:
    return hashlib.sha256(uid.encode()).hexdigest()[:32]
