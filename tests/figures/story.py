"""A point's life in raw rows, told by a machine, and counted beside it by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import insert
from uuid6 import uuid7

from appliance.core.dossiers.dossier import DossierState
from appliance.core.point.figures import Channel, Figures
from appliance.core.point.visits import Face, HowDone, Purpose
from appliance.core.wire.manifest import Event, EventType, WardState
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import visits
from appliance.keys.canonical import canonical_json
from appliance.store.dossier import procedure_versions
from appliance.store.people.volunteers import Volunteer
from appliance.store.schema.tables import dossier, receipt, submission, ward_event

Counted = Counter[tuple[str, ...]]


def flat(months: dict[tuple[str, str], Figures]) -> Counted:
    """Each count on a line of its own, so that two ways of counting can be laid side by side."""
    found: Counted = Counter()
    for (month, place), one in months.items():
        for name in ("visits", "helped", "faces", "minutes", "answer_hours"):
            for key, count in getattr(one, name).items():
                found[month, place, name, str(key)] += count
        for procedure, ways in one.dossiers.items():
            for way, count in ways.items():
                found[month, place, procedure, way] += count
        found[month, place, "asked"] += one.asked
        found[month, place, "supplements"] += one.supplements
    return +found


@dataclass
class Story:
    """Does things at a point and counts them by its own arithmetic."""

    point: Point
    helper: Volunteer
    expected: Counted = field(default_factory=Counter)
    seq: int = 0

    @property
    def _month(self) -> str:
        local = self.point.clock().astimezone(self.point.zone)
        return f"{local.year}-{local.month:02}"

    @property
    def _place(self) -> str:
        return served.here_now(self.point).key

    def somebody_comes(self, purpose: Purpose, how: HowDone | None, face: Face | None) -> None:
        visit = visits.touch(self.point, purpose)
        self.expected[self._month, self._place, "visits", purpose] += 1
        if how is not None:
            assert visits.mark(self.point, visit, how)
            self.expected[self._month, self._place, "helped", how] += 1
        if face is not None:
            token = visits.let_answer(self.point, visit)
            assert token is not None
            assert visits.answer(self.point, token, face)
            assert not visits.answer(self.point, token, face)
            self.expected[self._month, self._place, "faces", face] += 1

    def a_touch_was_wrong(self, purpose: Purpose) -> None:
        assert visits.undo(self.point, visits.touch(self.point, purpose))

    def the_box_goes_to(self, name: str) -> None:
        new = served.add(self.point, name)
        assert new is not None
        assert served.move(self.point, new.key)

    def a_dossier(
        self, procedure: str, channel: Channel | None, minutes: int, said: tuple[WardState, ...]
    ) -> None:
        """From opening to the ward's words, an hour apart; *channel* None: it was given up."""
        opened = self.point.clock()
        done = opened + timedelta(minutes=minutes)
        name, place = str(uuid7()), self._place
        sealed = channel in (Channel.WARD, Channel.STICK)
        with self.point.database.writing() as connection:
            pinned = self.point.procedures["khai-sinh"]
            connection.execute(
                insert(dossier).values(
                    id=name,
                    number=f"KV-0007-{uuid4()}",
                    procedure_id=procedure,
                    procedure_version="1",
                    procedure_digest=procedure_versions.keep(connection, pinned),
                    state=DossierState.DELIVERED if sealed else DossierState.ERASED,
                    opened_at=opened,
                    opened_by=self.helper.id,
                    desk_key="age1none",
                    sealed_at=done if sealed else None,
                    erased_at=None if sealed else done,
                    taken_at=done if channel is Channel.PHONE else None,
                    place=place,
                )
            )
            if sealed:
                self._send(connection, name, 1, channel, done)
            if sealed:
                for hour, state in enumerate(said, start=1):
                    at = done + timedelta(hours=hour)
                    self._say(connection, name, at, state)
                    if state is WardState.SUPPLEMENT_REQUESTED:  # a word about it asks for no more
                        self._say(connection, name, at, state, EventType.MESSAGE)
        month = self._month_of(done)
        if channel is not None:
            self.expected[month, place, procedure, channel] += 1
        if sealed:
            self.expected[month, place, "minutes", str(min(minutes, 480))] += 1
            self._expect_words(place, done, said)

    def _expect_words(self, place: str, done: datetime, said: tuple[WardState, ...]) -> None:
        heard = False
        for hour, state in enumerate(said, start=1):
            month = self._month_of(done + timedelta(hours=hour))
            if state is WardState.SUPPLEMENT_REQUESTED:
                self.expected[month, place, "asked"] += 1
            if not heard and state not in (WardState.RECEIVED, WardState.CHECKING):
                self.expected[month, place, "answer_hours", str(hour)] += 1
                heard = True

    def _month_of(self, moment: datetime) -> str:
        local = moment.astimezone(self.point.zone)
        return f"{local.year}-{local.month:02}"

    def _send(self, connection, name, revision, channel, at) -> None:  # type: ignore[no-untyped-def]
        connection.execute(
            insert(submission).values(
                id=name,
                dossier_id=name,
                revision=revision,
                destination="folder" if channel is Channel.STICK else "ward",
                state="delivered",
                body=b"",
                manifest_sha256="",
                created_at=at,
            )
        )
        connection.execute(
            insert(receipt).values(submission_id=name, code="X", received_at=at, message=b"")
        )

    def _say(self, connection, name, at, state, kind=None) -> None:  # type: ignore[no-untyped-def]
        self.seq += 1
        asks = state is WardState.SUPPLEMENT_REQUESTED
        kind = kind or (EventType.SUPPLEMENT_REQUESTED if asks else EventType.STATE_CHANGED)
        told = Event(seq=str(self.seq), dossier_id=name, at=at, type=kind, state=state)
        connection.execute(
            insert(ward_event).values(
                seq=str(self.seq), dossier_id=name, at=at, state=state, message=canonical_json(told)
            )
        )
