"""The pages of the roster as a volunteer and a visitor use them."""

from __future__ import annotations

import io
from datetime import timedelta

from flask import Flask

from appliance.core.point.appointment import Details, Kind
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import appointments, duty
from appliance.desk.running.appointments import Wanted
from appliance.papers.prints.duty_notice import DutyNotice, print_duty_notice
from appliance.store.people.volunteers import Volunteer
from tests.duty.test_duty_calendar import MONDAY, event, ics, planned
from tests.guides.test_guides_pages import words_of
from tests.screenshots import keep_picture
from tests.station_page.chromium import Window
from tests.station_page.conftest import PIN, Browser, Clock


def plan(browser: Browser, who: Volunteer, **fields: str) -> str:
    browser.get("/duty")
    told = {"volunteer": str(who.id), "day": "2026-11-23", "span": "08:00-11:00", "weeks": "1"}
    answer = browser.post("/duty", **(told | fields))
    if answer.status_code == 400:
        return words_of(answer.text)
    return words_of(browser.get(answer.location).text)


def test_a_week_is_planned_and_the_public_page_tells_it(
    browser: Browser, stranger: Browser, lan: Volunteer, nam: Volunteer, clock: Clock
) -> None:
    told = plan(browser, nam, weeks="2")
    assert "Đã thêm 2 ca trực. Trần Văn Nam, 08:00–11:00." in told
    assert "Đã thêm 1 ca trực." in plan(
        browser, lan, day="2026-11-24", begins="18:00", ends="20:00", takes="home"
    )
    page = words_of(browser.get("/duty?day=2026-11-23").text)
    assert "08:00–11:00 Trần Văn Nam" in page, "two may be called Nam: the desk says the whole name"
    assert "nhận hẹn đến nhà" in page
    public = words_of(stranger.get("/guides/hours").text)
    assert "Bảy ngày tới" in public
    assert "Nam" in public
    assert "Trần Văn" not in public  # the whole name is nobody's business at the door
    clock.pass_by(hours=24)
    assert "Người trực: Nam" in words_of(stranger.get("/guides").text)


def test_the_desk_reads_the_names_that_the_door_tells(browser: Browser, stranger: Browser) -> None:
    page = words_of(browser.get("/duty?day=2026-11-22").text)
    assert "Giờ mở cửa: 08:00–11:00 bà Tư" in page
    assert "Chưa ai nhận trực; bà con thấy tên ghi theo giờ mở cửa." in page
    assert "Người trực: bà Tư" in words_of(stranger.get("/guides/hours").text)


def test_a_slip_of_the_hand_is_told_and_changes_nothing(
    browser: Browser, point: Point, lan: Volunteer
) -> None:
    for fields in (
        {"begins": "25:00", "ends": "26:00"},
        {"day": "30/02"},
        {"volunteer": "x"},
        {"weeks": "99"},
        {"span": ""},
    ):
        assert "Chưa thay đổi gì" in plan(browser, lan, **fields)
    assert planned(point) == []


def test_several_days_are_planned_at_once_and_a_slip_loses_nothing_that_was_typed(
    browser: Browser, point: Point, nam: Volunteer
) -> None:
    served.add(point, "Nhà văn hóa tổ 5")
    browser.get("/duty?day=2026-11-23")
    typed = {"volunteer": str(nam.id), "begins": "18:00", "ends": "17:00", "weeks": "2",
             "place": "nha-van-hoa-to-5", "takes": "point", "monday": "2026-11-23"}  # fmt: skip
    days = ["2026-11-23", "2026-11-25", "2026-11-27"]
    answer = browser.post("/duty", **typed, day=days)
    assert answer.status_code == 400
    assert "giờ đến phải sau giờ từ" in words_of(answer.text)
    assert planned(point) == []
    hall = "nha-van-hoa-to-5"
    for value in ('value="18:00"', 'value="17:00"', f'value="{hall}" selected', 'value="2"'):
        assert value in answer.text, value
    assert answer.text.count(" checked") == len(days)
    assert f'value="{nam.id}" selected' in answer.text
    answer = browser.post("/duty", **(typed | {"ends": "20:30"}), day=days)
    assert "Đã thêm 6 ca trực." in words_of(browser.get(answer.location).text)
    assert [line[:5] for line in planned(point)] == [
        "23/11", "25/11", "27/11", "30/11", "02/12", "04/12",
    ]  # fmt: skip
    nothing = browser.post("/duty", **typed)
    assert "Chưa chọn ngày nào." in words_of(nothing.text)


def test_whoever_cancels_a_shift_learns_who_waits_for_it(
    browser: Browser, point: Point, lan: Volunteer
) -> None:
    plan(browser, lan, begins="18:00", ends="20:00", takes="home")
    slot = appointments.free_slots(point)[0]
    sau = Details("bà Sáu", "0900000123", "ngõ 3", "khai sinh")
    appointments.book(point, Wanted(Kind.HOME, slot.begins_at, sau, consent=True), by=lan.id)
    (shift,) = duty.planned_between(point, MONDAY, MONDAY + timedelta(days=1))
    assert "Trong ca này có 1 hẹn đã đặt" in words_of(browser.get(f"/duty/{shift.id}").text)
    answer = browser.post(f"/duty/{shift.id}/cancel", sequence="0")
    told = words_of(browser.get(answer.location).text)
    assert "Đã hủy ca Thứ Hai, 23/11/2026, 18:00–20:00 của Lan." in told
    assert "Bà con đã đặt hẹn trong ca vừa hủy: H-1." in told


def test_a_shift_is_given_exchanged_and_cancelled_on_its_page(
    browser: Browser, point: Point, lan: Volunteer, nam: Volunteer
) -> None:
    plan(browser, lan)
    plan(browser, nam, span="14:00-16:30")
    mine, theirs = duty.planned_between(point, MONDAY, MONDAY + timedelta(days=1))
    browser.get(f"/duty/{mine.id}")
    answer = browser.post(f"/duty/{mine.id}/exchange", other=str(theirs.id))
    told = words_of(browser.get(answer.location).text)
    assert "Trần Văn Nam trực Thứ Hai, 23/11/2026, 08:00–11:00; Lan trực Thứ Hai" in told
    assert planned(point) == ["23/11 08:00-11:00 Nam", "23/11 14:00-16:30 Lan"]
    answer = browser.post(f"/duty/{mine.id}/give", to=str(lan.id), sequence="1")
    told = words_of(browser.get(answer.location).text)
    assert "Đã chuyển ca Thứ Hai, 23/11/2026, 08:00–11:00 cho Lan." in told
    assert planned(point)[0] == "23/11 08:00-11:00 Lan"
    answer = browser.post(f"/duty/{mine.id}/cancel", sequence="0")  # an old page
    assert "vừa được đổi hoặc hủy ở màn hình khác" in words_of(browser.get(answer.location).text)
    browser.post(f"/duty/{mine.id}/cancel", sequence="2")
    assert planned(point) == ["23/11 14:00-16:30 Lan"]
    assert browser.get(f"/duty/{mine.id}").status_code == 404


def test_a_calendar_file_is_brought_in_and_told(
    browser: Browser, point: Point, lan: Volunteer
) -> None:
    def bring(data: bytes, whose: str = "") -> str:
        browser.get("/duty/calendar")
        answer = browser.client.post(
            "/duty/calendar/file",
            data={
                "csrf_token": browser.token,
                "whose": whose,
                "file": (io.BytesIO(data), "lich.ics"),
            },
        )
        return words_of(browser.get(answer.location).text)

    assert "tên không ai ở điểm mang: Mai" in bring(ics(event(rest="SUMMARY:Mai")))
    assert planned(point) == []
    assert "Xong: thêm 1 ca" in bring(ics(event(rest="SUMMARY:Mai")), str(lan.id))
    assert "không phải tệp lịch" in bring(b"no")
    assert planned(point) == ["23/11 08:00-11:00 Lan"]


def test_a_link_is_told_once_and_to_the_one_who_made_it(
    app: Flask, browser: Browser, lan: Volunteer
) -> None:
    browser.get("/duty/calendar")
    browser.post("/duty/calendar/links", whose="mine")
    page = browser.get("/duty/calendar").text
    path = page.partition("hop.test/calendar/")[2].partition(".ics")[0]
    assert len(path) == 32
    other = Browser(app.test_client())
    other.sign_in()
    assert path not in other.get("/duty/calendar").text
    browser.post("/duty/calendar/links", whose="mine", end="yes")
    assert path not in browser.get("/duty/calendar").text


def test_the_notice_for_the_door_is_a_sheet_with_the_week(
    browser: Browser, point: Point, nam: Volunteer
) -> None:
    plan(browser, nam)
    assert browser.get("/duty/notice.pdf").data.startswith(b"%PDF")
    told = duty.hours_on(point)
    pdf = print_duty_notice(
        DutyNotice("Điểm Mẫu", ((MONDAY, told(MONDAY)),), point.clock(), "https://hop.test/x")
    )
    assert pdf.startswith(b"%PDF")


def test_a_volunteer_plans_and_hands_over_in_a_real_browser(
    window: Window, point: Point, lan: Volunteer, nam: Volunteer
) -> None:
    page = window.go("/duty?day=2026-11-23")
    page.select_option("#volunteer", label="Trần Văn Nam")
    page.get_by_role("checkbox", name="Thứ Tư, 25/11/2026").check()
    page.select_option("#takes", value="home")
    page.get_by_role("button", name="Thêm vào lịch").click()
    page.get_by_text("Đã thêm 1 ca trực.").wait_for()
    (shift,) = duty.planned_between(point, MONDAY - timedelta(days=7), MONDAY + timedelta(days=7))
    for width in (1366, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for path in (
            "?day=2026-11-23",
            f"/{shift.id}",
            "/handover",
            "/hours?month=2026-11",
            "/calendar",
        ):
            window.go(f"/duty{path}")
            assert window.barriers() == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            name = path.partition("?")[0].replace(f"/{shift.id}", "-shift").replace("/", "-")
            keep_picture(page, f"duty{name}-{width}", whole=True)
    window.go("/duty/handover")
    page.fill("#note", "Máy quét hay kẹt giấy dày.")
    page.get_by_role("button", name="Bàn giao ca").click()
    page.get_by_text("Lời dặn của bạn, chờ ca sau đọc").wait_for()
    page.get_by_role("button", name="Thoát").click()
    window.sign_in("Trần Văn Nam", PIN)
    page.get_by_role("link", name="Ca trước dặn lại").click()
    page.get_by_role("button", name="Tôi đã đọc, nhận ca").click()
    page.get_by_text("Đã nhận ca.").wait_for()
