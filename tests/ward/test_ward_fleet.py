"""All points from afar: the head's page and Prometheus, from real heartbeats."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from ruamel.yaml import YAML

from appliance.cli import tramhoso
from appliance.core.wire.manifest import Heartbeat, TrailHead
from tests.ward.officer import Page
from web.ward.app import create_app
from web.ward.boxes.devices import add_device, device_of_token, note_heartbeat, revoke_device
from web.ward.boxes.fleet import Trouble, fleet, same_code
from web.ward.database import open_database, reading, writing
from web.ward.doors.metrics import GAUGES, lines
from web.ward.init import init_ward
from web.ward.settings import WardSettings
from web.ward.wording import words

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs"
LINE = re.compile(r'tramhoso_box_\w+\{box="(?:[^"\\\n]|\\.)*"(?:,version="[^"]*")?\} [0-9.e+]+')
WELL = {"version": "0.1.0", "queue": 0, "oldest_waiting_s": 0, "disk_free_mb": 9000}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> WardSettings:
    """A ward with a box of each kind."""
    made = WardSettings(tmp_path_factory.mktemp("ward") / "home")
    init_ward(made)  # brings hop-1, never heard of
    engine = open_database(made.database_url)
    with writing(engine) as conn:

        def box(name: str, ago: timedelta, **told: object) -> None:
            number = device_of_token(conn, add_device(conn, name, NOW - timedelta(days=9)))
            assert number is not None
            beat = Heartbeat.model_validate(WELL | told)
            note_heartbeat(conn, number, beat, NOW - ago)

        soon = timedelta(minutes=3)
        box("khoẻ", soon)
        box("im lặng", timedelta(hours=2))
        box('chờ "lâu"\\', soon, queue=2, oldest_waiting_s=5 * 3600)
        box("vừa chốt", soon, queue=1, oldest_waiting_s=60)
        box("đầy thẻ", soon, disk_free_mb=120)
        box("ngừng", soon, out_of_service=["scanner-absent"])
        box("đã mất", soon)
        revoke_device(conn, "đã mất", NOW)
        number = device_of_token(conn, add_device(conn, "lùi", NOW))
        assert number is not None
        for seq in (9, 5):
            beat = Heartbeat(**WELL, audit=TrailHead(seq=seq, digest="a" * 64))
            note_heartbeat(conn, number, beat, NOW)
    engine.dispose()
    return made


@pytest.fixture(scope="module")
def client(settings: WardSettings) -> FlaskClient:
    return create_app(settings).test_client()


def test_each_box_is_told_with_its_trouble_and_those_come_first(settings):
    with reading(open_database(settings.database_url)) as conn:
        found = fleet(conn, NOW)
    assert {one.name: list(one.troubles) for one in found} == {
        'chờ "lâu"\\': [Trouble.WAITS_LONG],
        "hop-1": [Trouble.NEVER_SEEN],
        "im lặng": [Trouble.SILENT],
        "ngừng": [Trouble.OUT_OF_SERVICE],
        "lùi": [Trouble.TRAIL_WENT_BACK],
        "đầy thẻ": [Trouble.LITTLE_DISK],
        "khoẻ": [],
        "vừa chốt": [],
    }
    assert [bool(one.troubles) for one in found] == [True] * 6 + [False] * 2


def test_two_boxes_of_one_point_code_are_told_here_and_to_both(tmp_path: Path) -> None:
    made = WardSettings(tmp_path / "home")
    init_ward(made)
    engine = open_database(made.database_url)
    numbers = {}
    with writing(engine) as conn:
        for name, code in (("túi 1", "BD-0001"), ("túi 2", "bd-0001"), ("túi 3", "BD-0003")):
            number = device_of_token(conn, add_device(conn, name, NOW))
            assert number is not None
            numbers[name] = number
            note_heartbeat(conn, number, Heartbeat(**WELL, point_code=code), NOW)
    with reading(engine) as conn:
        told = {one.name: one.troubles for one in fleet(conn, NOW)}
        assert told["túi 1"] == told["túi 2"] == (Trouble.SAME_CODE,)
        assert told["túi 3"] == ()
        assert same_code(conn, numbers["túi 1"]) == ("túi 2",)
        assert same_code(conn, numbers["túi 3"]) == ()
    with writing(engine) as conn:
        note_heartbeat(conn, numbers["túi 2"], Heartbeat(**WELL, point_code="BD-0002"), NOW)
        assert same_code(conn, numbers["túi 1"]) == ()
    engine.dispose()


def test_every_trouble_says_what_it_is_and_what_to_do():
    told = words()["box_trouble"]
    assert set(told) == {str(one) for one in Trouble}
    assert all(set(one) == {"what", "next"} for one in told.values())


def test_a_head_reads_all_points_on_one_page(settings, client):
    engine = open_database(settings.database_url)
    with writing(engine) as conn:
        from web.ward.office.officers import Role, add_officer

        add_officer(conn, "truong", "mật khẩu thử", Role.HEAD)
    engine.dispose()
    door = Page(client.get("/sign-in").text).forms[""]
    client.post("/sign-in", data=door | {"name": "truong", "password": "mật khẩu thử"})
    page = Page(client.get("/office/boxes").text)
    assert "Hộp chưa báo về lần nào." in page.text
    assert "120 MB" in page.text
    assert re.search(r"[678] trên 8 hộp cần xem lại\.", page.text)  # by the clock: some fell silent
    assert "Hộp tự ngừng nhận giấy." in page.text
    assert "(scanner-absent)" in page.text
    assert "lâu nhất 5 giờ" in page.text
    assert "đã mất" not in page.text
    assert "/office/boxes" in page.links


def test_metrics_are_for_who_has_the_token_and_for_nobody_before_there_is_one(settings, client):
    for told in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"}):
        assert client.get("/metrics", headers=told).status_code == 401
    words_ = ["ward", "metrics-token", str(settings.home)]
    first = CliRunner().invoke(tramhoso, words_).stdout.strip()
    second = CliRunner().invoke(tramhoso, words_).stdout.strip()
    assert (settings.home / "metrics.token").stat().st_mode & 0o777 == 0o600
    assert client.get("/metrics", headers={"Authorization": f"Bearer {first}"}).status_code == 401
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {second}"})
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    samples = [line for line in answer.text.splitlines() if not line.startswith("# ")]
    assert all(LINE.fullmatch(line) for line in samples), samples
    assert len(samples) == len(set(samples))
    assert r'tramhoso_box_oldest_waiting_seconds{box="chờ \"lâu\"\\"} 18000' in samples
    assert 'tramhoso_box_disk_free_bytes{box="đầy thẻ"} 125829120' in samples
    assert 'tramhoso_box_out_of_service{box="ngừng"} 1' in samples
    assert 'tramhoso_box_out_of_service{box="khoẻ"} 0' in samples
    assert not any('seen_age_seconds{box="hop-1"}' in line for line in samples)


def test_the_example_alerts_speak_of_gauges_that_exist():
    rules = YAML(typ="safe").load(DOCS / "alerts.example.yml")["groups"][0]["rules"]
    spoken = {name for rule in rules for name in re.findall(r"tramhoso_\w+", rule["expr"])}
    assert spoken == {name for name, _, _ in GAUGES} - {"tramhoso_box_queue"} | {
        "tramhoso_box_info"
    }


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="there is no promtool (Debian's prometheus)"
)
def test_prometheus_itself_takes_the_example_alerts_and_what_metrics_says(settings):
    with reading(open_database(settings.database_url)) as conn:
        told = "\n".join(lines(fleet(conn, NOW), NOW)) + "\n"
    for words_, said in (
        (["check", "rules", str(DOCS / "alerts.example.yml")], ""),
        (["check", "metrics"], told),
    ):
        done = subprocess.run(
            ["promtool", *words_], input=said, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
