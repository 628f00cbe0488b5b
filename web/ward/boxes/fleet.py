"""Every box of this ward by what it said of itself last, and what somebody should look at."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from web.ward.boxes.devices import LOST_TRAIL
from web.ward.tables import device

SILENT = timedelta(minutes=50)  # three heartbeats of a quarter of an hour, and a little
WAITS_LONG = timedelta(hours=4)  # longer than a line is out on a common day
LITTLE_DISK_MB = 500


class Trouble(StrEnum):
    """Why somebody should look; the words stand in the catalogue."""

    NEVER_SEEN = "never-seen"
    SILENT = "silent"
    OUT_OF_SERVICE = "out-of-service"
    WAITS_LONG = "waits-long"
    LITTLE_DISK = "little-disk"
    TRAIL_WENT_BACK = "trail-went-back"
    SAME_CODE = "same-code"  # two boxes number their dossiers alike


@dataclass(frozen=True, slots=True)
class Seen:
    """One box. What it did not say, or an older release does not say, is None."""

    name: str
    seen_at: datetime | None
    version: str | None
    queue: int | None
    waiting: timedelta | None  # the oldest sealed dossier, when it was told
    disk_free_mb: int | None
    out_of_service: tuple[str, ...]  # codes of the box's own doctor
    troubles: tuple[Trouble, ...]
    publication: int | None = None  # which of ours stands there; None: none ever came
    refused_publication: int | None = None
    why_refused: str = ""


def fleet(conn: Connection, now: datetime) -> list[Seen]:
    """Boxes that may come, those with a trouble first, then by name; lost ones are left out."""
    rows = conn.execute(select(device).where(device.c.revoked_at.is_(None)))
    found = [_seen(row.name, row.seen_at, row.health, now) for row in rows]
    shared = {name for names in _by_code(conn).values() if len(names) > 1 for name in names}
    found = [
        replace(one, troubles=(*one.troubles, Trouble.SAME_CODE)) if one.name in shared else one
        for one in found
    ]
    return sorted(found, key=lambda one: (not one.troubles, one.name))


def same_code(conn: Connection, device_id: int) -> tuple[str, ...]:
    """Names of the other boxes whose dossiers would get the numbers of this one's."""
    mine = conn.scalar(select(device.c.name).where(device.c.id == device_id))
    found = next((names for names in _by_code(conn).values() if mine in names), [])
    return tuple(name for name in found if name != mine)


def _by_code(conn: Connection) -> dict[str, list[str]]:
    """Names of boxes that may come by the code of their point, however it is written."""
    rows = conn.execute(
        select(device.c.name, device.c.health)
        .where(device.c.revoked_at.is_(None), device.c.health.is_not(None))
        .order_by(device.c.name)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if code := json.loads(row.health).get("point_code"):
            found[code.casefold()].append(row.name)
    return found


def _seen(name: str, seen_at: datetime | None, health: str | None, now: datetime) -> Seen:
    told: dict[str, Any] = json.loads(health) if health else {}
    published: dict[str, Any] = told.get("published") or {}
    queue, age_s = told.get("queue"), told.get("oldest_waiting_s")
    one = Seen(
        name=name,
        seen_at=seen_at,
        version=told.get("version"),
        queue=queue,
        waiting=timedelta(seconds=age_s) if queue and age_s is not None else None,
        disk_free_mb=told.get("disk_free_mb"),
        out_of_service=tuple(told.get("out_of_service") or ()),
        troubles=(),
        publication=published.get("number"),
        refused_publication=published.get("refused"),
        why_refused=published.get("why") or "",
    )
    went_back = bool(told.get(LOST_TRAIL))
    troubles = tuple(_troubles(one, now, went_back=went_back))
    return replace(one, troubles=troubles)


def _troubles(one: Seen, now: datetime, *, went_back: bool) -> Iterator[Trouble]:
    if one.seen_at is None:
        yield Trouble.NEVER_SEEN
    elif now - one.seen_at > SILENT:
        yield Trouble.SILENT
    if one.out_of_service:
        yield Trouble.OUT_OF_SERVICE
    if one.waiting is not None and one.waiting > WAITS_LONG:
        yield Trouble.WAITS_LONG
    if one.disk_free_mb is not None and one.disk_free_mb < LITTLE_DISK_MB:
        yield Trouble.LITTLE_DISK
    if went_back:
        yield Trouble.TRAIL_WENT_BACK
