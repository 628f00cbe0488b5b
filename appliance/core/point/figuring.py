"""What a row counts for, as a pure function: the same while it is there and when it is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from appliance.core.point.figures import LONGEST_HOURS, LONGEST_MINUTES, Channel, Figures, total
from appliance.core.point.visits import HowDone, Purpose
from appliance.core.wire.manifest import WardState

Key = tuple[str, str]  # month and place
NOT_YET_AN_ANSWER = (WardState.RECEIVED, WardState.CHECKING, WardState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Made:
    """All that figures know of one dossier."""

    place: str
    procedure: str
    opened_at: datetime
    sealed_at: datetime | None = None  # the first time
    by_hand: bool = False
    taken_at: datetime | None = None  # onto the citizen's phone
    received_at: datetime | None = None  # by the ward, the first time
    supplements: tuple[datetime, ...] = ()  # later seals
    said: tuple[tuple[datetime, WardState], ...] = ()  # by the ward, in its order
    asked: tuple[datetime, ...] = ()  # of those, requests for better papers


@dataclass(frozen=True, slots=True)
class Came:
    """So many visits that are alike."""

    month: str
    place: str
    purpose: Purpose
    how: HowDone | None
    count: int


def month_of(moment: datetime, zone: ZoneInfo) -> str:
    """The month that the wall calendar showed."""
    return f"{moment.astimezone(zone):%Y-%m}"


def of_dossier(made: Made, zone: ZoneInfo) -> Iterator[tuple[Key, Figures]]:
    """Each thing counts in the month in which it happened, at the place where it was opened."""
    done_at = made.sealed_at or made.taken_at
    if done_at is not None:
        minutes = {}
        if made.sealed_at is not None:
            minutes = {_whole(made.sealed_at - made.opened_at, 60, LONGEST_MINUTES): 1}
        counts = Figures(dossiers={made.procedure: {_channel(made): 1}}, minutes=minutes)
        yield (month_of(done_at, zone), made.place), counts
    for at in made.asked:
        yield (month_of(at, zone), made.place), Figures(asked=1)
    for at in made.supplements:
        yield (month_of(at, zone), made.place), Figures(supplements=1)
    heard = next((at for at, state in made.said if state not in NOT_YET_AN_ANSWER), None)
    if heard is not None and made.received_at is not None:
        hours = _whole(heard - made.received_at, 3600, LONGEST_HOURS)
        yield (month_of(heard, zone), made.place), Figures(answer_hours={hours: 1})


def of_visits(came: Iterable[Came]) -> Iterator[tuple[Key, Figures]]:
    """What visitors count for."""
    for one in came:
        helped = {one.how: one.count} if one.how is not None else {}
        yield (one.month, one.place), Figures(visits={one.purpose: one.count}, helped=helped)


def gathered(parts: Iterable[tuple[Key, Figures]]) -> Mapping[Key, Figures]:
    """*parts* added up by month and place."""
    found: dict[Key, list[Figures]] = {}
    for key, counts in parts:
        found.setdefault(key, []).append(counts)
    return {key: total(counts) for key, counts in found.items()}


def _channel(made: Made) -> Channel:
    if made.sealed_at is None:
        return Channel.PHONE
    return Channel.STICK if made.by_hand else Channel.WARD


def _whole(span: timedelta, unit_s: int, most: int) -> int:
    """Whole units, never below nothing: a Pi's clock may be put right in between."""
    return min(max(int(span.total_seconds()) // unit_s, 0), most)
