"""A screen nobody touches shows nothing of anybody, and the work goes on where it was left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import expect

from appliance.desk.dossier import dossiers
from appliance.desk.people import holding
from appliance.desk.point import Point
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.station_page.chromium import open_window
from tests.station_page.conftest import PIN, Browser, Clock, id_of, topic_page, view_of
from web.station.app import LOCK_AFTER, create_app
from web.station.here import EXTENSION


@pytest.fixture
def app(point: Point, clock: Clock, lan: Volunteer) -> Iterator[Flask]:
    app = create_app(point, monotonic=clock.monotonic, lock_after=LOCK_AFTER)
    yield app
    app.extensions[EXTENSION].freshness.close()


def test_after_three_minutes_every_page_asks_for_the_pin_and_tells_nothing(
    browser: Browser, dossier: str, clock: Clock, point: Point
) -> None:
    dossiers.save_answers(point, id_of(dossier), {"child_name": "Cao Minh Mẫu"})
    clock.pass_by(minutes=2, seconds=59)
    assert browser.get(dossier).status_code == 200
    clock.pass_by(minutes=3)
    for path in (dossier, f"{dossier}/check", "/", "/dossiers/new"):
        assert browser.get(path).location == "/locked"
    text = browser.get("/locked").text
    assert "Cao Minh" not in text
    assert "TH-0001" not in text
    assert browser.get(f"{dossier}/papers", headers={"X-Live": "1"}).status_code == 401


def test_the_pin_leads_back_to_where_the_work_was_left(
    browser: Browser, dossier: str, clock: Clock
) -> None:
    clock.pass_by(minutes=4)
    browser.get(dossier)
    browser.get("/locked")
    assert browser.post("/unlock", pin="000000").status_code == 401
    assert browser.get(dossier).location == "/locked"
    assert browser.post("/unlock", pin=PIN).location == dossier
    assert browser.get(dossier).status_code == 200


def test_a_page_that_refreshes_itself_does_not_keep_the_screen_open_but_a_reader_does(
    browser: Browser, dossier: str, clock: Clock
) -> None:
    for _ in range(5):
        clock.pass_by(minutes=1)
        reading = browser.get("/lamp", headers={"X-Live": "1", "X-Here": "1"})
    assert reading.status_code == 200
    for _ in range(3):
        clock.pass_by(minutes=1)
        alone = browser.get("/lamp", headers={"X-Live": "1"})
    assert alone.status_code == 401


def test_somebody_reading_is_noted_seldom(browser: Browser, clock: Clock) -> None:
    here = {"X-Live": "1", "X-Here": "1"}
    clock.pass_by(seconds=5)
    assert "Set-Cookie" not in browser.get("/lamp", headers=here).headers
    clock.pass_by(seconds=20)
    assert "Set-Cookie" in browser.get("/lamp", headers=here).headers


def test_a_form_typed_for_longer_than_that_is_kept_and_asks_for_the_pin(
    browser: Browser, dossier: str, clock: Clock, point: Point
) -> None:
    clock.pass_by(minutes=10)
    page = topic_page(point, dossier, "child_name")
    typed = {"topic": page.rpartition("/")[2], "child_name": "Cao Minh Mẫu"}
    sent = browser.post(f"{dossier}/answers", revision="0", **typed)
    assert sent.location == "/locked"
    assert view_of(point, dossier).answers["child_name"] == "Cao Minh Mẫu"
    assert browser.get(page).location == "/locked"
    assert "Cao Minh" not in browser.get("/locked").text
    assert browser.post("/unlock", pin=PIN).location == page
    assert "Cao Minh Mẫu" in browser.get(page).text


def test_a_late_button_keeps_what_was_typed_and_moves_no_paper(
    browser: Browser, dossier: str, clock: Clock, point: Point
) -> None:
    clock.pass_by(minutes=3)
    scan = f"{dossier}/slots/giay_chung_sinh/scan"
    sent = browser.post(scan, revision="0", child_name="Cao Minh Mẫu")
    assert sent.location == "/locked"
    view = view_of(point, dossier)
    assert (view.answers["child_name"], view.scan) == ("Cao Minh Mẫu", None)
    browser.get("/locked")
    assert browser.post("/unlock", pin=PIN).location == dossier


def test_a_late_form_without_its_token_keeps_nothing(
    browser: Browser, dossier: str, clock: Clock, point: Point
) -> None:
    clock.pass_by(minutes=4)
    browser.token = "x"
    browser.post(f"{dossier}/answers", revision="0", child_name="X")
    assert "child_name" not in view_of(point, dossier).answers


def test_a_late_agreement_seals_nothing_and_is_read_again_first(
    browser: Browser, dossier: str, clock: Clock, point: Point
) -> None:
    clock.pass_by(minutes=4)
    assert browser.post(f"{dossier}/seal", consent="yes", seen="").location == "/locked"
    browser.get("/locked")
    assert browser.post("/unlock", pin=PIN).location == f"{dossier}/check"
    assert view_of(point, dossier).seal is None


def test_a_late_form_over_another_screens_work_is_shown_after_the_pin(
    browser: Browser, dossier: str, clock: Clock, point: Point
) -> None:
    dossiers.save_answers(point, id_of(dossier), {"child_name": "Cao Minh Khác"})
    clock.pass_by(minutes=4)
    late = browser.post(f"{dossier}/answers", revision="0", child_name="Cao Minh Mẫu")
    assert late.location == "/locked"
    assert "Cao Minh" not in browser.get("/locked").text
    browser.post("/unlock", pin=PIN)
    told = browser.get(dossier)
    assert told.status_code == 409
    assert "Cao Minh Mẫu" in told.text
    assert view_of(point, dossier).answers["child_name"] == "Cao Minh Khác"
    assert browser.get(dossier).status_code == 200  # told once


def test_a_late_form_of_a_dossier_that_somebody_took_over_changes_nothing(
    app: Flask, browser: Browser, dossier: str, clock: Clock, point: Point
) -> None:
    with point.database.writing() as connection:
        hoa = add_volunteer(connection, "Hoà", PIN, Role.VOLUNTEER, clock.now)
    clock.pass_by(minutes=4)
    holding.hold(point, id_of(dossier), hoa.id, take_over=True)
    sent = browser.post(f"{dossier}/answers", revision="0", child_name="X")
    assert sent.location == "/locked"
    assert "child_name" not in view_of(point, dossier).answers


def test_a_screen_locked_by_hand_takes_nothing_more(
    browser: Browser, dossier: str, point: Point
) -> None:
    assert browser.post("/lock", back=dossier).location == "/locked"
    assert browser.send(f"{dossier}/answers", child_name="X").status_code == 401
    assert browser.post(f"{dossier}/answers", revision="0", child_name="X").location == "/locked"
    assert "child_name" not in view_of(point, dossier).answers
    assert browser.post("/unlock", pin=PIN).location == dossier


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/nowhere", "/locked", "", "javascript:1"]
)
def test_nobody_is_sent_away_after_the_pin(browser: Browser, back: str) -> None:
    browser.post("/lock", back=back)
    assert browser.post("/unlock", pin=PIN).location == "/"


def test_pins_cannot_be_tried_at_a_locked_screen(browser: Browser) -> None:
    browser.post("/lock", back="/")
    codes = [browser.post("/unlock", pin="000000").status_code for _ in range(5)]
    assert codes == [401, 401, 401, 401, 429]
    assert browser.post("/unlock", pin=PIN).status_code == 429


def test_another_volunteer_signs_out_the_first_one(browser: Browser) -> None:
    browser.post("/lock", back="/")
    assert browser.post("/sign-out").location == "/sign-in"


@pytest.mark.browser
@pytest.mark.timeout(120)
def test_the_screen_hides_by_itself_and_saves_what_was_being_typed(
    address: str, lan: Volunteer, point: Point
) -> None:
    path = f"/dossiers/{dossiers.open_dossier(point, 'khai-sinh', lan.id)}"
    with open_window(address) as window:
        window.sign_in("Lan", PIN)
        window.page.clock.install()
        page = window.go(topic_page(point, path, "child_name"))
        page.locator("#f-child_name").press_sequentially("Cao Minh")  # the box is not left
        page.clock.fast_forward(LOCK_AFTER.seconds * 1000)
        expect(page.get_by_role("heading", name="Màn hình đã khóa")).to_be_visible(timeout=15_000)
        assert "Cao" not in page.content()
        assert view_of(point, path).answers["child_name"] == "Cao Minh"
        assert window.barriers() == []
        page.fill("#pin", PIN)
        page.keyboard.press("Enter")
        expect(page.locator("#f-child_name")).to_have_value("Cao Minh")
        assert not window.complaints


@pytest.mark.browser
@pytest.mark.timeout(120)
def test_without_a_script_a_late_form_asks_for_the_pin_and_then_shows_what_was_typed(
    address: str, lan: Volunteer, point: Point, clock: Clock
) -> None:
    path = f"/dossiers/{dossiers.open_dossier(point, 'khai-sinh', lan.id)}"
    with open_window(address, javascript=False) as window:
        window.sign_in("Lan", PIN)
        page = window.go(topic_page(point, path, "child_name"))
        page.fill("#f-child_name", "Cao Minh Mẫu")
        clock.pass_by(minutes=4)
        page.get_by_role("button", name="Lưu và tiếp").click()
        expect(page.get_by_role("heading", name="Màn hình đã khóa")).to_be_visible()
        assert "Cao" not in page.content()
        page.fill("#pin", PIN)
        page.keyboard.press("Enter")
        expect(page.locator("#f-child_name")).to_have_value("Cao Minh Mẫu")
