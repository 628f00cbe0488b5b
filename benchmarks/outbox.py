"""Does the point stay quick when ten thousand dossiers wait, and as many have arrived?

.venv/bin/python -m benchmarks.outbox [--few 100] [--many 10000] [--rounds 60]

Two points in temporary folders, one with few and one with many sealed dossiers, half of them in
the outbox and half at the ward. Each operation is done on both in turn; processor time, so that a
busy machine does not matter.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert
from uuid6 import uuid7

from appliance.config import Config, PathsSection, WardSection
from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import SubmissionState
from appliance.core.wire.manifest import WardState
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point, open_point
from appliance.desk.sending.delivery import Sending, health
from appliance.desk.sending.status import point_status
from appliance.desk.sending.waiting import list_waiting
from appliance.keys import age
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Role, add_volunteer
from appliance.store.schema import tables
from benchmarks.machine import Row, counts, report
from web.station.app import create_app
from web.station.here import EXTENSION

PIN = "246810"
BUDGET = "≤ 1.5 ×"
PACKAGES = ("sqlalchemy", "flask")
Step = Callable[[Point], object]


@dataclass
class Measured:
    """One operation on both points."""

    name: str
    few_ms: list[float]
    many_ms: list[float]

    def row(self, few: int, many: int) -> Row:
        small, large = statistics.median(self.few_ms), statistics.median(self.many_ms)
        return Row(
            self.name,
            BUDGET,
            f"{large / small:.2f} ×",
            f"{small:.2f} ms with {few}, {large:.2f} ms with {many}; {len(self.few_ms)} rounds",
        )


def main() -> None:
    """Measure and print."""
    wanted = counts(__doc__, few=100, many=10_000, rounds=60)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        points = []
        for name, count in (("few", wanted.few), ("many", wanted.many)):
            point = a_point(Path(folder) / name)
            stack.callback(point.database.close)
            fill(point, count)
            points.append(point)
        measured = measure(points[0], points[1], wanted.rounds)
        report([one.row(wanted.few, wanted.many) for one in measured], PACKAGES)


def measure(few: Point, many: Point, rounds: int) -> list[Measured]:
    """Every operation on both, in turn, so that what else runs weighs on both alike."""
    homes = {id(point): first_screen(point) for point in (few, many)}
    steps: dict[str, Step] = {
        "claim the next dossier and put it back": claim,
        "look whether anything is due": look,
        "status in the head of each page": point_status,
        "list what waits": list_waiting,
        "list the newest dossiers": dossiers.list_recent,
        "list what the ward asks for": dossiers.asked_by_ward,
        "heartbeat": lambda point: health(point, "0"),
        "open a dossier": lambda point: dossiers.open_dossier(point, "khai-sinh", 1),
        "draw the first screen": lambda point: homes[id(point)](),
    }
    measured = [Measured(name, [], []) for name in steps]
    for number in range(rounds + 3):
        for one, step in zip(measured, steps.values(), strict=True):
            for point, noted in ((few, one.few_ms), (many, one.many_ms)):
                begun = time.process_time()
                step(point)
                took_ms = (time.process_time() - begun) * 1000
                if number >= 3:  # the first rounds warm up
                    noted.append(took_ms)
    return measured


def claim(point: Point) -> None:
    """As the uploader does, and rests after a cut line."""
    taken = Sending(point, "bench").take()
    assert taken is not None
    with point.database.writing() as connection:
        until = point.clock() + timedelta(seconds=1)
        outbox.rest(connection, taken.id, until, "destination-unreachable", "")


def look(point: Point) -> None:
    """What the uploader does four times a second."""
    with point.database.reading() as connection:
        outbox.has_due(connection, point.clock())


def first_screen(point: Point) -> Callable[[], object]:
    """The page of a signed-in volunteer, drawn anew."""
    app = create_app(point)
    client = app.test_client()
    token = client.get("/sign-in").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    client.post("/sign-in", data={"csrf_token": token, "name": "Lan", "pin": PIN})

    def draw() -> object:
        answer = client.get("/")
        assert answer.status_code == 200
        return answer

    draw()
    app.extensions[EXTENSION].freshness.close()
    return draw


def a_point(folder: Path) -> Point:
    """Real tables, keys and procedures."""
    point = open_point(
        Config(
            paths=PathsSection(state=folder / "state", runtime=folder / "runtime"),
            ward=WardSection(recipient=age.recipient_of(age.new_identity())),
        )
    )
    point.database.migrate()
    with point.database.writing() as connection:
        add_volunteer(connection, "Lan", PIN, Role.VOLUNTEER, point.clock())
    return point


def fill(point: Point, count: int) -> None:
    """*count* that wait and *count* that arrived, fifty a day, as seal and uploader leave them."""
    now, kind = point.clock(), point.procedures["khai-sinh"]
    packed = zlib.compress(kind.model_dump_json().encode())
    rows: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("dossier", "submission", "submission_file", "receipt", "ward_event")
    }
    for number in range(2 * count):
        arrived, one = number < count, str(uuid7())
        at = now - timedelta(days=1 + (2 * count - number) // 50, minutes=number % 50)
        state = DossierState.DELIVERED if arrived else DossierState.SEALED
        rows["dossier"].append(
            {"id": one, "number": f"TH-0001-{at:%Y%m%d}-{number}", "procedure_id": kind.id,
             "procedure_version": kind.version, "procedure_json": packed, "state": state,
             "opened_at": at, "opened_by": 1, "desk_key": "age1gone", "sealed_at": at}
        )  # fmt: skip
        rows["submission"].append(
            {"id": one, "dossier_id": one, "revision": 1, "destination": "ward",
             "state": SubmissionState.DELIVERED if arrived else SubmissionState.WAITING,
             "body": b"{}" * 1500, "manifest_sha256": one, "created_at": at,
             "next_try_at": None if number % 2 else now - timedelta(minutes=1)}
        )  # fmt: skip
        rows["submission_file"].append(
            {"submission_id": one, "slot": "giay_chung_sinh", "sha256": f"{number:064x}",
             "bytes": 1, "content_sha256": one, "content_bytes": 1, "pages": 1}
        )  # fmt: skip
        if arrived:
            rows["receipt"].append(
                {"submission_id": one, "code": one, "received_at": at, "message": b"{}"}
            )
            event = {"seq": str(number + 1), "dossier_id": one, "at": at.isoformat(),
                     "type": "state_changed", "state": WardState.ACCEPTED}  # fmt: skip
            rows["ward_event"].append(
                {"seq": event["seq"], "dossier_id": one, "at": at, "state": WardState.ACCEPTED,
                 "message": json.dumps(event).encode()}
            )  # fmt: skip
    with point.database.writing() as connection:
        for name, listed in rows.items():
            connection.execute(insert(tables.metadata.tables[name]), listed)


if __name__ == "__main__":
    main()
