"""kill -9 at every named step of a supplement: each request makes exactly one more revision."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.config import (
    Config,
    PathsSection,
    PointSection,
    TextSection,
    WardSection,
    read_config,
)
from appliance.core.dossiers.dossier import DossierState
from appliance.core.wire.manifest import SupplementItem, WardState
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing, supplements
from appliance.desk.sending.delivery import Sending
from appliance.desk.sending.feed import read_feed
from appliance.destinations.ward_service import WardService
from appliance.keys.signing import receipt_verifies
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Role, add_volunteer
from tests.delivery.dying_box import STEPS
from tests.delivery.strict_ward import BASE
from tests.delivery.ward_process import WardProcess
from tests.point.conftest import scan_into
from web.ward.database import open_database
from web.ward.home import open_home
from web.ward.office.answers import Touch, ask_for_supplement
from web.ward.office.current import current_papers
from web.ward.office.reader import Reader

SLOT = "giay_chung_sinh"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[WardProcess]:
    running = WardProcess(tmp_path / "ward")
    yield running
    running.kill()


@pytest.fixture
def config(ward: WardProcess, tmp_path: Path) -> Path:
    """The file that the box reads, in this process and in those that die."""
    token = tmp_path / "token"
    token.write_text(str(ward.made.token))
    told = Config(
        point=PointSection(code="KV-0007"),
        paths=PathsSection(state=tmp_path / "state", runtime=tmp_path / "run"),
        ward=WardSection(
            url=f"http://127.0.0.1:{ward.port}{BASE}",
            recipient=ward.made.recipient,
            verify_key=ward.made.verify_key,
            token_file=token,
        ),
        text=TextSection(layer="off"),
    ).model_dump(mode="json", exclude_none=True, include={"point", "paths", "ward", "text"})
    path = tmp_path / "config.toml"
    path.write_text(
        "\n".join(
            f"[{name}]\n" + "\n".join(f"{key} = {json.dumps(v)}" for key, v in table.items())
            for name, table in told.items()
        )
    )
    return path


@pytest.fixture
def point(config: Path) -> Iterator[Point]:

    opened = open_point(read_config(config))
    opened.database.migrate()
    yield opened
    opened.database.close()


def box(config: Path, step: str | None = None) -> int:
    command = [sys.executable, "-m", "tests.delivery.dying_box", str(config)]
    done = subprocess.run(
        command + ([step] if step else []),
        capture_output=True,
        check=False,
        timeout=120,
        cwd=ROOT,  # a library that another test loads may have taken us elsewhere
    )
    assert step or done.returncode == 0, done.stderr.decode()
    return done.returncode


def hear(point: Point) -> None:
    ward = point.config.ward
    assert ward.token_file is not None
    service = WardService(
        ward.url, ward.token_file.read_text(), ward.verify_key, Sending(point, "listens")
    )
    read_feed(point, service.events)
    service.close()


def ask(ward: WardProcess, dossier_id: str, seen: WardState) -> None:
    item = SupplementItem(what="paper", ref=SLOT, problem="unreadable")
    touch = Touch(dossier_id, seen, "canbo", datetime.now(UTC))
    engine = open_database(f"sqlite:///{ward.home}/ward.sqlite")
    ask_for_supplement(engine, touch, None, (item,))
    engine.dispose()


@pytest.mark.timeout(600)
def test_whatever_line_dies_each_request_makes_one_revision_and_no_more(
    ward: WardProcess, config: Path, point: Point
) -> None:
    with point.database.writing() as connection:
        helper = add_volunteer(connection, "Lan", "246810", Role.VOLUNTEER, point.clock())
    dossier_id = dossiers.open_dossier(point, "khai-sinh", helper.id)
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, SLOT)
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    box(config)
    for number, step in enumerate(STEPS, start=2):
        ask(ward, dossier_id, WardState.RECEIVED)
        hear(point)
        supplements.begin(point, dossier_id, helper.id)
        scan_into(point, dossier_id, SLOT)
        sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
        assert box(config, step) == -signal.SIGKILL, step
        box(config)
        hear(point)
        view = dossiers.look_at(point, dossier_id)
        assert (view.dossier.state, view.dossier.revision) == (DossierState.DELIVERED, number), step
        assert view.request is None, step
        assert point.pages.names() == set(), step

    last = len(STEPS) + 1
    with point.database.reading() as connection:
        sent = outbox.submissions_of(connection, dossier_id)
        proofs = [outbox.receipt_of(connection, one.id) for one in sent]
    assert [one.revision for one in sent] == list(range(1, last + 1))
    assert all(
        proof is not None
        and receipt_verifies(proof, ward.made.verify_key)
        and proof.manifest_sha256 == one.manifest_sha256
        for one, proof in zip(sent, proofs, strict=True)
    )
    with sqlite3.connect(f"file:{ward.home}/ward.sqlite?mode=ro", uri=True) as held:
        rows = held.execute("SELECT number, manifest FROM revision ORDER BY number").fetchall()
    assert [(number, bytes(body)) for number, body in rows] == [
        (one.revision, one.body) for one in sent
    ]
    engine = open_database(f"sqlite:///{ward.home}/ward.sqlite")
    reader = Reader(engine, open_home(ward.home))
    opened = [reader.contents(dossier_id, number) for number in range(1, last + 1)]
    [paper] = current_papers(opened)
    assert [held.revision for held in paper.files] == [last]
    engine.dispose()
