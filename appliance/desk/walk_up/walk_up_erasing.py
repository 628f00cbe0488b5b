"""Walk-ups that nobody claimed go: first their key, then their files, last their rows.

The station does it and finishes what a cut interrupted. Upkeep, which sees no key, does it where
the station does not run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress

from appliance.core.dossiers.trail import What
from appliance.core.dossiers.walk_up import WalkUp
from appliance.core.errors.walk_up import WalkUpGone
from appliance.desk import trail
from appliance.desk.point import Point
from appliance.desk.walk_up.walk_ups import is_over
from appliance.failpoints import passing
from appliance.store.dossier import pages, scan_requests, walk_ups

log = logging.getLogger(__name__)


def erase_over(point: Point, is_over: Callable[[Point, WalkUp], bool] = is_over) -> int:
    """Erase every walk-up whose time is over or whose key went with the power.

    Also finishes what a cut left half done. Returns how many people must scan again.
    """
    with point.database.reading() as connection:
        held = walk_ups.held(connection)
        half = walk_ups.half_erased(connection)
        claimed = walk_ups.with_old_files(connection)
    erased = sum(1 for one in held if is_over(point, one) and _erase(point, one))
    for one in half:
        _finish(point, one)
    for one, names in claimed:
        remove_old_files(point, one, names)
    return erased


def erase(point: Point, walk_up_id: int, volunteer_id: int) -> None:
    """The citizen does not want it any more.

    Raises:
        WalkUpGone, WalkUpElsewhere: it is not this volunteer's to decide.
    """
    with point.database.reading() as connection:
        one = walk_ups.get(connection, walk_up_id)
    walk_ups.must_be_opened_by(one, volunteer_id)
    if not _erase(point, one, volunteer_id):
        raise WalkUpGone(f"walk-up {walk_up_id} is not held any more")


def next_due_s(point: Point) -> float | None:
    """The uptime at which the next one is over; None when none is held."""
    with point.database.reading() as connection:
        held = walk_ups.held(connection)
    return min((one.due_s for one in held), default=None)


def remove_old_files(point: Point, one: WalkUp, names: Iterable[str]) -> None:
    """What a claimed walk-up leaves behind: sealed to a key that is gone now."""
    _destroy_key(point, one)
    if __debug__:
        passing("claimed-key-gone-before-old-files")
    _remove(point, names)
    if __debug__:
        passing("claimed-old-files-gone-before-row")
    with point.database.writing() as connection:
        walk_ups.forget_old_files(connection, one.id)


def _erase(point: Point, one: WalkUp, volunteer_id: int | None = None) -> bool:
    try:
        with point.database.writing() as connection:
            request = walk_ups.request_of(connection, one.id)
            if request.state in scan_requests.OPEN_STATES:
                return False  # paper still moves; the station closes what a cut left open
            walk_ups.start_erasing(connection, one.id, point.clock())
            about = f"walk-up-{one.id}"
            trail.note(point, connection, What.WALK_UP_ERASED, who=volunteer_id, about=about)
    except WalkUpGone:
        return False
    if __debug__:
        passing("walk-up-erasing-before-key-gone")
    _finish(point, one)
    log.info("walk-up %s erased, unclaimed", one.id)
    return True


def _finish(point: Point, one: WalkUp) -> None:
    _destroy_key(point, one)
    if __debug__:
        passing("walk-up-key-gone-before-files")
    with point.database.reading() as connection:
        inside = pages.held_pages(connection, one.id)
    _remove(point, {name for page in inside for name in pages.files_of(page)})
    if __debug__:
        passing("walk-up-files-gone-before-rows")
    with point.database.writing() as connection:
        pages.forget_held(connection, one.id)
        walk_ups.end_erasing(connection, one.id)


def _destroy_key(point: Point, one: WalkUp) -> None:
    with suppress(PermissionError):  # upkeep: what is left in memory goes when the station starts
        point.vault.destroy(one.desk_key)


def _remove(point: Point, names: Iterable[str]) -> None:
    for name in names:
        point.pages.remove(name)
    point.pages.sync()
