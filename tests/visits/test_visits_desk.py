"""A morning at the desk: visitors, numbers, one question, and the box at another place."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import insert

from appliance.core.errors.printer import PrinterAbsent
from appliance.core.point.visits import Face, HowDone, Purpose
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import figures, queue, visits
from appliance.store.schema.visit_tables import queue_number
from appliance.wording import notice_for
from tests.station_page.conftest import Browser, Clock


def test_one_touch_counts_a_visitor_and_the_mark_comes_at_the_end(
    browser: Browser, point: Point
) -> None:
    page = browser.get("/visits").text
    assert page.count('name="purpose"') == len(Purpose)
    touched = browser.post("/visits", purpose="account").location
    told = browser.get(touched).text
    assert "Đã ghi: Tài khoản, VNeID, lúc 09:30. Hôm nay 1 lượt." in told
    assert "Đã ghi:" not in browser.get("/visits").text, "it is told once, not all day"
    (came,) = visits.today(point)
    browser.post(f"/visits/{came.id}/how", how="alone")
    assert visits.today(point)[0].how is HowDone.ALONE
    page = browser.get("/visits").text
    assert "1 lượt hôm nay" in page
    assert re.search(r'value="alone" aria-pressed="true"', page)


def test_a_wrong_touch_is_taken_back(browser: Browser, point: Point) -> None:
    browser.post("/visits", purpose="post")
    (came,) = visits.today(point)
    browser.post(f"/visits/{came.id}/undo")
    assert "Đã bỏ lượt vừa chạm nhầm." in browser.get("/visits").text
    browser.post(f"/visits/{came.id}/undo")
    assert "Chưa bỏ được" in browser.get("/visits").text
    browser.post(f"/visits/{came.id}/how", how="alone")
    assert "Lượt này không còn nữa" in browser.get("/visits").text


def test_a_purpose_that_nobody_offers_is_refused(browser: Browser, point: Point) -> None:
    browser.get("/visits")
    assert browser.post("/visits", purpose="gossip").status_code == 400
    assert visits.today(point) == []


def test_a_stranger_answers_once_with_the_code_and_nothing_of_it_leads_back(
    browser: Browser, stranger: Browser, app: Flask, point: Point
) -> None:
    browser.post("/visits", purpose="post")
    (came,) = visits.today(point)
    asked = browser.post(f"/visits/{came.id}/ask").location
    page = browser.get(asked).text
    assert "Hôm nay ông bà, anh chị có hài lòng không?" in page
    assert "Lan" not in page.partition("<main")[2]
    path = asked.partition("?")[0]
    phone = Browser(app.test_client())
    phone.get(path)
    assert phone.post(path, face="sad").location == "/guides/thanks"
    assert "Cảm ơn" in phone.get("/guides/thanks").text
    again = browser.post(path, face="glad", at="desk").location
    gone = browser.get(again)
    assert gone.status_code == 410
    assert "Câu hỏi này đã khép lại" in gone.text
    (month,) = figures.months(point, "2026-11", "2026-11")
    assert month.faces == {Face.SAD: 1}
    browser.post(f"/visits/{came.id}/ask")
    assert "Mỗi lượt chỉ hỏi một lần." in browser.get("/visits").text


@pytest.mark.parametrize("token", ["x", "A" * 22, "'--"])
def test_a_guessed_code_opens_nothing(stranger: Browser, point: Point, token: str) -> None:
    assert stranger.get(f"/guides/opinion/{token}").status_code == 410
    stranger.post(f"/guides/opinion/{token}", face="glad")
    assert figures.months(point, "2026-11", "2026-11") == []


def test_the_queue_goes_on_and_the_public_board_says_whose_turn_it_is(
    browser: Browser, app: Flask, point: Point
) -> None:
    reader = Browser(app.test_client())
    assert "Hôm nay chưa phát số" in reader.get("/guides/queue").text
    for number in (1, 2, 3):
        browser.get("/visits")
        given = browser.post("/visits/queue/give").location
        assert f"Lượt {number}" in browser.get(given).text
    browser.post("/visits/queue/call")
    board = reader.get("/guides/queue").text
    assert "Lượt 1" in board
    assert "2 người đang chờ." in board
    assert "Đang mời lượt 1" in reader.get("/guides").text
    browser.post("/visits/queue/end", number="1", turn="absent")
    browser.post("/visits/queue/call")
    assert "Gọi rồi mà chưa thấy: 1." in reader.get("/guides/queue/now").text
    browser.post("/visits/queue/call", number="1")
    assert queue.now(point).called == (1,)
    browser.post("/visits/queue/end", number="2")
    assert "đã được xử lý ở máy khác" in browser.get("/visits").text
    reader.post("/guides/look", language="en", back="/guides/queue")
    assert "Now serving" in reader.get("/guides/queue").text


def test_pressing_the_panel_s_button_stays_scanning(
    browser: Browser, point: Point, tray: object
) -> None:
    browser.get("/visits")
    browser.post("/visits/queue/give")
    tray.press()  # type: ignore[attr-defined]
    assert len(tray.scanned) == 1  # type: ignore[attr-defined]
    assert queue.now(point).given == 1


def test_numbers_come_as_a_sheet_and_a_printer_that_is_not_there_is_told(browser: Browser) -> None:
    browser.get("/visits")
    browser.post("/visits/queue/give")
    sheet = browser.get("/visits/queue/numbers.pdf")
    assert sheet.data.startswith(b"%PDF")
    assert "luot-2.pdf" in sheet.headers["Content-Disposition"]
    assert browser.post("/visits/queue/print", number="9").status_code == 404
    answer = browser.post("/visits/queue/print", number="1")
    page = browser.get(answer.location).text
    assert notice_for(PrinterAbsent.code).what in page
    assert "In lại lượt 1" not in page, "there is no roll printer to press for"


def test_a_sheet_of_numbers_ends_with_the_days_last(browser: Browser, point: Point) -> None:
    here = {"day": point.today().isoformat(), "place": served.own(point).key}
    with point.database.writing() as connection:
        connection.execute(
            insert(queue_number).values(**here, number=997, state="done", given_at=point.clock())
        )
    sheet = pikepdf.open(io.BytesIO(browser.get("/visits/queue/numbers.pdf").data))
    assert len(sheet.pages) == 1
    for _ in range(2):
        queue.give(point)
    answer = browser.get("/visits/queue/numbers.pdf")
    assert (answer.status_code, answer.location) == (303, "/visits#queue")
    assert "Hôm nay đã phát hết 999 số." in browser.get("/visits").text


def test_the_box_goes_to_another_place_and_back(browser: Browser, point: Point) -> None:
    browser.get("/visits/places")
    browser.post("/visits/places", name="Nhà văn hóa tổ 5")
    browser.get("/visits/places")
    browser.post("/visits/places/here", place="nha-van-hoa-to-5")
    assert "Hộp đang ở: Nhà văn hóa tổ 5" in browser.get("/visits").text
    browser.post("/visits/places/close", place="nha-van-hoa-to-5")
    assert "Chưa bỏ được" in browser.get("/visits/places").text
    browser.post("/visits/places/here", place="TH-0001")
    browser.get("/visits/places")
    browser.post("/visits/places/close", place="nha-van-hoa-to-5")
    assert "Số liệu cũ của nơi này vẫn còn" in browser.get("/visits/places").text
    browser.post("/visits/places/here", place="nha-van-hoa-to-5")
    assert served.here_now(point).key == "TH-0001"


def test_a_new_day_begins_with_an_empty_list(browser: Browser, point: Point, clock: Clock) -> None:
    browser.post("/visits", purpose="other")
    clock.pass_by(hours=24)
    browser.sign_in()
    assert "Hôm nay chưa có lượt nào." in browser.get("/visits").text
