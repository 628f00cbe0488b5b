"""Who may open dossiers: names and argon2 hashes, and a rest after wrong guesses."""

from __future__ import annotations

from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, insert, select, update

from appliance.keys.canonical import sha256_hex
from web.ward.database import reading, writing
from web.ward.tables import officer

_hasher = PasswordHasher()  # the library's defaults follow RFC 9106
_NOBODY = _hasher.hash("no such officer")  # so that an unknown name takes as long as a known one

FREE_GUESSES = 5
LONGEST_REST = timedelta(minutes=15)


class OfficerRests(Exception):
    """Too many wrong passwords; the name rests until ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"rests until {until}")
        self.until = until


def officer_names(conn: Connection) -> list[str]:
    """Everybody who may sign in."""
    rows = conn.execute(select(officer.c.name).where(officer.c.active).order_by(officer.c.name))
    return list(rows.scalars())


def add_officer(conn: Connection, name: str, password: str) -> None:
    """Add an officer; the name must be new."""
    conn.execute(insert(officer).values(name=name, password_hash=_hasher.hash(password)))


def set_password(conn: Connection, name: str, password: str) -> bool:
    """Give a known officer a new password and end the rest; False for an unknown name."""
    moved = conn.execute(
        update(officer)
        .where(officer.c.name == name)
        .values(password_hash=_hasher.hash(password), failures=0, rests_until=None, active=True)
    )
    return moved.rowcount == 1


def officer_stamp(engine: Engine, name: str) -> str | None:
    """Changes with the password; what a session must still carry. None: not an officer."""
    with reading(engine) as conn:
        password_hash = conn.execute(
            select(officer.c.password_hash).where(officer.c.name == name, officer.c.active)
        ).scalar()
    return sha256_hex(password_hash.encode())[:16] if password_hash else None


def signs_in(engine: Engine, name: str, password: str, now: datetime) -> bool:
    """Whether *password* is that officer's.

    The failure is counted before the password is tried, so that parallel guesses count too.

    Raises:
        OfficerRests: after five wrong ones, for 1, 2, 4 … 15 minutes.
    """
    if "\0" in name:  # PostgreSQL would not even compare it
        return False
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
    try:
        _hasher.verify(row.password_hash if row else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    if row is None:
        return False
    with writing(engine) as conn:
        conn.execute(
            update(officer).where(officer.c.name == name).values(failures=0, rests_until=None)
        )
    return True
