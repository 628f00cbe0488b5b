"""The audit trail's words: what moved, by whom, when; never whose papers they were."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

BEGINNING = "0" * 64  # what the first line follows
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")

Fact = int | bool | str


class What(StrEnum):
    """What a line tells. Stored as written, so never rename a value."""

    SIGNED_IN = "sign-in"
    SIGN_IN_REFUSED = "sign-in.refused"
    SIGNED_OUT = "sign-out"
    PERSON_ADDED = "person.added"
    PIN_CHANGED = "person.pin-changed"
    PERSON_LEFT = "person.left"
    DOSSIER_OPENED = "dossier.opened"
    TAKEN_OVER = "dossier.taken-over"
    CONSENTED = "dossier.consented"
    SEALED = "dossier.sealed"
    SEAL_FAILED = "dossier.seal-failed"
    DELIVERED = "dossier.delivered"
    DOSSIER_ERASED = "dossier.erased"
    SUPPLEMENT_ERASED = "supplement.erased"
    CODES_ERASED = "dossier.codes-erased"
    SUPPLEMENT_BEGUN = "supplement.begun"
    SUPPLEMENT_GIVEN_UP = "supplement.given-up"
    SUPPLEMENT_WITHDRAWN = "supplement.withdrawn"
    PHONE_INVITED = "phone.invited"
    WALK_UP_OPENED = "walk-up.opened"
    WALK_UP_CLAIMED = "walk-up.claimed"
    WALK_UP_ERASED = "walk-up.erased"
    CITIZEN_ASKED = "citizen.asked"
    CITIZEN_REFUSED = "citizen.refused"
    KEYS_DESTROYED = "desk-keys.destroyed"
    SET_ASIDE_ERASED = "set-aside.erased"
    FOLDER_COPIED = "folder.copied"
    ALL_ERASED = "everything.erased"  # as the ward ordered
    EXPORTED = "audit.exported"
    DOSSIER_FORGOTTEN = "dossier.forgotten"  # over for long; the box knows of it no more
    SHIFT_PLANNED = "shift.planned"
    SHIFT_GIVEN = "shift.given"
    SHIFT_EXCHANGED = "shift.exchanged"
    SHIFT_MOVED = "shift.moved"  # to another place
    SHIFT_CANCELLED = "shift.cancelled"
    DUTY_GIVEN = "duty.handed-over"
    DUTY_TAKEN = "duty.taken-over"
    CALENDAR_SHARED = "calendar.shared"
    CALENDAR_ENDED = "calendar.ended"
    CALENDAR_BROUGHT = "calendar.brought"
    APPOINTMENT_BOOKED = "appointment.booked"
    APPOINTMENT_SETTLED = "appointment.settled"
    APPOINTMENT_MOVED = "appointment.moved"
    APPOINTMENT_CANCELLED = "appointment.cancelled"
    APPOINTMENTS_ERASED = "appointments.erased"
    BAG_RETURNED = "bag.returned"
    SHORTENED = "audit.shortened"  # lines up to a number are no longer kept


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. *who* is a volunteer's number; None: the box did it by itself."""

    seq: int  # from 1, without a gap
    at: datetime
    what: str
    who: int | None
    about: str | None  # the id of a dossier, or ``walk-up-12``
    facts: dict[str, Fact]
    digest: str  # of this line and, through the one before it, of all before

    @property
    def told(self) -> dict[str, object]:
        """All of it but the digest, as it is hashed and exported."""
        return {
            "seq": self.seq,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "what": self.what,
            "who": self.who,
            "about": self.about,
            "facts": self.facts,
        }


@dataclass(frozen=True, slots=True)
class Head:
    """The newest line: whoever knows it elsewhere can prove that none before it changed."""

    seq: int
    digest: str

    @classmethod
    def read(cls, text: str) -> Head:
        """``12:3af…``; ValueError when it is no such thing."""
        number, _, digest = text.partition(":")
        if not re.fullmatch(r"[0-9]{1,15}", number) or not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise ValueError(f"{text[:40]!r} is no line's number and digest")
        return cls(int(number), digest)

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest}"


def must_be_nameless(about: str | None, facts: dict[str, Fact]) -> None:
    """Raise ValueError for anything that could be a person's words: codes and counts only."""
    for value in (about, *facts.keys(), *facts.values()):
        if isinstance(value, str) and not _CODE.fullmatch(value):
            raise ValueError("an audit line holds codes and counts only")
