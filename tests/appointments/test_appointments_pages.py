"""Booking on a citizen's phone, and the volunteers' list; nothing personal where it is not due."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from appliance.core.point.appointment import State
from appliance.desk.people import desk_keys
from appliance.desk.point import Point
from appliance.desk.running import appointments
from appliance.papers.prints.booking_slip import BookingSlip, print_booking_slip
from appliance.store.people.volunteers import Volunteer
from tests.appointments.conftest import DETAILS, MARKS, book
from tests.appointments.test_appointments_booked import power_cut
from tests.guides.test_guides_pages import words_of
from tests.screenshots import keep_picture
from tests.station_page.chromium import Window
from tests.station_page.conftest import PIN, Browser, Clock

pytestmark = pytest.mark.usefixtures("evening")

FIELDS = dict(zip(("name", "phone", "address", "need"), MARKS, strict=True))
SIX = "/book/home-20261123T1100"  # 18:00 in Việt Nam


def book_on(phone: Browser, path: str = SIX, **changes: str) -> tuple[str, str]:
    """Number and secret, as the phone shows them."""
    phone.get(path)
    answer = phone.post(path, **(FIELDS | {"consent": "yes"} | changes))
    assert answer.status_code == 303, words_of(answer.text)
    page = phone.get(answer.location).text
    number, secret = re.findall(r"<dd>([^<]+)</dd>", page)
    return number, secret


def test_a_phone_books_sees_and_calls_off(phone: Browser, point: Point, app: Flask) -> None:
    page = words_of(phone.get("/book").text)
    assert "Thứ Hai, 23/11/2026" in page
    assert "18:00–18:30" in page
    number, secret = book_on(phone)
    assert "18:00–18:30" not in words_of(phone.get("/book").text)
    other = Browser(app.test_client())  # the slip opens it on any phone
    other.get("/book/mine")
    seen = words_of(other.post("/book/mine", number=number, secret=secret).text)
    assert "Đã nhận, chờ tình nguyện viên xác nhận" in seen
    assert [mark for mark in MARKS if mark in seen] == []
    gone = words_of(other.post("/book/mine/cancel", number=number, secret=secret).text)
    assert "Đã hủy, thông tin đã xóa" in gone
    assert "18:00–18:30" in words_of(other.get("/book").text)
    again = other.post("/book/mine/cancel", number=number, secret=secret)
    assert (again.status_code, "đã hủy từ trước" in again.text) == (409, True)


def test_what_is_missing_is_told_and_nothing_typed_is_lost(phone: Browser, point: Point) -> None:
    for changes, told in (
        ({"name": ""}, "Chưa ghi tên gọi."),
        ({"phone": "chín không"}, "Số điện thoại chưa đúng: cần đủ các số"),
        ({"address": " "}, "Chưa ghi địa chỉ nhà."),
        ({"consent": ""}, "Chưa đánh dấu đồng ý."),
    ):
        phone.get(SIX)
        answer = phone.post(SIX, **(FIELDS | {"consent": "yes"} | changes))
        assert answer.status_code == 400
        assert told in words_of(answer.text)
        assert MARKS[3] in answer.text
        assert (" checked" in answer.text) == ("consent" not in changes)
    assert appointments.listed(point, point.clock(), point.clock() + appointments.FURTHEST) == []


@pytest.mark.parametrize(
    "time_of", ["home-20261123T1000", "point-20261123T1100", "home-20261399T1100", "x"]
)
def test_a_time_that_nobody_offers_is_told_as_taken(phone: Browser, time_of: str) -> None:
    path = f"/book/{time_of}"
    phone.get("/book/mine")
    assert phone.get(path).status_code == 404
    answer = phone.post(path, **FIELDS, consent="yes")
    assert (answer.status_code, "chọn một giờ khác" in answer.text) == (409, True)


def test_the_fourth_time_of_a_phone_is_for_the_volunteer(phone: Browser) -> None:
    for at in ("1100", "1130", "1200"):
        book_on(phone, f"/book/home-20261123T{at}")
    last = "/book/home-20261123T1230"
    phone.get(last)
    answer = phone.post(last, **FIELDS, consent="yes")
    assert (answer.status_code, "nói với tình nguyện viên" in answer.text) == (429, True)


def test_a_form_of_another_site_and_a_visitor_from_afar_get_nowhere(
    phone: Browser, app: Flask
) -> None:
    phone.token = "made up"
    assert phone.post(SIX, **FIELDS, consent="yes").status_code == 400
    far = app.test_client().get("/book", environ_base={"REMOTE_ADDR": "8.8.8.8"})
    assert (far.status_code, "nối Wi-Fi của điểm" in far.text) == (403, True)


def test_the_secret_is_shown_for_ten_minutes_and_on_a_kiosk_once(
    phone: Browser, clock: Clock
) -> None:
    book_on(phone)
    assert phone.get("/book/done").status_code == 200
    clock.pass_by(minutes=11)
    assert phone.get("/book/done").location == "/book/mine"
    phone.client.set_cookie("guide-look", "vi.plain.kiosk")
    book_on(phone, "/book/home-20261123T1130")
    assert phone.get("/book/done").location == "/book/mine"


def test_a_stranger_who_guesses_secrets_rests(phone: Browser, point: Point) -> None:
    number = book(point, 18).appointment.number
    phone.get("/book/mine")
    told = [phone.post("/book/mine", number=number, secret="AAAAA AAAAA") for _ in range(12)]
    assert [one.status_code for one in told] == [404] * 10 + [429] * 2


def test_the_volunteer_calls_back_confirms_and_writes_down(
    browser: Browser, phone: Browser, point: Point
) -> None:
    number, secret = book_on(phone)
    page = words_of(browser.get("/appointments").text)
    assert "1 hẹn đang chờ xác nhận" in page
    assert f"18:00–18:30 {MARKS[0]}" in page.replace("\xa0", " ")
    path = f"/appointments/{number.removeprefix('H-')}"
    assert [mark for mark in MARKS if mark not in browser.get(path).text] == []
    browser.post(f"{path}/confirm")
    browser.post(f"{path}/move", day="2026-11-24", begins="19:15")
    phone.get("/book/mine")
    seen = words_of(phone.post("/book/mine", number=number, secret=secret).text)
    assert "Thứ Ba, 24/11/2026, 19:15–19:45 Giờ đã được dời" in seen
    assert "Đã xác nhận" in seen
    browser.get(path)
    browser.post(f"{path}/done")
    answer = browser.post(f"{path}/refuse")
    assert "đã xong, đã hủy" in words_of(browser.get(answer.location).text)
    assert browser.get("/appointments/99").status_code == 404


def test_a_volunteer_books_for_somebody_without_a_phone(
    browser: Browser, phone: Browser, point: Point
) -> None:
    browser.get("/appointments/new")
    told = {"day": "2026-11-26", "begins": "17:30", "kind": "home"}
    refused = browser.post("/appointments/new", **told, **FIELDS)
    assert (refused.status_code, MARKS[2] in refused.text) == (400, True)
    assert [one for one in told.values() if f'value="{one}"' not in refused.text] == []
    answer = browser.post("/appointments/new", **told, **FIELDS, consent="yes")
    page = browser.get(answer.location).text
    number, secret = re.findall(r"<dd>([^<]+)</dd>", page)
    phone.get("/book/mine")
    assert "Đã xác nhận" in phone.post("/book/mine", number=number, secret=secret).text
    assert browser.get("/appointments/slip.pdf").data.startswith(b"%PDF")


def test_after_a_power_cut_the_list_says_who_can_open_it(
    browser: Browser, point: Point, lan: Volunteer
) -> None:
    desk_keys.sign_in(point, "Lan", PIN)
    number = book(point, 18).appointment.id
    power_cut(point)
    assert "đăng nhập bằng mã PIN thì đọc lại được" in browser.get("/appointments").text
    browser.post("/sign-out")
    browser.sign_in()
    assert MARKS[0] in browser.get(f"/appointments/{number}").text


def test_the_slip_is_a_sheet(point: Point) -> None:
    slip = BookingSlip("Điểm Mẫu", "H-1", "AAAAA CCCCC", "Thứ Hai", "Tại điểm", point.clock())
    assert print_booking_slip(slip).startswith(b"%PDF")


def test_english_is_there_for_every_sentence() -> None:
    from web.station.booking.room import words
    from web.station.look import Language
    from web.station.room_words import _catalogue

    def places(found: object, at: str = "") -> set[str]:
        if not isinstance(found, dict):
            return {at}
        return set().union(*(places(inside, f"{at}.{key}") for key, inside in found.items()))

    told = [places(_catalogue("web.station.booking", "booking", one)) for one in Language]
    assert told[0] == told[1]
    assert words.say("title")


def test_booking_and_the_list_in_a_real_browser(window: Window, point: Point) -> None:
    book(point, 18, 30)
    page = window.page
    page.set_viewport_size({"width": 360, "height": 740})
    window.go("/guides")
    page.get_by_text("Đặt lịch hẹn").first.click()
    page.get_by_text("18:00–18:30").click()
    for key, text in FIELDS.items():
        page.fill(f"#{key}", text)
    page.check("#consent")
    looks_well(window, "book-form", 360)
    page.get_by_role("button", name="Đặt giờ này").click()
    page.get_by_text("Mã riêng").wait_for()
    for path in ("/book/done", "/book", "/book/mine"):
        window.go(path)
        looks_well(window, path.strip("/").replace("/", "-"), 360)
    (first, details), *_ = appointments.listed(
        point, point.clock(), point.clock() + appointments.FURTHEST
    )
    assert (first.state, details) == (State.ASKED, DETAILS)
    for width in (1366, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("", f"/{first.id}", "/new"):
            window.go(f"/appointments{path}")
            looks_well(window, f"appointments{path.replace('/', '-')}-{width}", width)


def looks_well(window: Window, name: str, width: int) -> None:
    keep_picture(window.page, name, whole=True)
    assert window.barriers() == [], name
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width, name
