"""Copies of the database while all is well; the last good one back when it is not.

Upkeep does both. A database is replaced only while no service is at work: at the start.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from appliance.core.errors import CardReadOnly, DiskFull
from appliance.desk import noting
from appliance.desk.keeping.found_again import Found, find_again
from appliance.desk.point import Point
from appliance.failpoints import passing
from appliance.store import status
from appliance.store.card.copies import Copies, Copy, damage_of
from appliance.store.card.page_files import fsync_folder
from appliance.store.people import sessions

log = logging.getLogger(__name__)

COPY_EVERY = timedelta(hours=1)
FAILED_TRIES = 24  # a try each quarter of an hour, each on a new page of the diary
_BESIDE = ("-wal", "-shm")


@dataclass
class Mended:
    """What was found at a start, and what was done about it."""

    damage: str | None = None  # in SQLite's words; None: the database is sound
    migrated: bool = False
    copy: Copy | None = None  # that took its place; None: there was none, the tables are new
    found: Found = field(default_factory=Found)


def copies_of(point: Point) -> Copies:
    """Where the copies lie: on the same card, so that no card is worse than none."""
    return Copies(point.config.paths.state / "copies")


def mend(point: Point, *, force: bool = False) -> Mended:
    """Look the database over and, where it is damaged, put the last good copy in its place.

    The caller is alone with it (``store.card.in_use``). *force* takes the copy though nothing is
    damaged. What was saved after the copy is brought back from the diary in any case: a WAL that
    got lost is no damage to SQLite, the commits in it are just not there.
    """
    database = point.database.path
    damage = _damage(point) or ("asked for" if force else None)
    mended = Mended(damage)
    if damage is not None:
        log.error("the database is damaged: %s", damage)
        point.database.close()
        _set_aside(point)
        if __debug__:
            passing("damaged-aside-before-copy-back")
        copies = copies_of(point)
        mended.copy = next(
            (copy for copy in copies.finished() if copies.bring_back(copy, database)), None
        )
        log.warning("a copy of %s took its place", mended.copy and mended.copy.made_at)
    if __debug__:
        passing("copy-back-before-found-again")
    mended.migrated = point.database.migrate()
    if damage is not None:  # the copy knows of no sign-out since, and of no PIN that ended one
        with point.database.writing() as connection:
            sessions.end_everybodys(connection)
        noting.pay_for_the_erased(point)
    else:
        noting.pay(point)
    mended.found = find_again(point)
    if mended.found.count():
        log.warning("found again beside the database: %s", mended.found)
    return mended


def copy_if_due(point: Point) -> Copy | None:
    """Once an hour, and both at once after a change of PINs or keys; returns the last one made.

    Raises:
        StoreDamaged: the database is; copies and diary stay as they are.
    """
    made = None
    try:
        if _is_an_hour_old(point) or _lacks_a_change(point):
            made = make_copy(point)
        if made is not None and _lacks_a_change(point):
            made = make_copy(point)
    except (DiskFull, CardReadOnly) as error:
        log.warning("%s", error)
    return made


def copies_fail(point: Point) -> bool:
    """Whether the last 24 tries, six hours of them, finished no copy: somebody must look.

    The diary, which holds everything since, is bounded and would drop its oldest pages some day.
    """
    finished = copies_of(point).finished()
    since = max(copy.diary for copy in finished) if finished else 0
    return point.diary.page() - since > FAILED_TRIES


def _is_an_hour_old(point: Point) -> bool:
    finished = copies_of(point).finished()
    return not finished or abs(point.clock() - finished[0].moment) >= COPY_EVERY


def _lacks_a_change(point: Point) -> bool:
    with point.database.reading() as connection:
        page = status.recall(connection, status.COPY_WANTED)
    held = [copy.diary for copy in copies_of(point).finished()]
    return page is not None and bool(held) and min(held) <= int(page)


def make_copy(point: Point) -> Copy | None:
    """Now, whenever the last one was made; None when nobody let go of the database long enough.

    Raises:
        StoreDamaged, DiskFull, CardReadOnly: as ``store.card.copies``.
    """
    copies = copies_of(point)
    newest = max((copy.diary for copy in copies.finished()), default=0)
    page = int(point.diary.turn_page(after=newest).stem)
    if __debug__:
        passing("diary-page-before-copy")
    copy = copies.make(point.database.path, point.clock(), page)
    if __debug__:
        passing("copy-before-old-diary-gone")
    finished = copies.finished()
    if copy is not None and len(finished) > 1:  # the older one may be needed with its own pages
        point.diary.forget_before(finished[-1].diary)
    return copy


def _damage(point: Point) -> str | None:
    database = point.database.path
    had_one = bool(copies_of(point).finished()) or point.diary.page() > 0
    if not database.exists() or not database.stat().st_size:
        return "it is gone" if had_one else None
    damage = damage_of(database)
    if damage is not None and not had_one and "no such table" in damage:
        return None  # made a moment ago, and nothing in it
    return damage


def _set_aside(point: Point) -> None:
    """All that belongs to it, together: a specialist may still read something out of it."""
    database = point.database.path
    name = f"database-{point.clock():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    aside = point.config.paths.state / "set-aside" / name
    aside.mkdir(parents=True, mode=0o700)
    for path in (database, *(Path(f"{database}{ending}") for ending in _BESIDE)):
        if path.exists():
            path.rename(aside / path.name)
            if __debug__:
                passing("damaged-aside-between-files")
    fsync_folder(database.parent)
