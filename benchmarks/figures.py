"""How quick are the pages of figures after a year of fifty visitors and three dossiers a day?

.venv/bin/python -m benchmarks.figures [--rounds 40]

A point in a temporary folder lives through 365 days in raw rows, at two places; what is older than
ninety days is forgotten by the code that forgets it on a box. Each page is then asked for in turn;
processor time and wall time, the 95th of a hundred of each.
"""

from __future__ import annotations

import random
import re
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Connection, insert
from uuid6 import uuid7

from appliance.config import Config, PathsSection, WardSection
from appliance.core.dossiers.dossier import DossierState
from appliance.core.point.visits import HowDone, Purpose
from appliance.core.wire.manifest import Event, EventType, WardState
from appliance.desk import served
from appliance.desk.point import Point, open_point
from appliance.desk.running import figures
from appliance.keys import age
from appliance.keys.canonical import canonical_json
from appliance.store import retention
from appliance.store.dossier import procedure_versions
from appliance.store.people.volunteers import Role, add_volunteer
from appliance.store.point import figures as kept
from appliance.store.schema.tables import dossier, receipt, submission, ward_event
from appliance.store.schema.visit_tables import visit
from benchmarks.machine import Row, counts, report
from web.station.app import create_app
from web.station.here import EXTENSION

PIN = "246810"
BUDGET = "≤ 200 ms p95"
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAYS, VISITS, DOSSIERS, KEPT_DAYS = 365, 50, 3, 90
PAGES = {
    "this month, all places": "/figures",
    "a month long settled": "/figures?period=2026-03",
    "the year, all places": "/figures?period=2026",
    "the year, one place": "/figures?period=2026&place=nha-van-hoa",
    "CSV of the year": "/figures/report.csv?period=2026",
    "the touch of visitors": "/visits",
    "the public board": "/guides/queue",
}


@dataclass
class Measured:
    """One page."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


def main() -> None:
    """Live a year, ask, print."""
    rounds = counts(__doc__, rounds=40).rounds
    with tempfile.TemporaryDirectory(prefix="bench-figures-") as name:
        point = lived(Path(name))
        app = create_app(point)
        client = signed_in(app.test_client())
        found = {what: Measured() for what in PAGES}
        for _ in range(rounds):
            for what, path in PAGES.items():
                ask(client, path, found[what])
        app.extensions[EXTENSION].freshness.close()
        rows = [row(what, one, rounds) for what, one in found.items()]
        rows.append(stored(point))
        point.database.close()
    report(rows, ("sqlalchemy", "flask", "leather"))


def ask(client: FlaskClient, path: str, into: Measured) -> None:
    """One look, which must succeed."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = client.get(path)
    into.wall_ms.append((time.perf_counter() - wall) * 1000)
    into.cpu_ms.append((time.process_time() - cpu) * 1000)
    assert answer.status_code == 200, path


def row(what: str, one: Measured, rounds: int) -> Row:
    """The 95th of a hundred, and the middle."""
    wall, cpu = (statistics.quantiles(ms, n=20)[-1] for ms in (one.wall_ms, one.cpu_ms))
    middle = statistics.median(one.cpu_ms)
    told = f"{cpu:.0f} ms of processor (median {middle:.0f}), {wall:.0f} ms on the clock"
    return Row(what, BUDGET, told, f"{rounds} looks, Flask's client")


def stored(point: Point) -> Row:
    """What a year weighs."""
    with point.database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT (SELECT count(*) FROM visit), (SELECT count(*) FROM dossier),"
            " (SELECT count(*) FROM figure_month), (SELECT sum(length(counts)) FROM figure_month)"
        ).one()
    told = f"{rows[0]} visits, {rows[1]} dossiers, {rows[2]} months of {rows[3]} bytes in all"
    return Row("rows after the year", "bounded", told, "after forgetting")


def signed_in(client: FlaskClient) -> FlaskClient:
    """Lan at the desk."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    fields = {"csrf_token": token[1], "name": "Lan", "pin": PIN}
    assert client.post("/sign-in", data=fields).status_code == 303
    return client


def lived(folder: Path) -> Point:
    """A point after its year."""
    config = Config(
        paths=PathsSection(state=folder / "state", runtime=folder / "run"),
        ward=WardSection(recipient=age.recipient_of(age.new_identity())),
    )
    point = open_point(config, lambda: NOW)
    point.database.migrate()
    served.add(point, "Nhà văn hóa")
    chance = random.Random(7)
    with point.database.writing() as connection:
        lan = add_volunteer(connection, "Lan", PIN, Role.VOLUNTEER, NOW)
        form = procedure_versions.keep(connection, point.procedures["khai-sinh"])
        for day in range(DAYS):
            at = NOW - timedelta(days=DAYS - 1 - day)
            place = "nha-van-hoa" if day % 3 == 0 else served.own(point).key
            _visitors(connection, at, place, chance)
            for number in range(DOSSIERS):
                _a_dossier(connection, at, place, (lan.id, form, day * DOSSIERS + number), chance)
        for month in range(1, 12):
            figures.ward_totals.note(
                connection, f"2026-{month:02}", 150, figures.ToldBy.PERSON, NOW
            )
        _forget(point, connection)
    return point


def _visitors(connection: Connection, at: datetime, place: str, chance: random.Random) -> None:
    connection.execute(
        insert(visit),
        [
            {
                "id": str(uuid7()),
                "at": at + timedelta(minutes=number * 5),
                "day": at.date().isoformat(),
                "place": place,
                "purpose": chance.choice(list(Purpose)),
                "how": chance.choice([None, *HowDone]),
            }
            for number in range(VISITS)
        ],
    )


def _a_dossier(
    connection: Connection,
    at: datetime,
    place: str,
    made: tuple[int, str, int],
    chance: random.Random,
) -> None:
    lan, form, number = made
    name = str(uuid7())
    sealed = at + timedelta(minutes=chance.randint(8, 60))
    connection.execute(
        insert(dossier).values(
            id=name, number=f"TH-0001-{number}", place=place, desk_key="age1none",
            procedure_id=chance.choice(["khai-sinh", "ket-hon", "khai-tu", "trich-luc"]),
            procedure_version="1", procedure_digest=form, state=DossierState.DELIVERED,
            opened_at=at, opened_by=lan, sealed_at=sealed,
        )
    )  # fmt: skip
    connection.execute(
        insert(submission).values(
            id=name, dossier_id=name, revision=1, destination="ward", state="delivered", body=b"",
            manifest_sha256="", created_at=sealed,
        )
    )  # fmt: skip
    connection.execute(
        insert(receipt).values(submission_id=name, code="X", received_at=sealed, message=b"")
    )
    said = (WardState.RECEIVED, WardState.ACCEPTED, WardState.RESULT_READY)
    for step, state in enumerate(said):
        when = sealed + timedelta(hours=5 * step)
        told = Event(
            seq=str(number * 3 + step), dossier_id=name, at=when, state=state,
            type=EventType.STATE_CHANGED,
        )  # fmt: skip
        connection.execute(
            insert(ward_event).values(
                seq=told.seq, dossier_id=name, at=when, state=state, message=canonical_json(told)
            )
        )


def _forget(point: Point, connection: Connection) -> None:
    """As upkeep does it day by day."""
    before = NOW - timedelta(days=KEPT_DAYS)
    kept.settle_visits(connection, before.date())
    for one in retention.over(connection, before, before, "", DAYS * DOSSIERS):
        kept.settle_dossier(connection, figures.here_of(point), one.id)
        retention.drop(connection, one.id)


if __name__ == "__main__":
    main()
