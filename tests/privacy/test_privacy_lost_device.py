"""A lost box brings nothing more, and the office knows within minutes what was on it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import Engine, insert
from uuid6 import uuid7

from appliance.core.wire.manifest import Heartbeat, TrailHead
from appliance.papers.prints.lost_device import LostLine, LostSheet, print_lost_device
from web.ward.boxes.devices import add_device, device_of_token, devices, note_heartbeat
from web.ward.boxes.lost_device import report_lost
from web.ward.database import open_database, reading, writing
from web.ward.init import init_ward
from web.ward.settings import WardSettings
from web.ward.tables import dossier

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.fixture
def ward(tmp_path: Path) -> WardSettings:
    settings = WardSettings(tmp_path / "ward", None)
    init_ward(settings)
    return settings


@pytest.fixture
def engine(ward: WardSettings) -> Engine:
    return open_database(ward.database_url)


@pytest.fixture
def token(engine: Engine) -> str:
    with writing(engine) as conn:
        return add_device(conn, "tram-9", NOW - timedelta(days=200))


def brought(engine: Engine, token: str, state: str, days_ago: int) -> str:
    """A dossier of that box, as a commit leaves it."""
    wanted = str(uuid7())
    with writing(engine) as conn:
        conn.execute(
            insert(dossier).values(
                id=wanted, device_id=device_of_token(conn, token), state=state, revision=1,
                code=f"BD-{wanted[-4:]}-{days_ago:04d}".upper(), secret="s", procedure_id="p",
                point="KV-0007", received_at=NOW - timedelta(days=days_ago), moved_at=NOW,
            )
        )  # fmt: skip
    return wanted


def heard(engine: Engine, token: str, **told: object) -> None:
    beat = Heartbeat.model_validate(
        {"version": "1", "queue": 2, "oldest_waiting_s": 9, "disk_free_mb": 9} | told
    )
    with writing(engine) as conn:
        number = device_of_token(conn, token)
        assert number is not None
        note_heartbeat(conn, number, beat, NOW)


def test_its_token_ends_and_everything_it_held_is_told_by_ids_and_counts(
    engine: Engine, token: str
) -> None:
    heard(engine, token, drafts=3)
    waits = brought(engine, token, "supplement_requested", 2)
    done = brought(engine, token, "accepted", 5)
    brought(engine, token, "accepted", 120)
    with writing(engine) as conn:
        lost = report_lost(conn, "tram-9", NOW, NOW - timedelta(hours=2))
        assert lost is not None
        assert device_of_token(conn, token) is None
    assert lost.health is not None
    assert (lost.health.drafts, lost.health.queue) == (3, 2)
    assert lost.by_state == {"supplement_requested": 1, "accepted": 2}
    assert [one.id for one in lost.lately] == [waits, done]
    assert [one.id for one in lost.perhaps_open] == [waits]
    assert lost.report_until == NOW + timedelta(hours=70)


def test_told_twice_it_keeps_the_moment_of_the_first_time(engine: Engine, token: str) -> None:
    with writing(engine) as conn:
        report_lost(conn, "tram-9", NOW)
        again = report_lost(conn, "tram-9", NOW + timedelta(days=1))
    assert again is not None
    assert again.revoked_at == NOW
    with writing(engine) as conn:
        assert report_lost(conn, "no such box", NOW) is None


def test_a_trail_that_goes_back_is_kept_beside_the_new_one(engine: Engine, token: str) -> None:
    for number, letter in ((5, "a"), (9, "b"), (7, "c"), (12, "d")):
        heard(engine, token, audit=TrailHead(seq=number, digest=letter * 64))
    heard(engine, token)  # of an older release: says nothing of it
    with reading(engine) as conn:
        (box,) = [one for one in devices(conn) if one.name == "tram-9"]
    assert box.trail == "12:" + "d" * 64
    assert box.lost_trail == "9:" + "b" * 64


def test_the_command_writes_the_sheet_and_says_until_when(
    ward: WardSettings, engine: Engine, token: str, tmp_path: Path
) -> None:
    brought(engine, token, "accepted", 1)
    sheet = tmp_path / "mat-hop.pdf"

    def run(name: str, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "appliance.commands.ward", "lost-device"]
        return subprocess.run(
            [*command, str(ward.home), name, "--sheet", str(sheet), *words],
            capture_output=True, text=True, timeout=100, check=False,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip

    done = run("tram-9", "--known-at", "2026-11-21T08:30")
    assert (done.returncode, done.stderr) == (0, "")
    assert "to be reported until 08:30 24/11/2026" in done.stdout
    with pikepdf.open(sheet) as pdf:
        assert len(pdf.pages) >= 1
    with reading(engine) as conn:
        assert device_of_token(conn, token) is None
    unknown = run("tram-8")
    assert unknown.returncode == 1
    assert "there is no box tram-8" in unknown.stderr
    assert "future" in run("tram-9", "--known-at", "2999-01-01T00:00").stderr


def test_a_box_that_was_never_heard_and_one_with_a_thousand_dossiers_fit_on_paper() -> None:
    many = tuple(LostLine(str(uuid7()), f"BD-{n:04d}-XXXX", NOW) for n in range(1000))
    for lines in ((), many):
        sheet = LostSheet(
            device="tram-9", known_at=NOW, report_until=NOW + timedelta(hours=72),
            revoked_at=NOW, seen_at=None, drafts=None, waiting=None, brought=len(lines),
            perhaps_open=lines[:2], lately=lines, made_at=NOW,
        )  # fmt: skip
        assert print_lost_device(sheet).startswith(b"%PDF")
