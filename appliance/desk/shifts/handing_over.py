"""One shift leaves the desk to the next (bàn giao ca): what lies open, what waits, and a note.

The note is kept in plain, so nothing about a citizen may stand in it; what lies open is counted
anew whenever somebody looks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from appliance.core.dossiers.dossier import Dossier, DossierState
from appliance.core.dossiers.trail import What
from appliance.core.point.roster import RosterRefused, Why
from appliance.desk import noting_point, served, trail
from appliance.desk.dossier import dossiers
from appliance.desk.people import holding
from appliance.desk.people.holding import Holder, holders_of
from appliance.desk.point import Point
from appliance.desk.sending.waiting import Waiting, list_waiting
from appliance.desk.walk_up import walk_ups
from appliance.store.point import duty
from appliance.store.point.duty import Handover

LONGEST_NOTE = 300
SHOWN = 5  # of the latest notes
AT_ONCE = 50
# Phone, identity and account numbers, however they are spaced; no date, no hour, no amount
_NUMBER = re.compile(r"\d(?:[ .\-/]?\d){6,}")
_DATE_OR_MONEY = re.compile(
    r"\b\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}\b|\b\d{1,3}(?:\.\d{3})+ ?(?:đ|đồng)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the next volunteer finds; nothing in it tells whose it is."""

    lying: tuple[tuple[Dossier, Holder | None], ...]
    walk_ups: tuple[walk_ups.Waiting, ...]
    unsent: tuple[Waiting, ...]
    oldest: timedelta | None  # age of the first of those
    notes: tuple[Handover, ...]

    @property
    def waiting_note(self) -> Handover | None:
        """The newest, while nobody took over."""
        newest = self.notes[0] if self.notes else None
        return newest if newest is not None and newest.taken_at is None else None


def look(point: Point) -> Desk:
    """As it is now."""
    lying = dossiers.list_recent(point, AT_ONCE, (DossierState.OPEN,))
    holders = holders_of(point, [one.id for one in lying])
    unsent = list_waiting(point)
    with point.database.reading() as connection:
        notes = duty.handovers(connection, SHOWN)
    return Desk(
        tuple((one, holders.get(one.id)) for one in lying),
        tuple(walk_ups.waiting(point)),
        tuple(unsent),
        max((point.clock() - one.since for one in unsent), default=None),
        tuple(notes),
    )


def give(point: Point, volunteer_id: int, note: str) -> int:
    """Leave the desk: the dossiers in one's hands are free, the note waits for the next.

    Raises:
        RosterRefused: the note holds what looks like somebody's number, or is too long.
    """
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE or looks_personal(note):
        raise RosterRefused(Why.PERSONAL)
    holding.let_go(point, volunteer_id)
    lying = len(dossiers.list_recent(point, AT_ONCE, (DossierState.OPEN,)))
    with point.database.writing() as connection:
        number = duty.hand_over(
            connection,
            volunteer_id,
            point.clock(),
            note=note,
            open_dossiers=lying,
            place=served.stands_at(connection),
        )
        trail.note(point, connection, What.DUTY_GIVEN, who=volunteer_id, about=f"handover-{number}")
    noting_point.handed_over(point, number)
    return number


def take(point: Point, handover_id: int, volunteer_id: int) -> None:
    """Somebody read it and goes on.

    Raises:
        RosterRefused: another one did before.
    """
    with point.database.writing() as connection:
        if not duty.take_over(connection, handover_id, volunteer_id, point.clock()):
            raise RosterRefused(Why.GONE)
        trail.note(
            point, connection, What.DUTY_TAKEN, who=volunteer_id, about=f"handover-{handover_id}"
        )
    noting_point.handed_over(point, handover_id)


def looks_personal(text: str) -> bool:
    """Whether it holds a number of somebody's, or an e-mail address.

    >>> looks_personal("Máy quét kẹt lúc 9:30 ngày 22/11/2026"), looks_personal("gọi 0900 000 000")
    (False, True)
    """
    return "@" in text or _NUMBER.search(_DATE_OR_MONEY.sub(" ", text)) is not None
