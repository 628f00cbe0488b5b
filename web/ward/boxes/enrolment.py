"""One-time codes by which a new box becomes one of this ward's."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from appliance.core.wire.enrolment import CODE_LETTERS
from appliance.keys.canonical import sha256_hex
from web.ward.boxes.devices import DeviceExists, add_device, device_of_token
from web.ward.problems import Problem
from web.ward.tables import device, enrolment


@dataclass(frozen=True, slots=True)
class Came:
    """A box that is known from now on, or was since the first answer to this code."""

    name: str
    is_new: bool


def new_code(conn: Connection, name: str, now: datetime, life: timedelta) -> str:
    """A code for a box to be called *name*: 59 random bits, told once; only its hash is kept.

    Raises:
        DeviceExists: the name is a box's already.
    """
    if conn.execute(select(device.c.id).where(device.c.name == name)).first():
        raise DeviceExists(name)
    code = "-".join("".join(secrets.choice(CODE_LETTERS) for _ in range(4)) for _ in range(3))
    # Only the newest is in somebody's hand; what was printed before ends here.
    conn.execute(
        update(enrolment)
        .where(enrolment.c.name == name, enrolment.c.used_at.is_(None))
        .values(expires_at=now)
    )
    conn.execute(
        insert(enrolment).values(
            name=name, code_sha256=sha256_hex(code.encode()), made_at=now, expires_at=now + life
        )
    )
    return code


def is_code(conn: Connection, code: str) -> bool:
    """Whether such a code was ever made."""
    asked = select(enrolment.c.id).where(enrolment.c.code_sha256 == sha256_hex(code.encode()))
    return conn.execute(asked).first() is not None


def enrol(conn: Connection, code: str, token: str, now: datetime) -> Came:
    """Make the box that brings *code* one of ours, by the *token* it made itself.

    The same code with the same token is the same box once more, which did not hear the answer.

    Raises:
        Problem: the code is unknown, used by another box, or too old; nothing was changed.
    """
    digest = sha256_hex(code.encode())
    row = conn.execute(select(enrolment).where(enrolment.c.code_sha256 == digest)).first()
    if row is None:
        raise Problem(404, "unknown-code", "no such code was made here")
    if row.used_at is not None:
        if device_of_token(conn, token) == row.device_id:
            return Came(row.name, is_new=False)
        raise Problem(409, "code-used", "another box came with this code")
    if row.expires_at <= now:
        raise Problem(410, "code-expired", "the code is too old; ask for a new one")
    try:
        add_device(conn, row.name, now, token)
    except DeviceExists as error:
        raise Problem(409, "code-used", "a box of that name is known already") from error
    moved = conn.execute(
        update(enrolment)
        .where(enrolment.c.id == row.id, enrolment.c.used_at.is_(None))
        .values(used_at=now, device_id=device_of_token(conn, token))
    )
    if moved.rowcount != 1:
        raise Problem(409, "code-used", "another box came with this code")
    return Came(row.name, is_new=True)
