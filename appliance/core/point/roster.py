"""Who sits at the point when (trực): planned stretches, and what the door tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from appliance.core.point.hours import Shift

LONGEST = timedelta(hours=12)  # whoever plans more has mistyped an hour
FURTHEST = timedelta(days=180)  # ahead; further away nobody knows
_HONORIFICS = frozenset(
    ("anh", "bà", "bác", "cậu", "chị", "chú", "cô", "cụ", "dì", "em", "mợ", "ông", "thầy", "thím")
)


class Takes(StrEnum):
    """Whether people may book a time of it, and where. Stored as written."""

    NOTHING = "none"
    HOME = "home"  # the volunteer comes to the citizen
    POINT = "point"  # the citizen comes to the point: evenings, Saturdays


class Why(StrEnum):
    """Why the roster stays as it is. Keys of the sentences of the duty pages."""

    TIMES = "times"  # no such hours, ends before it begins, or over midnight
    TOO_LONG = "too-long"
    TOO_FAR = "too-far"
    PAST = "past"
    OVERLAPS = "overlaps"  # that volunteer sits there already
    NOBODY = "nobody"
    GONE = "gone"  # changed or cancelled meanwhile, on another screen
    TOO_MANY = "too-many"
    PERSONAL = "personal"  # a note that looks as if it named somebody
    NOTHING = "nothing"
    NO_PLACE = "no-place"  # nobody is received there any more
    SAME_PLACE = "same-place"


class RosterRefused(Exception):
    """Nothing was changed; *why* tells the sentence."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Duty:
    """One volunteer, from when until when (ca trực)."""

    id: int
    volunteer_id: int
    begins_at: datetime
    ends_at: datetime
    place: str = ""  # its key; empty: the point itself
    takes: Takes = Takes.NOTHING
    sequence: int = 0  # how often it was changed, as RFC 5545 counts
    called: str = ""  # the volunteer, as visitors call them
    cancelled: bool = False
    place_name: str = ""

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.ends_at - self.begins_at


def called_by_visitors(name: str) -> str:
    """What people at the door call somebody: the given name, which stands last here.

    >>> called_by_visitors("Nguyễn Thị Lan"), called_by_visitors("bà Tư"), called_by_visitors("Lan")
    ('Lan', 'bà Tư', 'Lan')
    """
    words = name.split()
    if len(words) == 2 and words[0].casefold() in _HONORIFICS:
        return " ".join(words)
    return words[-1] if words else ""


def must_be_possible(begins_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raise RosterRefused unless somebody can sit there so long; all in local time.

    A stretch ends on the day on which it begins: nobody keeps a point open over midnight, and
    every list here is one of days.
    """
    if ends_at <= begins_at or ends_at.date() != begins_at.date():
        raise RosterRefused(Why.TIMES)
    if ends_at - begins_at > LONGEST:
        raise RosterRefused(Why.TOO_LONG)
    if ends_at <= now:
        raise RosterRefused(Why.PAST)
    if begins_at > now + FURTHEST:
        raise RosterRefused(Why.TOO_FAR)


def told_on(day: date, weekly: Sequence[Shift], planned: Iterable[Duty]) -> tuple[Shift, ...]:
    """The stretches of a day as the door tells them: weekly hours with who really comes.

    *planned* in local time. A stretch of the week that nobody is planned for keeps the names that
    the technician wrote; where somebody is, only those stand there who come, each for as long.
    Each place has the hours that are written and planned for it, and changes no other's. Whoever
    goes from house to house then opens no door.
    """
    there = [
        one
        for one in planned
        if one.begins_at.date() == day and not one.cancelled and one.takes is not Takes.HOME
    ]
    told: list[Shift] = []
    for place in {one.place for one in weekly} | {_name_of_place(one) for one in there}:
        told += _told_at(
            place,
            [one for one in weekly if one.place == place],
            [one for one in there if _name_of_place(one) == place],
        )
    return tuple(sorted(told, key=lambda one: (one.opens, one.place)))


def _name_of_place(one: Duty) -> str:
    """As a stretch of the week tells it: empty at the point itself."""
    return one.place and (one.place_name or one.place)


def _told_at(place: str, weekly: Sequence[Shift], there: Sequence[Duty]) -> list[Shift]:
    edges = {time for shift in weekly for time in (shift.opens, shift.closes)}
    edges |= {moment.time() for one in there for moment in (one.begins_at, one.ends_at)}
    told: list[Shift] = []
    for opens, closes in pairwise(sorted(edges)):
        names = _names(opens, weekly, there)
        if names is None:
            continue
        if told and told[-1].closes == opens and told[-1].on_duty == names:
            told[-1] = Shift(told[-1].opens, closes, names, place)
        else:
            told.append(Shift(opens, closes, names, place))
    return told


def _names(moment: time, weekly: Sequence[Shift], there: Sequence[Duty]) -> str | None:
    """Who is there at *moment*; None: nobody is, and the point is closed."""
    week = next((one for one in weekly if one.opens <= moment < one.closes), None)
    here = [one.called for one in there if one.begins_at.time() <= moment < one.ends_at.time()]
    if here:
        return ", ".join(dict.fromkeys(here))
    if week is None:
        return None
    somebody_comes = any(
        one.begins_at.time() < week.closes and week.opens < one.ends_at.time() for one in there
    )
    return "" if somebody_comes else week.on_duty
