"""Who may sign in at the desk. Of PINs only what an argon2id run makes of them is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Update, insert, select, update

from appliance.core.dossiers.trail import What
from appliance.core.errors import PinLocked, WrongPin
from appliance.keys.pin import USUAL, Strength, opened_by, record_of
from appliance.store.card.database import Database
from appliance.store.people import audit
from appliance.store.rows import insert_numbered
from appliance.store.schema.tables import volunteer

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


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Someone who knew the PIN, and the secret that it opens things with."""

    volunteer: Volunteer
    secret: bytes
    record: str  # of that very PIN; another one makes another secret


class VolunteerKey(NamedTuple):
    """A key that only its volunteer's PIN opens."""

    recipient: str
    wrapped_identity: bytes


def add_volunteer(
    connection: Connection,
    name: str,
    pin: str,
    role: Role,
    now: datetime,
    strength: Strength = USUAL,
) -> Volunteer:
    """Add a person; a PIN has at least six digits."""
    record, _ = record_of(pin, strength)
    number = insert_numbered(
        connection,
        insert(volunteer).values(name=name, role=role, pin_hash=record, made_at=now),
    )
    return Volunteer(number, name, role)


def set_pin(
    connection: Connection, volunteer_id: int, pin: str, strength: Strength = USUAL
) -> bool:
    """Another PIN for the same person; wrong tries are forgotten. False: there is no such person.

    A PIN has at least six digits. The key that the old one opened is gone with it.
    """
    record, _ = record_of(pin, strength)
    done = connection.execute(
        _present(volunteer_id).values(
            pin_hash=record,
            wrong_pins=0,
            rests_until=None,
            recipient=None,
            wrapped_identity=None,
            changes=volunteer.c.changes + 1,
        )
    )
    return done.rowcount == 1


def leave(connection: Connection, volunteer_id: int, now: datetime) -> bool:
    """This person helps no more: no sign-in, no key; the name is free again.

    False: there is no such person.
    """
    done = connection.execute(
        _present(volunteer_id).values(
            name=volunteer.c.name.concat(f" #{volunteer_id}"),
            left_at=now,
            pin_hash="",
            recipient=None,
            wrapped_identity=None,
            changes=volunteer.c.changes + 1,
        )
    )
    return done.rowcount == 1


def key_of(connection: Connection, volunteer_id: int) -> VolunteerKey | None:
    """The key of somebody who signed in since the PIN was made."""
    row = connection.execute(
        select(volunteer.c.recipient, volunteer.c.wrapped_identity).where(
            volunteer.c.id == volunteer_id, volunteer.c.left_at.is_(None)
        )
    ).one_or_none()
    return VolunteerKey(*row) if row and row.recipient and row.wrapped_identity else None


def set_key(
    connection: Connection, person: SignedIn, key: VolunteerKey, old: VolunteerKey | None
) -> bool:
    """Keep a key in the place of *old*, under the PIN just given.

    False when that is no longer the PIN, or another screen of the same person was faster.
    """
    done = connection.execute(
        _present(person.volunteer.id)
        .where(
            volunteer.c.pin_hash == person.record,
            volunteer.c.recipient.is_not_distinct_from(old.recipient if old else None),
        )
        .values(**key._asdict(), changes=volunteer.c.changes + 1)
    )
    return done.rowcount == 1


def list_volunteers(connection: Connection) -> list[Volunteer]:
    """Everybody, by name."""
    rows = connection.execute(
        select(volunteer.c.id, volunteer.c.name, volunteer.c.role)
        .where(volunteer.c.left_at.is_(None))
        .order_by(volunteer.c.name)
    )
    return [Volunteer(row.id, row.name, Role(row.role)) for row in rows]


def get_volunteer(connection: Connection, volunteer_id: int) -> Volunteer | None:
    """One person, or None when taken off the list meanwhile."""
    row = connection.execute(
        select(volunteer).where(volunteer.c.id == volunteer_id, volunteer.c.left_at.is_(None))
    ).one_or_none()
    return Volunteer(row.id, row.name, Role(row.role)) if row else None


def sign_in(database: Database, name: str, pin: str, now: datetime) -> SignedIn:
    """Who this is, and what the PIN opens.

    The count of wrong PINs is committed before anything is raised: an error that rolled it
    back would allow endless tries. An unknown name takes as long as a wrong PIN.

    Raises:
        PinLocked: the name rests; ``seconds`` tells how long.
        WrongPin: name and PIN do not fit together.
    """
    with database.reading() as connection:
        row = connection.execute(
            select(volunteer).where(volunteer.c.name == name, volunteer.c.left_at.is_(None))
        ).one_or_none()
    if row is None:
        opened_by(_decoy(), pin)
        raise WrongPin("unknown name")
    until = row.rests_until
    if until is not None and now < until <= now + LONGEST_REST:  # further ahead: a clock jump
        raise PinLocked(f"{row.id} rests", seconds=int((until - now).total_seconds()) + 1)
    secret, record = opened_by(row.pin_hash, pin), row.pin_hash
    right = secret is not None
    if secret == b"":  # of the first release
        record, secret = record_of(pin)
    with database.writing() as connection:
        seen = connection.scalar(select(volunteer.c.wrong_pins).where(volunteer.c.id == row.id))
        wrong = 0 if right else (seen or 0) + 1
        rest = rest_of(wrong)
        connection.execute(
            update(volunteer)
            .where(volunteer.c.id == row.id, volunteer.c.pin_hash == row.pin_hash)
            .values(pin_hash=record, wrong_pins=wrong, rests_until=rest and now + rest)
        )
        if right:
            audit.note(connection, What.SIGNED_IN, now, who=row.id)
        else:
            audit.note(connection, What.SIGN_IN_REFUSED, now, who=row.id, wrong=wrong)
    if secret is None:
        raise WrongPin(
            f"volunteer {row.id}, wrong PIN number {wrong}",
            left=max(0, FREE_TRIES - wrong),
            rest_s=int(rest.total_seconds()) if rest else 0,
        )
    return SignedIn(Volunteer(row.id, row.name, Role(row.role)), secret, record)


def forgive(connection: Connection, volunteer_id: int) -> None:
    """Wrong PINs before a right one no longer count."""
    connection.execute(_present(volunteer_id).values(wrong_pins=0, rests_until=None))


def _present(volunteer_id: int) -> Update:
    return update(volunteer).where(volunteer.c.id == volunteer_id, volunteer.c.left_at.is_(None))


def rest_of(wrong_pins: int, free: int = FREE_TRIES) -> timedelta | None:
    """How long to rest after so many wrong PINs; the first *free* but one cost nothing."""
    if wrong_pins < free:
        return None
    return min(FIRST_REST * (1 << min(wrong_pins - free, 10)), LONGEST_REST)


@cache
def _decoy() -> str:
    return record_of("000000")[0]
