"""A technician sees how the box is and gives out PINs; a volunteer does not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from flask import Flask

from appliance.config import HotspotSection
from appliance.core.diagnosis import note, out, well
from appliance.core.errors import DestinationUnreachable
from appliance.desk.point import Point
from appliance.desk.sending.examined import note_findings
from appliance.desk.sending.status import UPLOADER, report_status
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from appliance.wording import notice_for
from tests.quickly import LIGHT_PIN
from tests.station_page.conftest import PIN, Browser
from web.station.box import needs_reading
from web.station.here import EXTENSION


@pytest.fixture
def technician(app: Flask, point: Point) -> Browser:
    with point.database.writing() as connection:
        add_volunteer(connection, "Kỹ thuật", PIN, Role.TECHNICIAN, point.clock(), LIGHT_PIN)
    browser = Browser(app.test_client())
    assert browser.sign_in("Kỹ thuật").status_code == 303
    browser.get("/box")
    return browser


def test_a_technician_reads_what_the_box_found_of_itself(technician: Browser, point: Point) -> None:
    assert "Hộp chưa tự khám lần nào" in technician.get("/box").text
    note_findings(point, [well("power-well"), out("scanner-absent"), note("from-the-future")])
    page = technician.get("/box").text
    assert "Điểm đang tạm ngừng" in page
    assert page.index("Không thấy máy quét nào.") < page.index("Nguồn điện đủ mạnh.")
    assert "cắm lại dây USB rồi khám lại" in page
    assert "from-the-future" in page  # noted by a release that was taken back
    note_findings(point, [well("power-well")])
    assert "Điểm đang tạm ngừng" not in technician.get("/box").text


def test_a_technician_shows_a_phone_the_way_into_the_box_s_own_wi_fi(
    technician: Browser, app: Flask, point: Point
) -> None:
    assert "Wi-Fi của hộp" not in technician.get("/box").text
    assert technician.get("/box/hotspot.pdf").status_code == 404
    config = point.config.model_copy(
        update={"hotspot": HotspotSection(on=True, ssid="Trạm", password="a<b>c;d;12")}
    )
    app.extensions[EXTENSION] = replace(
        app.extensions[EXTENSION], point=replace(point, config=config)
    )
    page = technician.get("/box").text
    assert "<svg" in page[page.index("Wi-Fi của hộp") :]
    assert "a&lt;b&gt;c;d;12" in page
    assert technician.get("/box/hotspot.pdf").data.startswith(b"%PDF")


def told_pin(browser: Browser) -> str:
    found = re.search(r"(?:Mã PIN|Mã PIN mới của [^:]+): (\d+)\.", browser.get("/box").text)
    assert found, "no PIN was told"
    return found[1]


def test_a_volunteer_does_not_reach_the_box(browser: Browser, lan: Volunteer, point: Point) -> None:
    assert "/box" not in browser.get("/").text
    for answer in (
        browser.get("/box"),
        browser.post("/box/people", name="Ai", role="technician"),
        browser.post(f"/box/people/{lan.id}/pin"),
    ):
        assert answer.status_code == 403
        assert "chỉ dành cho kỹ thuật viên" in answer.text
    assert browser.sign_in().status_code == 303  # the PIN is still the old one


def test_a_technician_sees_what_is_wrong_and_what_to_do(technician: Browser, point: Point) -> None:
    assert 'href="/box"' in technician.get("/").text
    report_status(point, UPLOADER, "resting", DestinationUnreachable.code)
    text = unescape(technician.get("/box").text)
    assert notice_for(DestinationUnreachable.code).what in text
    assert "Đăng ký khai sinh" in text
    assert "dùng đến 28/02/2027" in text


def test_a_new_volunteer_signs_in_with_the_pin_that_was_told_once(
    technician: Browser, stranger: Browser
) -> None:
    technician.post("/box/people", name="  Hùng   Mẫu ")
    pin = told_pin(technician)
    assert pin not in technician.get("/box").text
    assert stranger.sign_in("Hùng Mẫu", pin).status_code == 303
    assert stranger.get("/box").status_code == 403


@pytest.mark.parametrize("name", ["", "   ", "lan", "a" * 61])
def test_a_name_that_cannot_be_is_told_and_adds_nobody(technician: Browser, name: str) -> None:
    technician.post("/box/people", name=name)
    text = technician.get("/box").text
    assert "Tên còn trống, quá dài hoặc đã có người dùng" in text
    assert text.count("Cấp mã PIN mới") == 2


def test_a_forgotten_pin_is_replaced_and_the_wait_ends(
    technician: Browser, stranger: Browser, lan: Volunteer
) -> None:
    for _ in range(5):
        stranger.get("/sign-in")
        last = stranger.post("/sign-in", name="Lan", pin="000000")
    assert last.status_code == 429
    technician.post(f"/box/people/{lan.id}/pin")
    pin = told_pin(technician)
    assert stranger.sign_in("Lan", pin).status_code == 303
    technician.post("/box/people/999/pin")
    assert "Không còn người này" in technician.get("/box").text


def test_whoever_helps_here_no_more_is_out_at_once(
    technician: Browser, browser: Browser, stranger: Browser, lan: Volunteer
) -> None:
    assert browser.get("/").status_code == 200
    technician.post(f"/box/people/{lan.id}/leave")
    assert "Lan không còn vào hộp được nữa." in technician.get("/box").text
    assert browser.get("/").location == "/sign-in"
    assert stranger.sign_in().status_code == 401
    assert ">Lan<" not in stranger.get("/sign-in").text


def test_a_technician_cannot_shut_the_only_door_behind_oneself(
    technician: Browser, browser: Browser, lan: Volunteer
) -> None:
    own = re.findall(r"/box/people/(\d+)/pin", technician.get("/box").text)
    for number in own:
        technician.post(f"/box/people/{number}/leave")
    assert technician.get("/box").status_code == 200
    assert browser.post(f"/box/people/{lan.id}/leave").location == "/sign-in"  # gone already


def test_a_law_that_ends_soon_is_pointed_out() -> None:
    assert needs_reading(date(2027, 2, 28), date(2027, 1, 2))
    assert not needs_reading(date(2027, 2, 28), date(2026, 11, 22))
    assert not needs_reading(None, date(2026, 11, 22))
