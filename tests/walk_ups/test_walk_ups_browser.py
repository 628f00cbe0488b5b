"""A person scans without a dossier; a volunteer finds the papers in Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from appliance.desk.dossier import dossiers
from appliance.desk.pages import cleaning
from appliance.desk.point import Point
from appliance.desk.sending.status import STATION, report_status
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_pages import write_sample_pages
from appliance.store.people.volunteers import Volunteer
from tests.screenshots import keep_picture
from tests.station_page.chromium import Window, open_window
from tests.station_page.conftest import *
from tests.station_page.conftest import PIN, Clock, Tray
from tests.station_page.conftest import point as plain_point  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SLOT_TITLE = "Giấy chứng sinh"


@pytest.fixture
def point(plain_point: Point, clock: Clock) -> Point:
    """Uptime moves with the clock that the test moves."""
    object.__setattr__(plain_point, "uptime", clock.monotonic)
    report_status(plain_point, STATION, "ready", None)
    return plain_point


def clean_all(point: Point) -> None:
    while (work := cleaning.next_work(point)) is not None:
        cleaning.save_cleaned(point, work, cleaned(work.master, work.order))


def claim(window: Window) -> None:
    """From the first screen to the slot, as a volunteer does it."""
    page = window.page
    page.fill("#numbers", "1")
    page.get_by_role("button", name="Nhận giấy đã quét").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hỏi người dân trước khi mở")
    expect(page.locator("main img")).to_have_count(0)
    page.get_by_role("button", name="Đúng, mở ra xem").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Giấy này vào hồ sơ nào?")
    expect(page.locator(".walk-up img")).to_have_count(2)
    page.get_by_role("button", name=SLOT_TITLE).click()
    expect(page.get_by_text("Đã nhận 2 trang vào hồ sơ.")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_papers_scanned_before_anybody_asked_find_their_dossier(
    point: Point, lan: Volunteer, tray: Tray, address: str, javascript: bool
) -> None:
    tray.press(pages=2)
    clean_all(point)
    mine = dossiers.open_dossier(point, "khai-sinh", lan.id)
    with open_window(address, javascript=javascript) as window:
        window.sign_in("Lan", PIN)
        expect(window.page.get_by_text("Số 1", exact=True)).to_be_visible()
        claim(window)
        assert not window.complaints
    assert len(dossiers.look_at(point, mine).pages) == 2


def test_a_press_shows_on_the_first_screen_by_itself_and_typing_is_not_disturbed(
    point: Point, lan: Volunteer, tray: Tray, address: str
) -> None:
    with open_window(address) as window:
        window.sign_in("Lan", PIN)
        expect(window.page.locator("#numbers")).to_be_hidden()  # nobody waits
        tray.press()
        window.page.fill("#numbers", "2")
        tray.press(pages=2)
        expect(window.page.get_by_text("Số 2", exact=True)).to_be_visible(timeout=6000)
        assert window.page.input_value("#numbers") == "2"
        expect(window.page.get_by_text("Giấy chờ nhận: số 1, 2")).to_be_visible(timeout=6000)


def test_pictures_come_by_themselves_as_pages_are_cleaned(
    point: Point, lan: Volunteer, tray: Tray, address: str
) -> None:
    tray.press(pages=2)
    with open_window(address) as window:
        window.sign_in("Lan", PIN)
        window.go("/walk-ups?numbers=1")
        window.page.get_by_role("button", name="Đúng, mở ra xem").click()
        expect(window.page.locator(".walk-up .paper-blank")).to_have_count(2)
        clean_all(point)
        expect(window.page.locator(".walk-up img")).to_have_count(2, timeout=6000)
        assert not window.complaints


@pytest.mark.parametrize("width", [1366, 768, 360])
def test_no_screen_of_walk_ups_has_a_barrier_or_is_too_wide(
    point: Point, lan: Volunteer, tray: Tray, clock: Clock, address: str, tmp_path: Path, width: int
) -> None:
    tray.papers = write_sample_pages(tmp_path / "papers", dpi=100, count=3)
    with open_window(address, width=width) as window:

        def picture(name: str) -> None:
            window.page.wait_for_load_state("load")
            keep_picture(window.page, f"{name}-{width}", whole=True)
            too_wide = window.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert too_wide <= 0, f"{name} is {too_wide} px wider than a screen of {width}"
            assert window.barriers() == [], name

        tray.press(pages=2)
        clock.pass_by(minutes=26)
        tray.press(pages=3)
        tray.press(error_code="paper-jam")
        clock.pass_by(minutes=1)
        clean_all(point)
        report_status(point, STATION, "ready", None)
        window.sign_in("Lan", PIN)
        picture("home-walk-ups")
        window.go("/walk-ups?numbers=2 3 9")
        picture("walk-ups-gone")
        window.go("/walk-ups?numbers=2 3")
        picture("walk-ups-ask")
        window.page.get_by_role("button", name="Đúng, mở ra xem").click()
        picture("walk-ups-no-dossier")
        dossiers.open_dossier(point, "khai-tu", lan.id)
        dossiers.open_dossier(point, "khai-sinh", lan.id)
        window.page.reload()
        window.page.locator(".recent a").first.click()
        picture("walk-ups-slots")
        assert not window.complaints
