"""Times that people book: by a phone on the point's Wi-Fi, or typed in by a volunteer.

Who it is and what for is sealed to a key of its own. As with a draft, copies of that key open
with volunteers' PINs after a power cut; destroying it is erasing. The secret of the slip opens
only when and how it stands.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from appliance.core.dossiers.trail import What
from appliance.core.errors import DossierLocked, PageDamaged
from appliance.core.point.appointment import (
    AHEAD,
    SECRET_LETTERS,
    Appointment,
    AppointmentRefused,
    Details,
    Kind,
    Slot,
    State,
    Why,
    slots_of,
)
from appliance.desk import noting_point, trail
from appliance.desk.keeping.settled_clock import clock_is_settled
from appliance.desk.people import desk_keys
from appliance.desk.point import Point
from appliance.keys.letters import new_letters
from appliance.store.people import tried_addresses
from appliance.store.point import appointments, shifts
from appliance.store.point import served as places

log = logging.getLogger(__name__)

FROM_ONE_PHONE, WITHIN = 3, timedelta(days=1)  # a family's worth
IN_AN_HOUR, MOST_AHEAD = 20, 60  # at the whole point
FURTHEST = timedelta(days=90)  # typed in by a volunteer


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody books; *length* only where no shift says how long."""

    kind: Kind
    begins_at: datetime
    details: Details
    consent: bool
    place: str = ""  # of a time at another place than the point itself


@dataclass(frozen=True, slots=True)
class Booked:
    """*secret* exists nowhere but here and on the slip."""

    appointment: Appointment
    secret: str


def free_slots(point: Point) -> list[Slot]:
    """What may be booked in the days ahead, the earliest first; full ones are left out."""
    with point.database.reading() as connection:
        return [one for one in _slots(point, connection) if one.free]


def book(
    point: Point, wanted: Wanted, *, address: str | None = None, by: int | None = None
) -> Booked:
    """Book a time. A citizen books a free one and is counted by *address*; a volunteer any.

    Raises:
        AppointmentRefused: why nothing was kept.
    """
    details, now = wanted.details.tidied(), point.clock()
    details.must_do(wanted.kind)
    if not wanted.consent:
        raise AppointmentRefused(Why.CONSENT)
    if not now < wanted.begins_at <= now + FURTHEST:
        raise AppointmentRefused(Why.PAST)
    secret = new_letters(SECRET_LETTERS)
    asked_from = None if by else _counted_as(point, address)
    with point.database.writing() as connection:
        if asked_from is not None:
            _must_not_be_many(connection, asked_from, now)
            _must_be_free(point, connection, wanted)
        elif appointments.count_ahead(connection) >= 2 * MOST_AHEAD:
            raise AppointmentRefused(Why.FULL)
        # in the transaction that writes the row: nobody retires the key in between
        desk_key = point.vault.new_desk_key()
        desk_keys.share_with_all(point, connection, desk_key)
        number = appointments.add(
            connection,
            secret_sha256=_digest(secret),
            kind=wanted.kind,
            begins_at=wanted.begins_at,
            ends_at=wanted.begins_at + _length(point),
            desk_key=desk_key,
            details=point.vault.seal(json.dumps(asdict(details)).encode(), desk_key),
            made_at=now,
            made_by=by,
            asked_from=asked_from,
            consent_at=now,
            place=_place_of(connection, wanted.kind, wanted.place),
        )
        if by is not None:  # who typed it in has spoken with them
            appointments.change(connection, number, state=State.CONFIRMED)
        made = appointments.get(connection, number)
        trail.note(
            point, connection, What.APPOINTMENT_BOOKED, who=by, about=_about(number),
            kind=wanted.kind.value,
        )  # fmt: skip
    noting_point.booked(point, number)
    return Booked(made, secret)


def listed(
    point: Point, since: datetime, until: datetime
) -> list[tuple[Appointment, Details | None]]:
    """Those of a span with who it is, the earliest first; None: erased, or locked for now."""
    with point.database.reading() as connection:
        found = appointments.between(connection, since, until)
    return [(one, details_of(point, one)) for one in found]


def booked_within(point: Point, since: datetime, until: datetime) -> list[Appointment]:
    """Those that somebody still waits for, of that span, the earliest first."""
    with point.database.reading() as connection:
        found = appointments.between(connection, since, until)
    return [one for one in found if one.is_ahead]


def one(point: Point, number: int) -> tuple[Appointment, Details | None]:
    """One of them. Raises AppointmentRefused when there is none of that number."""
    with point.database.reading() as connection:
        found = appointments.get(connection, number)
    return found, details_of(point, found)


def details_of(point: Point, one: Appointment) -> Details | None:
    """Who it is; None: erased, or nobody who can open it signed in since the power cut."""
    if not one.is_kept or not point.vault.is_open(one.desk_key):
        return None
    with point.database.reading() as connection:
        sealed = appointments.sealed_details(connection, one.id)
    if sealed is None:
        return None
    try:
        return Details(**json.loads(point.vault.open(sealed, one.desk_key)))
    except (DossierLocked, PageDamaged) as error:
        log.warning("appointment %s cannot be read: %s", one.id, error)
        return None


def settle(point: Point, number: int, state: State, by: int) -> None:
    """A volunteer confirms, refuses, or writes down how it went.

    Raises:
        AppointmentRefused: it is not ahead any more.
    """
    ended = None if state in AHEAD else point.clock()
    with point.database.writing() as connection:
        appointments.change(connection, number, state=state, ended_at=ended)
        trail.note(
            point, connection, What.APPOINTMENT_SETTLED, who=by, about=_about(number),
            state=state.value,
        )  # fmt: skip
    noting_point.booked(point, number)


def move(point: Point, number: int, begins_at: datetime, by: int, place: str | None = None) -> None:
    """Another time, and perhaps another *place*, spoken through with the citizen.

    Raises:
        AppointmentRefused: it is not ahead any more, or that time is over.
    """
    now = point.clock()
    if not now < begins_at <= now + FURTHEST:
        raise AppointmentRefused(Why.PAST)
    with point.database.writing() as connection:
        seen = appointments.get(connection, number)
        appointments.change(
            connection, number, begins_at=begins_at, ends_at=begins_at + _length(point),
            state=State.CONFIRMED, moves=seen.moves + 1,
            place=seen.place if place is None else _place_of(connection, seen.kind, place),
        )  # fmt: skip
        trail.note(point, connection, What.APPOINTMENT_MOVED, who=by, about=_about(number))
    noting_point.booked(point, number)


def of_slip(point: Point, number: str, secret: str, address: str | None) -> Appointment:
    """The appointment of a slip, typed as people type; wrong ones rest the address.

    Raises:
        AppointmentRefused: number and secret do not fit, or too many did not from there.
    """
    digits = "".join(
        character for character in number if character.isascii() and character.isdigit()
    )
    told = "".join(secret.split()).replace("-", "").upper()
    counted, now = f"slip:{address or 'socket'}", point.clock()
    with point.database.writing() as connection:
        if tried_addresses.rests_for(connection, counted, now) is not None:
            raise AppointmentRefused(Why.GUESSES)
        try:
            return appointments.by_secret(connection, int(digits[:12] or 0), _digest(told))
        except AppointmentRefused:
            tried_addresses.note_wrong(connection, counted, now)
    raise AppointmentRefused(Why.UNKNOWN)


def call_off(point: Point, number: str, secret: str, address: str | None) -> None:
    """The citizen does not come: the time is free, and who it was is erased at once.

    Raises:
        AppointmentRefused: as ``of_slip``; or it is not ahead any more.
    """
    found = of_slip(point, number, secret, address)
    with point.database.writing() as connection:
        appointments.change(connection, found.id, state=State.CANCELLED, ended_at=point.clock())
        trail.note(point, connection, What.APPOINTMENT_CANCELLED, about=_about(found.id))
    noting_point.booked(point, found.id)
    erase(point, [found])


def erase(point: Point, those: Iterable[Appointment], by: int | None = None) -> int:
    """Who they were and what for goes for good; that there was a visit stays, without a name."""
    there = [one for one in those if one.is_kept]
    if not there:
        return 0
    with point.database.writing() as connection:
        appointments.drop_details(connection, [one.id for one in there])
        trail.note(point, connection, What.APPOINTMENTS_ERASED, who=by, appointments=len(there))
    for one in there:
        with suppress(PermissionError):  # upkeep: the station retires what is left in memory
            point.vault.destroy(one.desk_key)
    noting_point.bookings_gone(point, [one.desk_key for one in there])
    return len(there)


def forget_what_is_over(point: Point) -> int:
    """A few days after the visit its details go; nothing while nobody knows what time it is."""
    if not clock_is_settled(point):
        return 0
    now = point.clock()
    before = now - timedelta(days=point.config.appointments.keep_days)
    with point.database.reading() as connection:
        due = appointments.over(connection, before, now + 2 * FURTHEST)
    return erase(point, due)


def erase_all(point: Point) -> int:
    """The ward ordered that everything goes, or the box begins anew."""
    with point.database.reading() as connection:
        there = appointments.kept(connection)
    return erase(point, there)


def _slots(point: Point, connection: Connection) -> list[Slot]:
    now = point.clock()
    until = now + timedelta(days=point.config.appointments.days_ahead)
    return slots_of(
        shifts.between(connection, now, until),
        appointments.between(connection, now - timedelta(days=1), until + timedelta(days=1)),
        _length(point),
        now,
    )


def _must_be_free(point: Point, connection: Connection, wanted: Wanted) -> None:
    free = {(one.kind, one.begins_at, one.place) for one in _slots(point, connection) if one.free}
    if (wanted.kind, wanted.begins_at, wanted.place) not in free:
        raise AppointmentRefused(Why.TAKEN)


def _place_of(connection: Connection, kind: Kind, key: str) -> str:
    """Where somebody comes to; a visit at home is at no place of ours."""
    if kind is Kind.HOME or not key:
        return ""
    if key not in {one.key for one in places.all_known(connection, closed=True)}:
        raise AppointmentRefused(Why.TAKEN)
    return key


def _must_not_be_many(connection: Connection, asked_from: str, now: datetime) -> None:
    if appointments.count_booked(connection, now - WITHIN, asked_from) >= FROM_ONE_PHONE:
        raise AppointmentRefused(Why.MANY)
    lately = appointments.count_booked(connection, now - timedelta(hours=1))
    if lately >= IN_AN_HOUR or appointments.count_ahead(connection) >= MOST_AHEAD:
        raise AppointmentRefused(Why.FULL)


def _counted_as(point: Point, address: str | None) -> str:
    """Tells one address from another for as long as this boot's key lives, and names none."""
    key = point.config.paths.runtime / "session.key"
    secret = key.read_bytes() if key.exists() else b"no page is served"
    return hmac.new(secret, (address or "socket").encode(), "sha256").hexdigest()[:24]


def _length(point: Point) -> timedelta:
    return timedelta(minutes=point.config.appointments.minutes)


def _about(number: int) -> str:
    return f"appointment-{number}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
