"""What asks for a volunteer beside dossiers: a note, people to call back, visits, numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from appliance.core.point.appointment import State
from appliance.desk.point import Point
from appliance.desk.running import queue
from appliance.desk.running.appointments import FURTHEST
from appliance.store.point import appointments, duty
from appliance.store.point.duty import Handover


@dataclass(frozen=True, slots=True)
class Today:
    """Counts and one note; nothing in it tells who booked or waits."""

    note: Handover | None  # of another volunteer, while nobody took over
    to_call: int  # citizens booked and nobody has confirmed
    booked: int  # confirmed, between now and midnight
    waiting: int  # queue numbers where the box stands

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.note or self.to_call or self.booked or self.waiting)


def look(point: Point, volunteer_id: int) -> Today:
    """As it is now, for that volunteer: one's own note is no news."""
    now = point.clock()
    midnight = datetime.combine(point.today() + timedelta(days=1), time(), tzinfo=point.zone)
    with point.database.reading() as connection:
        notes = duty.handovers(connection, 1)
        to_call = appointments.count_between(connection, State.ASKED, now, now + FURTHEST)
        booked = appointments.count_between(
            connection, State.CONFIRMED, now, midnight.astimezone(UTC)
        )
    note = notes[0] if notes and notes[0].taken_at is None else None
    return Today(
        note=note if note is not None and note.given_by != volunteer_id else None,
        to_call=to_call,
        booked=booked,
        waiting=len(queue.now(point).waiting),
    )
