"""A year of a busy point in fast motion: what its card holds at the end.

``python -m tests.campaigns.old_age [--days 365] [--visitors 50] [--rounds 1] [--trail-days 180]``.
Each day visitors open, fill, scan and seal as the desk does, with small stand-ins for what takes
long (the PDFs of the seal); most are delivered the same day and answered by the ward in the weeks
after, all wait over a bad week now and then, some are left as drafts, some are asked for more and
never come back. The real upkeep runs *rounds* times a day, and the clock goes on.

Tells at each month what the card holds. Ends with 1 when upkeep sets something aside, when what is
kept of one visitor weighs more than PER_VISITOR bytes, or when the card holds more at the end than
it did a month after the last thing that retention lets go of began to go.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter, deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.config import RetentionSection
from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import SealedFile, Submission, SubmissionState
from appliance.core.wire.manifest import Event, EventType, Receipt, SupplementItem, WardState
from appliance.desk import noting
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing
from appliance.desk.sending.delivery import health, take_receipt
from appliance.desk.sending.status import point_status
from appliance.keys.canonical import sha256_hex
from appliance.services import upkeep
from appliance.store.card import in_use
from appliance.store.dossier import outbox, ward_events
from appliance.store.dossier.dossiers import move_dossier
from appliance.store.dossier.scan_requests import OnDesk
from appliance.store.people.volunteers import Role, add_volunteer
from tests.point.conftest import WardKeys, jpeg, lay_page, point_config

PER_VISITOR = 32 * 1024  # of everything that is kept for as long as it is, copies included
GROWTH = 1.05  # what may lie there at the end, against a month after it began to go
PROCEDURE, SLOT = "khai-sinh", "giay_chung_sinh"
LATER = timedelta(days=10)
ASKS_MORE = WardState.SUPPLEMENT_REQUESTED
BODY = b"{}" * 2000  # about what a manifest weighs
_OPEN_TO_SEALED = (DossierState.OPEN, DossierState.SEALED)


class Clock:
    """Goes on when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def campaign(
    home: Path,
    days: int,
    visitors: int,
    rounds: int,
    keep: RetentionSection,
    seed: int = 1,
    every: int = 1,
) -> dict[str, object]:
    """Live through it; prints a line a month. The box is on each *every* days, a week at most."""
    clock, dice = Clock(), random.Random(seed)
    config = point_config(home, WardKeys()).model_copy(update={"retention": keep})
    point = open_point(config, clock, lambda: clock().timestamp())
    point.database.migrate()
    # read once: 11 ms a visit otherwise, and nothing of it stays
    point.__dict__["procedures"] = {PROCEDURE: point.procedures[PROCEDURE]}
    in_use.hold(config.paths.state)  # as services do: upkeep mends nothing beneath them
    ward = Ward(point, dice)
    months: list[int] = []
    steady_day = max(keep.finished_days, keep.trail_days) + 45
    steady = 0
    with point.database.writing() as connection:
        helper = add_volunteer(connection, "Lan", "482915", Role.VOLUNTEER, clock()).id
    page, waiting, written = jpeg(), [], 0
    aside = 0
    began = time.process_time()
    for day in range(days):
        for _ in range(visitors):
            dossier_id = _visit(point, helper, page)
            if dice.random() < 0.98:  # the others are drafts that nobody takes up again
                waiting.append(_seal(point, dossier_id))
        bad_week = day % 60 < 5
        while waiting and not bad_week:
            ward.take(waiting.pop())
        ward.answer()
        for _ in range(rounds):
            clock.now += timedelta(hours=24 / rounds)
            if day % every:
                continue
            found = upkeep.run(point)
            aside += len(found.files_set_aside)
            written += found.copied_bytes or 0
        if (day + 1) % 30 == 0 or day == days - 1:
            held = _held(home)
            months.append(sum(held.values()))
            grown = months[-1] - (months[-2] if len(months) > 1 else 0)
            told = {"day": day + 1, "grown": grown} | held | _rows(point)
            print(json.dumps(told), flush=True)  # noqa: T201
        if day + 1 == steady_day:
            steady = _settled(_held(home))
    told = _held(home)
    outcome = {
        "days": days,
        "visitors": days * visitors,
        "held at the end": told,
        "bytes a visitor": _settled(told) // (min(days, steady_day) * visitors),
        "steady since": {"day": steady_day, "bytes": steady} if steady else None,
        "is flat": _settled(told) <= steady * GROWTH if steady else None,
        "written by copies, MB a day": round(written / 1e6 / days, 2),
        "set aside": aside,
        "head of a page, ms": _cpu_ms(lambda: point_status(point)),
        "heartbeat, ms": _cpu_ms(lambda: health(point, "0")),
        "newest dossiers, ms": _cpu_ms(lambda: dossiers.list_recent(point)),
        "cpu seconds": round(time.process_time() - began + sum(os.times()[2:4])),
    }
    point.database.close()
    return outcome


def _visit(point: Point, helper: int, page: bytes) -> str:
    dossier_id = dossiers.open_dossier(point, PROCEDURE, helper)
    dossiers.save_answers(point, dossier_id, {"child_name": "Nguyễn Văn Mẫu"})
    request = scanning.press(point, scanning.AskedBy.SCREEN)
    scanning.start_request(point, request)
    place = OnDesk(dossier_id, SLOT)
    for number in (1, 2):
        side = lay_page(point.spool / str(request), number, page)
        scanning.save_page(point, request, place, side)
    scanning.end_request(point, request, None)
    return dossier_id


def _seal(point: Point, dossier_id: str) -> Submission:
    """As the station does, but the sealed file holds some bytes instead of PDFs."""
    content = dossier_id.encode() * 2000
    name = point.sealed_files(dossier_id).save(content)
    file = SealedFile(SLOT, name, len(content), name, len(content), 2)
    submission = Submission(
        dossier_id, dossier_id, 1, "ward", SubmissionState.WAITING, BODY, sha256_hex(BODY),
        point.clock(), 0, None, None, None, (file,),
    )  # fmt: skip
    with point.database.writing() as connection:
        move_dossier(
            connection, dossier_id, *_OPEN_TO_SEALED, answers=None, sealed_at=point.clock()
        )
        outbox.add_submission(connection, submission)
    noting.sealed(point, submission.id)
    sealing.erase_pages(point, dossier_id)
    return submission


class Ward:
    """Takes what is sent, and says in the weeks after how far it is."""

    def __init__(self, point: Point, dice: random.Random) -> None:
        self._point, self._dice, self._seq = point, dice, 0
        self._due: deque[tuple[datetime, str, WardState]] = deque()

    def take(self, sent: Submission) -> None:
        now = self._point.clock()
        proof = Receipt(
            code=f"BN-{sent.id[-12:].upper()}",
            dossier_id=sent.dossier_id,
            manifest_sha256=sent.manifest_sha256,
            received_at=now,
            signature="0" * 86,
        )
        take_receipt(self._point, sent, proof)
        end = WardState.RESULT_READY if self._dice.random() < 0.99 else ASKS_MORE
        self._due += [
            (now, sent.dossier_id, WardState.CHECKING),
            (now + LATER, sent.dossier_id, end),
        ]

    def answer(self) -> None:
        """What is due by now; the oldest come first, which is near enough to the order of days."""
        events = []
        for _ in range(len(self._due)):
            at, dossier_id, state = self._due.popleft()
            if at > self._point.clock():
                self._due.append((at, dossier_id, state))
                continue
            self._seq += 1
            asks = state is ASKS_MORE
            kind = EventType.SUPPLEMENT_REQUESTED if asks else EventType.STATE_CHANGED
            items = (SupplementItem(what="paper", ref=SLOT, problem="unreadable"),) if asks else ()
            events.append(
                Event(
                    seq=str(self._seq), dossier_id=dossier_id, at=self._point.clock(),
                    type=kind, state=state, items=items,
                )
            )  # fmt: skip
        with self._point.database.writing() as connection:
            ward_events.add_events(connection, events, None, lambda words, _key: words)


def _held(home: Path) -> dict[str, int]:
    """Bytes below the state folder, by what they are."""
    held: Counter[str] = Counter()
    state = home / "state"
    for path in state.rglob("*"):
        if path.is_file():
            held[path.relative_to(state).parts[0].partition("-")[0]] += path.stat().st_size
    return dict(held)


def _settled(held: dict[str, int]) -> int:
    """Without what waits for the ward: a bad week is no growth."""
    return sum(held.values()) - held.get("outbox", 0)


def _rows(point: Point) -> dict[str, int]:
    """How many there are of what grows most."""
    with point.database.reading() as connection:
        return {
            f"rows of {name}": connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar()
            for name in ("dossier", "submission", "ward_event", "scan_request", "audit_line")
        }


def _cpu_ms(step: object) -> float:
    began = time.process_time()
    for _ in range(20):
        step()  # type: ignore[operator]
    return round((time.process_time() - began) * 50, 2)


def main() -> None:
    """The campaign, once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=1, help="of upkeep a day")
    usual = RetentionSection()
    parser.add_argument("--finished-days", type=int, default=usual.finished_days)
    parser.add_argument("--trail-days", type=int, default=usual.trail_days)
    asked = parser.parse_args()
    # in memory: what is measured is how much lies there, not how fast a card is
    with tempfile.TemporaryDirectory(prefix="old-age-", dir="/dev/shm") as folder:
        keep = RetentionSection(finished_days=asked.finished_days, trail_days=asked.trail_days)
        outcome = campaign(Path(folder), asked.days, asked.visitors, asked.rounds, keep)
    print(json.dumps(outcome))  # noqa: T201
    too_much = int(str(outcome["bytes a visitor"])) > PER_VISITOR
    sys.exit(bool(outcome["set aside"] or too_much or outcome["is flat"] is False))


if __name__ == "__main__":
    main()
