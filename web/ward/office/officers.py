"""Who may open dossiers: names, roles and argon2 hashes, and a rest after wrong guesses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, insert, select, update

from appliance.keys.canonical import sha256_hex
from web.ward.audit import Deed, note
from web.ward.database import reading, writing
from web.ward.tables import officer

_hasher = PasswordHasher()  # the library's defaults follow RFC 9106
_NOBODY = _hasher.hash("no such officer")  # so that an unknown name takes as long as a known one

FREE_GUESSES = 5
LONGEST_REST = timedelta(minutes=15)
# No letters that look alike: the password is copied from a screen or a slip of paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Role(StrEnum):
    """What somebody may do here. Stored as written, so never rename a value."""

    OFFICER = "officer"  # opens dossiers and answers them
    HEAD = "head"  # besides: reads who opened what, says who is an officer


class OfficerRests(Exception):
    """Too many wrong passwords; the name rests until ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"rests until {until}")
        self.until = until


class LastHead(Exception):
    """The office would be without a head, and nobody could make one from the page."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who may sign in."""

    name: str
    role: Role
    stamp: str  # changes with password and sign-out; what a session must still carry


def officers(conn: Connection) -> list[Officer]:
    """Everybody who may sign in, by name."""
    rows = conn.execute(select(officer).where(officer.c.active).order_by(officer.c.name))
    return [Officer(row.name, Role(row.role), _stamp(row.password_hash, row.era)) for row in rows]


def officer_names(conn: Connection) -> list[str]:
    """Everybody who may sign in."""
    return [one.name for one in officers(conn)]


def is_taken(conn: Connection, name: str) -> bool:
    """Whether the name is somebody's, or was."""
    return conn.execute(select(officer.c.name).where(officer.c.name == name)).first() is not None


def add_officer(conn: Connection, name: str, password: str, role: Role = Role.OFFICER) -> None:
    """Add an officer; the name must be new."""
    conn.execute(insert(officer).values(name=name, password_hash=_hasher.hash(password), role=role))


def set_password(conn: Connection, name: str, password: str) -> bool:
    """Give a known officer a new password and end rest and sessions; False for an unknown name.

    Who had been retired is back.
    """
    moved = conn.execute(
        update(officer)
        .where(officer.c.name == name)
        .values(password_hash=_hasher.hash(password), failures=0, rests_until=None, active=True)
    )
    return moved.rowcount == 1


def set_role(conn: Connection, name: str, role: Role) -> bool:
    """False for somebody who is no officer.

    Raises:
        LastHead: nobody else is one.
    """
    if role is not Role.HEAD:
        _keep_a_head(conn, without=name)
    moved = conn.execute(
        update(officer).where(officer.c.name == name, officer.c.active).values(role=role)
    )
    return moved.rowcount == 1


def retire(conn: Connection, name: str) -> bool:
    """Shut the door behind somebody, at once; the name stays taken, so old lines stay true.

    Raises:
        LastHead: nobody else is one.
    """
    _keep_a_head(conn, without=name)
    moved = conn.execute(
        update(officer).where(officer.c.name == name, officer.c.active).values(active=False)
    )
    return moved.rowcount == 1


def end_sessions(conn: Connection, name: str) -> None:
    """Every browser of that officer is signed out, a copied cookie too."""
    conn.execute(update(officer).where(officer.c.name == name).values(era=officer.c.era + 1))


def officer_of(engine: Engine, name: str, stamp: str | None) -> Officer | None:
    """Whom a session with that *stamp* belongs to now; None: nobody, any more."""
    known = _known(engine, name)
    return known if known and known.stamp == stamp else None


def signs_in(engine: Engine, name: str, password: str, now: datetime) -> Officer | None:
    """The officer, if *password* is right.

    The failure is counted before the password is tried, so that parallel guesses count too.

    Raises:
        OfficerRests: after five wrong ones, for 1, 2, 4 … 15 minutes.
    """
    if "\0" in name:  # PostgreSQL would not even compare it
        return None
    with writing(engine) as conn:
        row = conn.execute(select(officer).where(officer.c.name == name, officer.c.active)).first()
        if row and row.rests_until and row.rests_until > now:
            raise OfficerRests(row.rests_until)
        if row:
            failures = row.failures + 1
            doublings = min(failures - FREE_GUESSES, 4)
            rest = min(timedelta(minutes=2**doublings), LONGEST_REST) if doublings >= 0 else None
            conn.execute(
                update(officer)
                .where(officer.c.name == name)
                .values(failures=failures, rests_until=now + rest if rest else None)
            )
    is_right = _fits(row.password_hash if row else _NOBODY, password)
    if row is None:
        return None
    with writing(engine) as conn:
        note(conn, now, name, Deed.SIGNED_IN if is_right else Deed.REFUSED)
        if is_right:
            conn.execute(
                update(officer).where(officer.c.name == name).values(failures=0, rests_until=None)
            )
    return _known(engine, name) if is_right else None


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _known(engine: Engine, name: str) -> Officer | None:
    with reading(engine) as conn:
        row = conn.execute(select(officer).where(officer.c.name == name, officer.c.active)).first()
    return Officer(row.name, Role(row.role), _stamp(row.password_hash, row.era)) if row else None


def _keep_a_head(conn: Connection, *, without: str) -> None:
    heads = {one.name for one in officers(conn) if one.role is Role.HEAD}
    if heads == {without}:
        raise LastHead(without)


def _stamp(password_hash: str, era: int) -> str:
    return sha256_hex(f"{era}:{password_hash}".encode())[:16]


def new_password() -> str:
    """Twelve letters and digits in threes: 59 bits."""
    letters = [secrets.choice(LETTERS) for _ in range(12)]
    return "-".join("".join(letters[i : i + 3]) for i in range(0, 12, 3))
