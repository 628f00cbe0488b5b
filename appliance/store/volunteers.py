"""Who may sign in at the desk. PINs are kept as argon2id hashes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Connection, insert, select, update

from appliance.core.errors import PinLocked, WrongPin
from appliance.store.database import Database
from appliance.store.rows import insert_numbered
from appliance.store.tables import volunteer

# 19 MiB, two passes, one lane: OWASP's profile for small boards. About a quarter of a second
# on a Pi 4 (an estimate); 64 MiB would push a 512 MB board into swap.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

FREE_TRIES = 4  # wrong PINs before a name rests
FIRST_REST = timedelta(seconds=30)  # doubles with every further wrong PIN
LONGEST_REST = timedelta(minutes=15)


class Role(StrEnum):
    """What a person may do here. Stored as written."""

    VOLUNTEER = "volunteer"
    TECHNICIAN = "technician"


@dataclass(frozen=True, slots=True)
class Volunteer:
    """Someone who helps at the point (tình nguyện viên)."""

    id: int
    name: str
    role: Role


def add_volunteer(
    connection: Connection, name: str, pin: str, role: Role, now: datetime
) -> Volunteer:
    """Add a person; a PIN has at least six digits."""
    number = insert_numbered(
        connection,
        insert(volunteer).values(name=name, role=role, pin_hash=_hash(pin), made_at=now),
    )
    return Volunteer(number, name, role)


def set_pin(connection: Connection, volunteer_id: int, pin: str) -> bool:
    """Another PIN for the same person; wrong tries are forgotten. False: there is no such person.

    A PIN has at least six digits.
    """
    done = connection.execute(
        update(volunteer)
        .where(volunteer.c.id == volunteer_id)
        .values(pin_hash=_hash(pin), wrong_pins=0, rests_until=None)
    )
    return done.rowcount == 1


def list_volunteers(connection: Connection) -> list[Volunteer]:
    """Everybody, by name."""
    rows = connection.execute(
        select(volunteer.c.id, volunteer.c.name, volunteer.c.role).order_by(volunteer.c.name)
    )
    return [Volunteer(row.id, row.name, Role(row.role)) for row in rows]


def get_volunteer(connection: Connection, volunteer_id: int) -> Volunteer | None:
    """One person, or None when taken off the list meanwhile."""
    row = connection.execute(select(volunteer).where(volunteer.c.id == volunteer_id)).one_or_none()
    return Volunteer(row.id, row.name, Role(row.role)) if row else None


def sign_in(database: Database, name: str, pin: str, now: datetime) -> Volunteer:
    """Who this is.

    The count of wrong PINs is committed before anything is raised: an error that rolled it
    back would allow endless tries. An unknown name takes as long as a wrong PIN.

    Raises:
        PinLocked: the name rests; ``seconds`` tells how long.
        WrongPin: name and PIN do not fit together.
    """
    with database.reading() as connection:
        row = connection.execute(select(volunteer).where(volunteer.c.name == name)).one_or_none()
    if row is None:
        _verify(_DECOY, pin)
        raise WrongPin("unknown name")
    until = row.rests_until
    if until is not None and now < until <= now + LONGEST_REST:  # further ahead: a clock jump
        raise PinLocked(f"{row.id} rests", seconds=int((until - now).total_seconds()) + 1)
    right = _verify(row.pin_hash, pin)
    with database.writing() as connection:
        seen = connection.scalar(select(volunteer.c.wrong_pins).where(volunteer.c.id == row.id))
        wrong = 0 if right else (seen or 0) + 1
        connection.execute(
            update(volunteer)
            .where(volunteer.c.id == row.id)
            .values(wrong_pins=wrong, rests_until=_rest_after(wrong, now))
        )
    if not right:
        raise WrongPin(f"volunteer {row.id}, wrong PIN number {wrong}")
    return Volunteer(row.id, row.name, Role(row.role))


def _rest_after(wrong_pins: int, now: datetime) -> datetime | None:
    if wrong_pins < FREE_TRIES:
        return None
    doublings = min(wrong_pins - FREE_TRIES, 10)
    return now + min(FIRST_REST * (1 << doublings), LONGEST_REST)


def _hash(pin: str) -> str:
    if not (pin.isascii() and pin.isdigit() and len(pin) >= 6):
        raise ValueError("a PIN has at least six digits")
    return _HASHER.hash(pin)


def _verify(pin_hash: str, pin: str) -> bool:
    try:
        return _HASHER.verify(pin_hash, pin)
    except VerifyMismatchError:
        return False


_DECOY = _HASHER.hash("000000")
