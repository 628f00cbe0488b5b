"""What the office did, read by the uploader: events in order, words that were lost, its clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from appliance.core.wire.manifest import EventPage, EventType, WardDossier
from appliance.desk.point import Point
from appliance.failpoints import passing
from appliance.keys import age
from appliance.store import erase_orders, status
from appliance.store.dossier import ward_events

WORDS_AT_ONCE = 50  # dossiers asked about after a power cut; the newest words first
CLOCK_WORD_FOR = timedelta(hours=1)  # the ward tells the time each quarter of an hour
WRONG_BY = timedelta(hours=6)
CLOCK_TOLERANCE = timedelta(minutes=2)

Ask = Callable[[str | None], EventPage | None]
AskDossier = Callable[[str], WardDossier | None]


def read_feed(point: Point, ask: Ask) -> int:
    """Store what the office did since the last look; returns how many events came.

    A cursor that the ward no longer knows is forgotten: the feed is read from its start, what
    it says now stands, and what it knows nothing of any more is dropped.
    """
    came, anew = 0, False
    while True:
        with point.database.reading() as connection:
            position = status.recall(connection, status.WARD_FEED)
            key = status.recall(connection, status.WORDS_KEY)
        page = ask(position)
        if page is None:
            anew = True
            with point.database.writing() as connection:
                status.forget(connection, status.WARD_FEED)
            if position is None:
                return came
            continue
        if not page.items or page.next == position:  # a feed that stands still is read once
            if anew:
                with point.database.writing() as connection:
                    ward_events.forget_events_behind(connection, page.next)
            return came
        if __debug__:
            passing("events-read-before-rows")
        with point.database.writing() as connection:
            ward_events.add_events(connection, page.items, key, _seal)
            if __debug__:
                passing("events-before-cursor")
            erase_orders.note(
                connection,
                (one.dossier_id for one in page.items if one.type is EventType.ERASE_LOCAL),
            )
            status.remember(connection, status.WARD_FEED, page.next)
        came += len(page.items)


def ask_for_lost_words(point: Point, ask: AskDossier) -> int:
    """Officers' words lie under a key that a power cut takes along: ask the ward for them again.

    Returns about how many dossiers it was asked.
    """
    with point.database.reading() as connection:
        key = status.recall(connection, status.WORDS_KEY)
        if key is None:
            return 0
        lost = ward_events.dossiers_without_words(connection, key, WORDS_AT_ONCE)
    for dossier_id in lost:
        found = ask(dossier_id)
        with point.database.writing() as connection:
            # first: what the ward does not tell again is not asked for again
            ward_events.give_up_words(connection, dossier_id)
            ward_events.add_events(connection, found.events if found else (), key, _seal)
    return len(lost)


class WardClock(NamedTuple):
    """By how much this box's clock is ahead of the ward's, and when that was heard."""

    ahead: timedelta
    heard_at: datetime


def note_ward_clock(point: Point, server_time: datetime) -> WardClock:
    """The ward told its time, as the answer to a heartbeat."""
    now = point.clock()
    heard = WardClock(now - server_time, now)
    told = {"ahead_s": heard.ahead.total_seconds(), "heard_at": now.isoformat()}
    with point.database.writing() as connection:
        status.remember(connection, status.WARD_CLOCK, json.dumps(told))
    return heard


def ward_clock(point: Point) -> WardClock | None:
    """What was heard last; None when it is too long ago to say anything of now."""
    with point.database.reading() as connection:
        noted = status.recall(connection, status.WARD_CLOCK)
    if noted is None:
        return None
    told = json.loads(noted)
    heard = WardClock(timedelta(seconds=told["ahead_s"]), datetime.fromisoformat(told["heard_at"]))
    return heard if abs(point.clock() - heard.heard_at) < CLOCK_WORD_FOR else None


def clock_agrees_with_ward(point: Point) -> bool:
    """Whether the ward confirmed this clock lately: as good as a time server for a manifest."""
    heard = ward_clock(point)
    return heard is not None and abs(heard.ahead) <= CLOCK_TOLERANCE


def ward_says_clock_is_wrong(point: Point) -> bool:
    """Whether nothing may be erased for its age now. Silence is no objection."""
    heard = ward_clock(point)
    return heard is not None and abs(heard.ahead) > WRONG_BY


def _seal(words: bytes, key: str) -> bytes:
    return age.seal(words, [key])
