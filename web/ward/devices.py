"""Boxes this ward knows, each by one bearer token that can be taken back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from appliance.core.manifest import Heartbeat
from appliance.keys.canonical import sha256_hex
from web.ward.tables import device


class DeviceExists(Exception):
    """There is a device of that name already."""


@dataclass(frozen=True, slots=True)
class Device:
    """A box, as the ward sees it."""

    id: int
    name: str
    added_at: datetime
    revoked_at: datetime | None
    seen_at: datetime | None


def add_device(conn: Connection, name: str, now: datetime) -> str:
    """Add a box and return its token. It is shown once: only its hash is kept.

    Raises:
        DeviceExists: the name is taken; revoked names stay taken, so a log line stays true.
    """
    if conn.execute(select(device.c.id).where(device.c.name == name)).first():
        raise DeviceExists(name)
    token = "tht_" + secrets.token_urlsafe(32)
    # A plain hash is enough for 256 random bits; argon2 is for what people choose.
    conn.execute(
        insert(device).values(name=name, token_sha256=sha256_hex(token.encode()), added_at=now)
    )
    return token


def revoke_device(conn: Connection, name: str, now: datetime) -> bool:
    """Refuse the box's token from now on; False when no such live device exists."""
    moved = conn.execute(
        update(device)
        .where(device.c.name == name, device.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return moved.rowcount == 1


def devices(conn: Connection) -> list[Device]:
    """Every box ever added, oldest first."""
    rows = conn.execute(select(device).order_by(device.c.id))
    return [Device(r.id, r.name, r.added_at, r.revoked_at, r.seen_at) for r in rows]


def device_of_token(conn: Connection, token: str) -> int | None:
    """The live device that owns *token*."""
    return conn.execute(
        select(device.c.id).where(
            device.c.token_sha256 == sha256_hex(token.encode()), device.c.revoked_at.is_(None)
        )
    ).scalar()


def note_heartbeat(conn: Connection, device_id: int, beat: Heartbeat, now: datetime) -> None:
    """Remember that the box lives, and what it said."""
    conn.execute(
        update(device)
        .where(device.c.id == device_id)
        .values(seen_at=now, health=beat.model_dump_json(exclude_none=True))
    )
