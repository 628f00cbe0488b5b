"""How the point is doing, for the first screen, the lamp's mirror and the heartbeat."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta

from appliance.core.errors import DiskFull
from appliance.core.ports import Signal
from appliance.desk.point import Point
from appliance.desk.walk_up import walk_ups
from appliance.store import status
from appliance.store.dossier import outbox, scan_requests
from appliance.store.dossier.outbox import Queue

STATION, UPLOADER, UPKEEP = "station", "uploader", "upkeep"
UNHEARD = timedelta(seconds=30)  # the station reports at least every ten seconds


@dataclass(frozen=True, slots=True)
class PointStatus:
    """As of one moment."""

    lamp: Signal  # OFF when the station has not reported lately
    error_code: str | None  # what the lamp complains about
    queue: Queue
    oldest_waiting: timedelta | None
    sender_error: str | None  # why the uploader rests, if it does
    sender_told: bool  # whether the uploader ever said how it is
    on_desk: scan_requests.OnDesk | None
    unclaimed: tuple[int, ...]  # short numbers of people who wait with papers scanned


def point_status(point: Point) -> PointStatus:
    """Everything that the head of each page shows."""
    now = point.clock()
    with point.database.reading() as connection:
        station = status.last_report(connection, STATION)
        uploader = status.last_report(connection, UPLOADER)
        waiting = outbox.queue(connection)
        on_desk = scan_requests.get_on_desk(connection)
    alive = station is not None and abs(now - station.at) < UNHEARD
    lamp = Signal(station.state) if station and alive else Signal.OFF
    error_code = station.error_code if station and alive else None
    if error_code is None and not point.pages.has_room():
        # on a card full to the last byte the station cannot even write down that it is
        lamp, error_code = Signal.NEEDS_PERSON, DiskFull.code
    return PointStatus(
        lamp=lamp,
        error_code=error_code,
        queue=waiting,
        oldest_waiting=now - waiting.oldest_at if waiting.oldest_at else None,
        sender_error=uploader.error_code if uploader else None,
        sender_told=uploader is not None,
        on_desk=on_desk,
        unclaimed=tuple(one.walk_up.number for one in walk_ups.waiting(point)),
    )


def report_status(point: Point, service: str, state: str, error_code: str | None) -> None:
    """What a service says of itself; replaces what it said before."""
    with point.database.writing() as connection:
        status.report(connection, service, state, error_code, point.clock())


def disk_free_mb(point: Point) -> int:
    """Room left where the state lives, in whole MiB."""
    return shutil.disk_usage(point.config.paths.state).free >> 20
