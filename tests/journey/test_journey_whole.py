"""The main job, end to end, on real processes: a press becomes a receipt, also through kill -9."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.demo.browser import Browser, Document, PageRefused
from appliance.demo.house import House
from appliance.demo.visit import PROCEDURE, play_visit
from appliance.desk.dossier.dossiers import DossierView, look_at
from appliance.desk.point import Point
from appliance.keys.signing import receipt_verifies
from appliance.pretend.sample_answers import sample_answers
from web.ward.office.reader import open_dossier

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: what a journey leaves must not hinder the next."""
    return tmp_path_factory.mktemp("house")


def until(holds: Callable[[], bool], patience_s: float = 120.0) -> None:
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, f"still not so after {patience_s:g} s"
        time.sleep(0.02)


def test_one_command_plays_the_whole_journey_and_prints_what_came_of_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "appliance.cli", "demo", "--once", "--pages", "3"],
        capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["pages"] == 3
    assert {pdf["slot"]: pdf["pages"] for pdf in result["pdfs"]}["giay_chung_sinh"] == 3
    assert all(0 < pdf["bytes"] <= 1_900_000 for pdf in result["pdfs"])
    assert all(re.fullmatch(r"[0-9a-f]{64}", pdf["sha256"]) for pdf in result["pdfs"])
    assert re.fullmatch(r"[0-9A-Z-]{8,24}", result["receipt"]["code"])
    assert result["receipt"]["signature_verified"] is True
    assert result["ward_has_all_bytes"] is True
    assert set(result["seconds"]) == {"scan", "clean", "seal", "upload", "total"}
    assert all(seconds >= 0 for seconds in result["seconds"].values())
    assert len(done.stdout.splitlines()) > 5  # progress all the way
    assert list(tmp_path.iterdir()) == []  # no clutter where it was started


class Visitor:
    """A volunteer at the page and a citizen at the button, step by step."""

    def __init__(self, house: House, point: Point) -> None:
        self.house, self.point = house, point
        self.browser = Browser(house.web_url)
        (name, pin), *_ = house.pins.items()
        door = self.browser.get("/sign-in").form("/sign-in")
        self.browser.submit(door, name=name, pin=pin)
        choose = self.browser.get("/dossiers/new").form("/dossiers")
        desk = self.browser.submit(choose, procedure=PROCEDURE)
        self.dossier_id = desk.url.partition("/dossiers/")[2][:36]

    @property
    def view(self) -> DossierView:
        return look_at(self.point, self.dossier_id)

    def press(self, sheets: int) -> None:
        self.house.lay_papers(sheets)
        self.house.press()

    def batch_ended(self) -> bool:
        return self.view.scan is not None and self.view.scan.state in ("done", "failed")

    def fill_and_check(self) -> None:
        typed = {"next": "check"}
        for key, value in sample_answers(PROCEDURE, self.point.today()).items():
            if isinstance(value, dict):
                typed |= {f"{key}-{part}": str(inside) for part, inside in value.items()}
            else:
                typed[key] = str(value)
        self.check = self.browser.submit(self.topic().form("/answers"), **typed)

    def topic(self) -> Document:
        return self.browser.get(f"/dossiers/{self.dossier_id}/topics/1")

    def agree(self) -> None:
        self.browser.submit(self.check.form("/seal"), consent="yes")


def the_ward_holds_it_once(visitor: Visitor) -> None:
    proof = visitor.view.receipt
    assert proof is not None
    assert receipt_verifies(proof, visitor.point.config.ward.verify_key)
    papers = open_dossier(visitor.house.ward_home, visitor.dossier_id)
    assert papers.contents.local_number == visitor.view.dossier.number


def test_a_dossier_survives_kill_minus_9_of_every_service_on_its_way(
    house: House, point: Point
) -> None:
    visitor = Visitor(house, point)
    house.scanner.pace_s = 0.5
    visitor.press(sheets=4)
    until(lambda: len(visitor.view.pages) >= 2)
    house.kill("station")
    kept = len(visitor.view.pages)
    assert kept >= 2
    house.scanner.pace_s = 0.0
    house.start("station")
    until(visitor.batch_ended)
    assert len(visitor.view.pages) >= kept  # what was saved stays saved
    visitor.press(sheets=1)
    until(lambda: len(visitor.view.pages) == kept + 1)

    house.kill("web")
    house.start("web")
    house.wait_for_the_page()
    visitor.fill_and_check()  # the session outlived the service: its key lies in memory

    house.kill("uploader")
    visitor.agree()
    house.kill("station")
    house.start("station")
    until(lambda: visitor.view.submission is not None)
    house.kill("ward")
    house.start("uploader")
    until(lambda: (visitor.view.submission or None) is not None and attempts(visitor) >= 1)
    house.start("ward")
    house.hurry_outbox()
    until(lambda: visitor.view.receipt is not None)
    the_ward_holds_it_once(visitor)
    # the row of the seal comes first, the plain pages go after it
    until(lambda: point.pages.names() == set(), patience_s=20)
    house.must_be_alive()


def attempts(visitor: Visitor) -> int:
    submission = visitor.view.submission
    return submission.attempts if submission else 0


def test_a_second_house_in_the_same_folder_goes_on_where_the_first_stopped(
    house: House, point: Point
) -> None:
    visit = play_visit(house, 2, say=lambda line: None)
    assert visit.signature_verified
    assert visit.ward_has_all_bytes


def test_nothing_of_a_citizen_is_readable_in_what_a_journey_leaves(
    house: House, home: Path, point: Point
) -> None:
    visitor = Visitor(house, point)
    visitor.press(sheets=1)
    until(visitor.batch_ended)
    visitor.fill_and_check()
    answers = sample_answers(PROCEDURE, point.today())
    marks = [answers[key].encode() for key in ("child_name", "mother_name", "father_id_number")]
    for path in (*(home / "state").rglob("*"), *home.glob("*.log")):
        if path.is_file():
            content = path.read_bytes()
            assert not [mark for mark in marks if mark in content], path


def test_a_stranger_at_the_page_sees_nothing(house: House, point: Point) -> None:
    visitor = Visitor(house, point)
    stranger = Browser(house.web_url)
    led_to = stranger.get(f"/dossiers/{visitor.dossier_id}")
    assert led_to.url.endswith("/sign-in")
    with pytest.raises(PageRefused):
        stranger.submit(visitor.topic().form("/answers"), child_name="Người lạ")
