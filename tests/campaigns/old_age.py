"""A year of a busy point in fast motion: what its card holds at the end.

``python -m tests.campaigns.old_age [--days 365] [--visitors 50] [--rounds 10]`` (three seconds a
day). Each day visitors open, fill, scan and seal as the desk does, with small stand-ins for what
takes long (the PDFs of the seal); most are delivered the same day, all wait over a bad week now and
then, some are left as drafts. The real upkeep runs *rounds* times a day, and the clock goes on.
Tells at each month what the card holds; ends with 1 when upkeep sets something aside, or when what
is kept of one visitor weighs more than PER_VISITOR bytes.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from appliance.core.dossier import DossierState
from appliance.core.manifest import Receipt
from appliance.core.submission import SealedFile, Submission, SubmissionState
from appliance.desk import dossiers, noting, scanning, sealing
from appliance.desk.delivery import erase_sealed, health
from appliance.desk.point import Point, open_point
from appliance.desk.status import point_status
from appliance.keys.canonical import sha256_hex
from appliance.services import upkeep
from appliance.store import outbox
from appliance.store.dossiers import move_dossier
from appliance.store.scan_requests import OnDesk
from appliance.store.volunteers import Role, add_volunteer
from tests.point.conftest import WardKeys, jpeg, lay_page, point_config

PER_VISITOR = 64 * 1024  # of everything that stays after the receipt, copies included
SLOT = "giay_chung_sinh"
BODY = b"{}" * 2000  # about what a manifest weighs
_OPEN_TO_SEALED = (DossierState.OPEN, DossierState.SEALED)


class Clock:
    """Goes on when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def campaign(home: Path, days: int, visitors: int, rounds: int, seed: int = 1) -> dict[str, object]:
    """Live through it; prints a line a month."""
    clock, dice = Clock(), random.Random(seed)
    point = open_point(point_config(home, WardKeys()), clock, lambda: clock().timestamp())
    point.database.migrate()
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
            _deliver(point, waiting.pop())
        for _ in range(rounds):
            clock.now += timedelta(hours=24 / rounds)
            found = upkeep.run(point)
            aside += len(found.files_set_aside)
            written += found.copied_bytes or 0
        if (day + 1) % 30 == 0 or day == days - 1:
            print(json.dumps({"day": day + 1} | _held(home)), flush=True)  # noqa: T201
    told = _held(home)
    outcome = {
        "days": days,
        "visitors": days * visitors,
        "held at the end": told,
        "bytes a visitor": sum(told.values()) // (days * visitors),
        "written by copies, MB a day": round(written / 1e6 / days, 2),
        "set aside": aside,
        "head of a page, ms": _cpu_ms(lambda: point_status(point)),
        "heartbeat, ms": _cpu_ms(lambda: health(point, "0")),
        "newest dossiers, ms": _cpu_ms(lambda: dossiers.list_recent(point)),
        "cpu seconds": round(time.process_time() - began),
    }
    point.database.close()
    return outcome


def _visit(point: Point, helper: int, page: bytes) -> str:
    dossier_id = dossiers.open_dossier(point, "khai-sinh", helper)
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


def _deliver(point: Point, sent: Submission) -> None:
    proof = Receipt(
        code=f"BN-{sent.id[:8].upper()}",
        dossier_id=sent.dossier_id,
        manifest_sha256=sent.manifest_sha256,
        received_at=point.clock(),
        signature="0" * 86,
    )
    with point.database.writing() as connection:
        outbox.mark_delivered(connection, sent, proof)
    noting.delivered(point, sent.id)
    erase_sealed(point, sent.id)


def _held(home: Path) -> dict[str, int]:
    """Bytes below the state folder, by what they are."""
    held: Counter[str] = Counter()
    state = home / "state"
    for path in state.rglob("*"):
        if path.is_file():
            held[path.relative_to(state).parts[0].partition("-")[0]] += path.stat().st_size
    return dict(held)


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
    parser.add_argument("--rounds", type=int, default=10, help="of upkeep a day")
    asked = parser.parse_args()
    # in memory: what is measured is how much lies there, not how fast a card is
    with tempfile.TemporaryDirectory(prefix="old-age-", dir="/dev/shm") as folder:
        outcome = campaign(Path(folder), asked.days, asked.visitors, asked.rounds)
    print(json.dumps(outcome))  # noqa: T201
    sys.exit(bool(outcome["set aside"] or int(str(outcome["bytes a visitor"])) > PER_VISITOR))


if __name__ == "__main__":
    main()
