"""What is no dossier and still waits stands on the volunteers' first screen, with its door."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from appliance.core.point.appointment import Details, Kind, State
from appliance.core.point.roster import Takes
from appliance.desk.point import Point
from appliance.desk.running import appointments, duty, queue
from appliance.desk.running.appointments import Wanted
from appliance.desk.running.duty import Wanted as Planned
from appliance.desk.shifts import handing_over
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.publications.conftest import GOOD, stand
from tests.quickly import LIGHT_PIN
from tests.screenshots import keep_picture
from tests.station_page.chromium import Window
from tests.station_page.conftest import PIN, Browser, Clock


def words_at(browser: Browser, section: str) -> str:
    """The section of the first screen, as it is read; empty where there is none."""
    found = re.search(
        rf'<section[^>]*id="{section}".*?</section>', browser.get("/").text, re.DOTALL
    )
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", found[0])).split()) if found else ""


def test_a_quiet_day_takes_no_room(browser: Browser) -> None:
    assert words_at(browser, "today") == ""


def test_a_note_of_the_shift_before_meets_the_next_volunteer_and_not_who_wrote_it(
    browser: Browser, point: Point, lan: Volunteer
) -> None:
    handing_over.give(point, lan.id, "Máy quét hay kẹt giấy dày.")
    assert words_at(browser, "today") == ""
    with point.database.writing() as connection:
        nam = add_volunteer(connection, "Nam", PIN, Role.VOLUNTEER, point.clock(), LIGHT_PIN)
    number = handing_over.give(point, nam.id, "Hết mực in.")
    assert "Ca trước dặn lại Hết mực in." in words_at(browser, "today")
    handing_over.take(point, number, lan.id)
    assert words_at(browser, "today") == ""


def test_a_booking_asks_to_be_called_back_until_somebody_confirms(
    browser: Browser, point: Point, lan: Volunteer, clock: Clock
) -> None:
    tonight = clock.now.astimezone(point.zone)
    planned = Planned(
        lan.id, tonight.date(), tonight.replace(hour=18, minute=0).time(),
        tonight.replace(hour=21, minute=0).time(), takes=Takes.HOME,
    )  # fmt: skip
    duty.plan(point, planned, lan.id)
    slot = appointments.free_slots(point)[0]
    sau = Details("bà Sáu", "0900000123", "ngõ 3", "khai sinh")
    booked = appointments.book(
        point, Wanted(Kind.HOME, slot.begins_at, sau, consent=True), address="10.0.0.7"
    )
    first = words_at(browser, "today")
    assert "1 hẹn chờ gọi lại" in first
    assert "bà Sáu" not in first, "whoever passes the screen reads it, too"
    appointments.settle(point, booked.appointment.id, State.CONFIRMED, lan.id)
    assert "1 buổi hẹn từ giờ đến tối" in words_at(browser, "today")
    clock.now = slot.begins_at + timedelta(hours=1)
    assert words_at(browser, "today") == ""


def test_people_who_wait_with_a_number_are_counted(browser: Browser, point: Point) -> None:
    queue.give(point)
    queue.give(point)
    assert "2 người đang chờ theo số" in words_at(browser, "today")
    assert 'href="/visits#queue"' in browser.get("/").text


def test_what_the_ward_wrote_stands_on_the_first_screen_while_it_holds(
    browser: Browser, point: Point, clock: Clock
) -> None:
    assert "Thông báo của phường" not in browser.get("/").text
    stand(point, 1, GOOD)
    first = browser.get("/").text
    assert first.index("Thông báo của phường") < first.index("Hàng chờ gửi")
    assert "Điểm nghỉ từ 27 Tết" in first
    clock.pass_by(days=9)  # past its last day
    browser.sign_in("Lan", PIN)
    assert "Nghỉ Tết" not in browser.get("/").text


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_the_first_screen_with_all_of_it_has_no_barrier_and_fits_a_phone(
    window: Window, point: Point, lan: Volunteer
) -> None:
    stand(point, 1, GOOD)
    with point.database.writing() as connection:
        nam = add_volunteer(connection, "Nam", PIN, Role.VOLUNTEER, point.clock(), LIGHT_PIN)
    handing_over.give(point, nam.id, "Máy quét hay kẹt giấy dày; hết mực in thì gọi phường.")
    queue.give(point)
    for width in (1366, 360):
        window.page.set_viewport_size({"width": width, "height": 800})
        page = window.go("/")
        page.get_by_role("link", name="Ca trước dặn lại").wait_for()
        keep_picture(page, f"home-today-{width}", whole=True)
        assert window.barriers() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert window.hosts() == {window.address.removeprefix("http://")}, "a request left the box"
