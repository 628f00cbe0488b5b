"""A time that somebody booked (lịch hẹn): at the point in the evening, or at home."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from appliance.core.point.roster import Duty, Takes

SECRET_LETTERS = 10  # 45 bits; each wrong one is counted
LONGEST_NAME, LONGEST_PHONE, LONGEST_ADDRESS, LONGEST_NEED = 60, 20, 160, 200
_FEWEST_DIGITS, _MOST_DIGITS = 8, 15


class Kind(StrEnum):
    """Where it is. Stored as written; those of ``roster.Takes`` that take anything."""

    HOME = "home"
    POINT = "point"


class State(StrEnum):
    """How it stands. Stored as written."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    DONE = "done"
    MISSED = "missed"  # nobody was there
    REFUSED = "refused"
    CANCELLED = "cancelled"  # by the citizen


AHEAD = (State.ASKED, State.CONFIRMED)


class Why(StrEnum):
    """Why nothing was booked or changed. Keys of the sentences."""

    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    TOO_LONG = "too-long"
    CONSENT = "consent"
    TAKEN = "taken"  # somebody else was faster
    PAST = "past"
    MANY = "many"  # from one phone
    FULL = "full"
    UNKNOWN = "unknown"  # no such number, or another's secret
    GUESSES = "guesses"
    GONE = "gone"  # done, refused or cancelled meanwhile


class AppointmentRefused(Exception):
    """Nothing was changed; *why* tells the sentence."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Details:
    """Who it is and what for, as the person said it. On the card it is sealed."""

    name: str
    phone: str
    address: str
    need: str

    def tidied(self) -> Details:
        """Without needless blanks."""
        parts = (self.name, self.phone, self.address, self.need)
        return Details(*(" ".join(part.split()) for part in parts))

    def must_do(self, kind: Kind) -> None:
        """Raise AppointmentRefused unless somebody can be called, and found where it is at home."""
        limits = (LONGEST_NAME, LONGEST_PHONE, LONGEST_ADDRESS, LONGEST_NEED)
        parts = (self.name, self.phone, self.address, self.need)
        if not self.name:
            raise AppointmentRefused(Why.NAME)
        digits = sum(character.isdigit() for character in self.phone)
        if not _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
            raise AppointmentRefused(Why.PHONE)
        if kind is Kind.HOME and not self.address:
            raise AppointmentRefused(Why.ADDRESS)
        if any(len(part) > limit for part, limit in zip(parts, limits, strict=True)):
            raise AppointmentRefused(Why.TOO_LONG)


@dataclass(frozen=True, slots=True)
class Appointment:
    """What the card tells of it: nothing about whom."""

    id: int  # the number on the slip
    kind: Kind
    begins_at: datetime
    ends_at: datetime
    state: State
    desk_key: str
    is_kept: bool  # whether the details are still there
    made_by: int | None  # the volunteer who typed it in; None: the citizen booked
    moves: int
    ended_at: datetime | None
    place: str = ""  # the key of the place to come to; empty: the point itself

    @property
    def is_ahead(self) -> bool:
        """Whether somebody still waits for it."""
        return self.state in AHEAD

    @property
    def number(self) -> str:
        """As people say it."""
        return f"H-{self.id}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch that may be booked."""

    kind: Kind
    begins_at: datetime
    ends_at: datetime
    free: int  # how many may still
    place: str = ""


def slots_of(
    duties: Iterable[Duty], booked: Sequence[Appointment], length: timedelta, now: datetime
) -> list[Slot]:
    """Every stretch of *length* within shifts that take bookings, with room for who sits there.

    Each volunteer is in one place at a time: a booked visit takes one of those who are there,
    whichever stretch it began in. Visits at home begin nowhere in particular.
    """
    there: dict[tuple[datetime, Kind, str], int] = {}
    for duty in duties:
        if duty.cancelled or duty.takes is Takes.NOTHING:
            continue
        begins = duty.begins_at
        while begins + length <= duty.ends_at:
            if begins > now:
                kind = Kind(duty.takes)
                key = (begins, kind, duty.place if kind is Kind.POINT else "")
                there[key] = there.get(key, 0) + 1
            begins += length
    waits = [one for one in booked if one.is_ahead]
    return [
        Slot(
            kind,
            begins,
            begins + length,
            max(free - _taken(waits, (kind, place), begins, length), 0),
            place,
        )
        for (begins, kind, place), free in sorted(there.items())
    ]


def _taken(
    waits: Sequence[Appointment], where: tuple[Kind, str], begins: datetime, length: timedelta
) -> int:
    return sum(
        (one.kind, one.place) == where and one.begins_at < begins + length and begins < one.ends_at
        for one in waits
    )
