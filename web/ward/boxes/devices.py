"""Boxes this ward knows, each by one bearer token that can be taken back."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from appliance.core.wire.manifest import Heartbeat, TrailHead
from appliance.keys.canonical import sha256_hex
from appliance.keys.signing import device_key_of, verify_key_of
from web.ward.tables import device

LOST_TRAIL = "audit_lost"


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
    trail: str | None = None  # the head of its audit trail, as ``audit check --head`` takes it
    lost_trail: str | None = None  # a head it once told, and does not go on from


def add_device(conn: Connection, name: str, now: datetime, token: str | None = None) -> str:
    """Add a box and return its token, a new one unless the box made its own. Only its hash is kept.

    Raises:
        DeviceExists: the name is taken; revoked names stay taken, so a log line stays true.
    """
    if conn.execute(select(device.c.id).where(device.c.name == name)).first():
        raise DeviceExists(name)
    token = token or new_token()
    # A plain hash is enough for 256 random bits; argon2 is for what people choose.
    conn.execute(
        insert(device).values(
            name=name,
            token_sha256=sha256_hex(token.encode()),
            added_at=now,
            verify_key=_verify_key(token),
        )
    )
    return token


def new_token() -> str:
    """What a box says it is it by: 256 random bits."""
    return "tht_" + secrets.token_urlsafe(32)


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
    return [_device(row) for row in rows]


def _trails(health: str | None) -> tuple[str | None, str | None]:
    known = json.loads(health) if health else {}
    heads = (known.get("audit"), known.get(LOST_TRAIL))
    now, lost = (f"{head['seq']}:{head['digest']}" if head else None for head in heads)
    return now, lost


def device_of_token(conn: Connection, token: str) -> int | None:
    """The live device that owns *token*."""
    return conn.execute(
        select(device.c.id).where(
            device.c.token_sha256 == sha256_hex(token.encode()), device.c.revoked_at.is_(None)
        )
    ).scalar()


def device_of_key(conn: Connection, verify_key: str) -> Device | None:
    """The box that signs with the private half of *verify_key*; also one that was revoked."""
    row = conn.execute(select(device).where(device.c.verify_key == verify_key)).first()
    return _device(row) if row else None


def learn_key(conn: Connection, device_id: int, token: str) -> None:
    """A token made by an earlier release: what the box carries by hand is known from now on."""
    conn.execute(
        update(device)
        .where(device.c.id == device_id, device.c.verify_key.is_(None))
        .values(verify_key=_verify_key(token))
    )


def note_heartbeat(conn: Connection, device_id: int, beat: Heartbeat, now: datetime) -> None:
    """Remember that the box lives, and what it said.

    An audit trail only grows. A head that goes back means that its end was cut off, or the box's
    database came back from a copy: the head that was known before is kept beside the new one.
    """
    before = conn.scalar(select(device.c.health).where(device.c.id == device_id))
    told = beat.model_dump(mode="json", exclude_none=True)
    known = json.loads(before) if before else {}
    was, lost = known.get("audit"), known.get(LOST_TRAIL)
    if was and beat.audit and not lost and _went_back(was, beat.audit):
        lost = was
    if was and not beat.audit:
        told["audit"] = was
    if lost:
        told[LOST_TRAIL] = lost
    conn.execute(
        update(device)
        .where(device.c.id == device_id)
        .values(seen_at=now, health=json.dumps(told, ensure_ascii=False))
    )


def _device(row: Row[Any]) -> Device:
    return Device(row.id, row.name, row.added_at, row.revoked_at, row.seen_at, *_trails(row.health))


def _verify_key(token: str) -> str:
    return verify_key_of(device_key_of(token))


def _went_back(was: dict[str, Any], now: TrailHead) -> bool:
    return bool(was["seq"] > now.seq or (was["seq"] == now.seq and was["digest"] != now.digest))
