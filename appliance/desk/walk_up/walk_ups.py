"""Papers without a dossier: scanned under a short number, shown to one volunteer, claimed.

Every press is a walk-up of its own. Whose papers belong together is said by the citizen, never
guessed from the time between two presses. Each has a key of its own, in memory only: erasing one
leaves nothing to open, and a power cut erases them all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from uuid6 import uuid7

from appliance.core.dossiers.dossier import Page
from appliance.core.dossiers.submission import ScanRequestState
from appliance.core.dossiers.trail import What
from appliance.core.dossiers.walk_up import WalkUp
from appliance.core.errors import ScanStopped
from appliance.core.errors.walk_up import WalkUpGone
from appliance.core.paper.scan import ScannedPage
from appliance.core.paper.two_sizes import small_in
from appliance.desk import trail
from appliance.desk.files import files_until_noted
from appliance.desk.point import Point
from appliance.failpoints import passing
from appliance.store.dossier import pages, scan_requests, walk_ups

LOOKED_AT = timedelta(minutes=10)  # at least so long after a volunteer opened it
RECENT = 20  # of the latest ones, those that were erased are still told of
TOLD_FOR = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A walk-up that nobody claimed: nothing in it tells whose it is."""

    walk_up: WalkUp
    sides: int
    age: timedelta
    left: timedelta  # until it is erased
    is_running: bool  # paper still moves
    error_code: str | None  # why its batch stopped early

    @property
    def is_nearly_over(self) -> bool:
        """Whether people should hear that it is erased soon."""
        return self.left <= timedelta(minutes=5)


def waiting(point: Point) -> list[Waiting]:
    """All that may be claimed, the oldest first."""
    with point.database.reading() as connection:
        held = walk_ups.held(connection)
        counts = walk_ups.page_counts(connection) if held else {}
        return [
            _waiting(point, connection, one, counts.get(one.id, 0))
            for one in held
            if not is_over(point, one)
        ]


def lately_erased(point: Point) -> list[WalkUp]:
    """Those of the last hour that nobody claimed in time, for people who ask after theirs."""
    now = point.clock()
    with point.database.reading() as connection:
        gone = walk_ups.lately_erased(connection, RECENT)
    return [one for one in gone if one.ended_at and abs(now - one.ended_at) < TOLD_FOR]


def asked_for(point: Point, numbers: Collection[int]) -> tuple[list[Waiting], list[int]]:
    """Those of *numbers* that may be claimed, in the order asked; and the numbers that may not."""
    by_number = {one.walk_up.number: one for one in waiting(point)}
    found = [by_number[number] for number in numbers if number in by_number]
    return found, [number for number in numbers if number not in by_number]


def is_over(point: Point, one: WalkUp) -> bool:
    """Whether it must not be shown any more, erased already or not."""
    return is_late(point, one) or not point.vault.is_open(one.desk_key)


def is_late(point: Point, one: WalkUp) -> bool:
    """Whether its time is over, for who cannot see the keys."""
    left_s = one.due_s - point.uptime()
    longest_s = max(_keep(point), LOOKED_AT).total_seconds() + 60  # further ahead: another boot's
    return not 0 < left_s <= longest_s


def open_for(point: Point, walk_up_ids: Sequence[int], volunteer_id: int) -> None:
    """The citizen stands there and said the number: this volunteer may look, nobody else.

    Raises:
        WalkUpGone: one of them was claimed or erased meanwhile; none is opened.
    """
    with point.database.writing() as connection:
        for walk_up_id in walk_up_ids:
            if is_over(point, walk_ups.get(connection, walk_up_id)):
                raise WalkUpGone(f"walk-up {walk_up_id} is over")
            walk_ups.open_for(connection, walk_up_id, volunteer_id)
            about = f"walk-up-{walk_up_id}"
            trail.note(point, connection, What.WALK_UP_OPENED, who=volunteer_id, about=about)
            walk_ups.put_off(connection, walk_up_id, point.uptime() + LOOKED_AT.total_seconds())


def opened(
    point: Point, numbers: Collection[int], volunteer_id: int
) -> list[tuple[Waiting, list[Page]]]:
    """What this volunteer opened of *numbers*, each with its pages.

    Raises:
        WalkUpGone, WalkUpElsewhere: one of them is not this volunteer's to see.
    """
    found, gone = asked_for(point, numbers)
    if gone:
        raise WalkUpGone(f"no walk-up is held under {gone}")
    with point.database.reading() as connection:
        for one in found:
            walk_ups.must_be_opened_by(one.walk_up, volunteer_id)
        return [(one, pages.held_pages(connection, one.walk_up.id)) for one in found]


def picture(point: Point, walk_up_id: int, page_id: str, volunteer_id: int) -> bytes:
    """A small JPEG of a page.

    Raises:
        WalkUpGone, WalkUpElsewhere: as ``opened``; also while it is not clean yet.
        PageDamaged: it cannot be shown.
    """
    with point.database.reading() as connection:
        one = walk_ups.get(connection, walk_up_id)
        walk_ups.must_be_opened_by(one, volunteer_id)
        inside = {page.id: page for page in pages.held_pages(connection, walk_up_id)}
    page = inside.get(page_id)
    if page is None or page.preview is None or is_over(point, one):
        raise WalkUpGone(f"page {page_id} is not to be seen in walk-up {walk_up_id}")
    return small_in(point.vault.open(point.pages.read(page.preview), one.desk_key))


def save_page(point: Point, request_id: int, side: ScannedPage) -> str:
    """Keep one scanned side of a request without a dossier; returns the page's id.

    With the first one the walk-up begins: what brought no page takes no number.

    Raises:
        WalkUpGone: it was erased while the paper moved; nothing was kept.
    """
    master = side.path.read_bytes()
    with point.database.reading() as connection:
        begun = walk_ups.of_request(connection, request_id)
    desk_key = begun.desk_key if begun else point.vault.short_lived_key()
    page_id = str(uuid7())
    try:
        with files_until_noted(point) as save:
            if __debug__:
                passing("walk-up-key-before-file")
            name = save(point.vault.seal(master, desk_key))
            if __debug__:
                passing("walk-up-file-before-row")
            with point.database.writing() as connection:
                one = begun or _begin(point, connection, request_id, desk_key)
                walk_ups.put_off(connection, one.id, _due_s(point))
                pages.add_held(
                    connection,
                    one.id,
                    id=page_id,
                    scan_request_id=request_id,
                    master=name,
                    made_at=point.clock(),
                    **side.facts,
                )
                scan_requests.count_page(connection, request_id)
    except Exception:
        if begun is None:
            _forget_unused(point, request_id, desk_key)
        raise
    if __debug__:
        passing("walk-up-row-before-spool")
    side.path.unlink(missing_ok=True)
    return page_id


def running(point: Point) -> int | None:
    """The request of a walk-up whose paper moves now, or is about to; None when there is none."""
    with point.database.reading() as connection:
        row = scan_requests.open_request(connection)
    return None if row is None or row.dossier_id else int(row.id)


def stop(point: Point, request_id: int) -> None:
    """Pull no more sheets of a walk-up. What is saved stays under its number.

    Asking twice, or after the end, changes nothing.

    Raises:
        WalkUpGone: that batch runs for a dossier, or never was.
    """
    with point.database.writing() as connection:
        if not scan_requests.is_without_dossier(connection, request_id):
            raise WalkUpGone(f"batch {request_id} is no walk-up's")
        scan_requests.wish_to_stop(connection, request_id, ScanStopped.code)


def number_of(point: Point, request_id: int) -> int | None:
    """The short number that a request got; None when it brought no page, or is a dossier's."""
    with point.database.reading() as connection:
        one = walk_ups.of_request(connection, request_id)
    return one.number if one else None


def _begin(point: Point, connection: Connection, request_id: int, desk_key: str) -> WalkUp:
    return walk_ups.begin(
        connection,
        request_id,
        desk_key=desk_key,
        day=point.today(),
        now=point.clock(),
        due_s=_due_s(point),
    )


def _forget_unused(point: Point, request_id: int, desk_key: str) -> None:
    """Of a commit that failed only the row tells whether it came through."""
    try:
        with point.database.reading() as connection:
            begun = walk_ups.of_request(connection, request_id)
    except Exception:  # its key stays in memory until the next start
        return
    if begun is None:
        point.vault.destroy(desk_key)


def _waiting(point: Point, connection: Connection, one: WalkUp, sides: int) -> Waiting:
    request = walk_ups.request_of(connection, one.id)
    left_s = one.due_s - point.uptime()
    return Waiting(
        walk_up=one,
        sides=sides,
        age=max(_since(point, request.ended_at or one.made_at), timedelta(0)),
        left=timedelta(seconds=left_s),
        is_running=request.state in scan_requests.OPEN_STATES,
        error_code=request.error_code if request.state == ScanRequestState.FAILED else None,
    )


def _since(point: Point, moment: datetime) -> timedelta:
    return point.clock() - moment


def _keep(point: Point) -> timedelta:
    return timedelta(minutes=point.config.drafts.walk_up_minutes)


def _due_s(point: Point) -> float:
    return point.uptime() + _keep(point).total_seconds()
