"""Papers come to the screen while the button is pressed, and stay under the fingers."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import APIResponse, Route, expect

from appliance.core.paper.findings import Warn
from appliance.desk.point import Point
from tests.station_page.at_the_desk import LIVE_S, SLOT, ask_for, open_paper, start_dossier, until
from tests.station_page.chromium import Window
from tests.station_page.conftest import Tray, view_of

TRIES = 3  # a busy machine holds up one of them, a page that asks too seldom all

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_a_page_is_seen_within_a_second_and_a_half_of_its_row(
    window: Window, point: Point, tray: Tray
) -> None:
    path = start_dossier(window)
    count = 0
    for page in (path, f"{path}/topics/1", f"{path}/slots/{SLOT}"):
        window.go(page)
        waits: list[float] = []
        while not waits or (waits[-1] > LIVE_S and len(waits) < TRIES):
            tray.press()
            saved, count = time.monotonic(), count + 1
            expect(window.page.locator(".paper")).to_have_count(count)
            waits.append(time.monotonic() - saved)
        assert min(waits) <= LIVE_S, (page, waits)


def test_pictures_that_stay_are_not_fetched_again(window: Window, point: Point, tray: Tray) -> None:
    ask_for(window, point, start_dossier(window), "child_name")
    for count in (1, 2, 3):
        tray.press()
        tray.clean()
        expect(window.page.locator(".paper img")).to_have_count(count)
    until(
        lambda: window.page.evaluate(
            "[...document.images].every(i => i.complete && i.naturalWidth > 0)"
        )
    )
    assert len([url for url in window.requests if "small.jpg" in url]) == 3


def test_the_next_step_moves_with_the_papers(window: Window, point: Point, tray: Tray) -> None:
    path = start_dossier(window)
    ask_for(window, point, path, "requester_name")
    step = window.page.locator("[data-step]")
    expect(step).to_have_text("Quét giấy còn thiếu: Giấy chứng sinh.")
    tray.press(error_code="paper-jam")
    expect(step).to_have_text("Lượt quét chưa xong. Xem dòng báo đỏ ở phần giấy tờ.")
    tray.press()
    expect(step).to_have_text("Hỏi và điền tiếp: Thông tin người yêu cầu.")
    step.click()
    expect(window.page.locator("#f-requester_name")).to_be_in_viewport()
    open_paper(window, path)
    step.click()  # from a paper's own page to the box
    expect(window.page.locator("#f-requester_name")).to_be_in_viewport()


def test_a_blank_page_is_kept_from_the_keyboard_and_left_out_again(
    window: Window, point: Point, tray: Tray
) -> None:
    path = start_dossier(window)
    tray.press(pages=2)
    tray.clean()
    tray.find(tray.scanned[1], is_blank=True)
    page = open_paper(window, path)
    keep = page.get_by_role("button", name="Giữ lại trang này")
    keep.focus()
    page.keyboard.press("Enter")
    leave_out = page.get_by_role("button", name="Không gửi trang này")
    expect(leave_out).to_be_focused()
    assert not view_of(point, path).pages[1].left_out
    page.keyboard.press("Enter")
    expect(keep).to_be_focused()


def test_a_blurred_page_is_scanned_again_in_its_place(
    window: Window, point: Point, tray: Tray
) -> None:
    path = start_dossier(window)
    tray.press(pages=2)
    tray.clean()
    tray.find(tray.scanned[0], Warn("unsharp", "bottom-right", severe=True))
    page = ask_for(window, point, path, "child_name")
    page.get_by_role("link", name="Xem cách sửa").click()
    expect(page.get_by_text("Ảnh bị mờ ở góc dưới bên phải.")).to_be_visible(timeout=5000)
    page.get_by_role("button", name="Quét lại trang này").click()
    expect(page.get_by_text("Nhấn nút sẽ quét lại trang 1")).to_be_visible(timeout=5000)
    tray.take()
    expect(page.get_by_text("Ảnh bị mờ")).to_have_count(0)
    expect(page.get_by_role("heading", name="Trang đã bỏ")).to_be_visible()
    assert [p.id for p in view_of(point, path).pages] == [tray.scanned[2], tray.scanned[1]]


@pytest.mark.parametrize("where", ["", "/topics/1", f"/slots/{SLOT}"])
def test_sheets_that_stuck_together_are_noticed_by_counting(
    window: Window, tray: Tray, where: str
) -> None:
    path = start_dossier(window)
    tray.press(pages=3)
    page = window.go(path + where)
    page.get_by_label("Đã đặt vào máy mấy tờ?").fill("4")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đặt 4 tờ nhưng máy chỉ quét 3 tờ.")).to_be_visible(timeout=5000)
    page.get_by_role("button", name="Đếm lại").click()
    page.get_by_label("Đã đặt vào máy mấy tờ?").fill("3")
    page.get_by_role("button", name="Xem đã đủ chưa").click()
    expect(page.get_by_text("quét đủ 3 tờ.")).to_be_visible(timeout=5000)


def test_a_number_being_typed_survives_the_papers_being_drawn_again(
    window: Window, tray: Tray
) -> None:
    path = start_dossier(window)
    tray.press(pages=3)
    page = window.go(path)
    page.get_by_label("Đã đặt vào máy mấy tờ?").fill("3")
    papers = page.locator("[data-live]", has=page.get_by_label("Đã đặt vào máy mấy tờ?"))
    papers.evaluate("part => part.firstElementChild.dataset.old = 'yes'")
    tray.find(tray.scanned[0], Warn("too-dark", severe=True))
    expect(page.locator("[data-old]")).to_have_count(0)
    page.get_by_role("button", name="Xem đã đủ chưa").click()
    expect(page.get_by_text("quét đủ 3 tờ.")).to_be_visible(timeout=5000)


def test_an_answer_that_was_long_on_its_way_is_not_drawn_over_a_newer_one(
    window: Window, tray: Tray
) -> None:
    path = start_dossier(window)
    page = window.go(path)
    page.evaluate("""() => {
        window.drawn = [];
        document.addEventListener("station:drawn", () =>
            window.drawn.push(document.querySelectorAll(".paper").length));
    }""")
    held: list[tuple[Route, APIResponse]] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(
                (route, route.fetch(headers={**route.request.headers, "if-none-match": ""}))
            )

    with page.expect_request("**/now"):
        page.route("**/now", hold_the_first)
    until(lambda: held or page.wait_for_timeout(50))
    tray.press()
    page.evaluate("document.dispatchEvent(new Event('station:look'))")
    page.wait_for_timeout(1000)
    route, old = held[0]
    route.fulfill(response=old)
    expect(page.locator(".paper")).to_have_count(1)
    page.wait_for_timeout(1000)
    drawn = page.evaluate("window.drawn")
    assert drawn == sorted(drawn)


def test_a_keyboard_keeps_its_place_while_papers_are_drawn_again(
    window: Window, tray: Tray
) -> None:
    path = start_dossier(window)
    tray.press(pages=2)
    tray.clean()
    page = open_paper(window, path)
    expect(page.locator(".paper img")).to_have_count(2)
    first = page.locator(".paper").first
    first.get_by_role("button", name="Xoay").focus()
    page.keyboard.press("Enter")
    expect(first.locator("img")).to_have_class("turn-90")
    expect(first.get_by_role("button", name="Xoay")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # taken out: its way back is under the fingers
    expect(page.get_by_role("button", name="Đưa lại")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".paper")).to_have_count(2)
    expect(page.locator(".paper-look").first).to_be_focused()


def test_a_failed_batch_is_told_on_the_spot(window: Window, tray: Tray) -> None:
    start_dossier(window)
    tray.press(pages=1, error_code="paper-jam")
    expect(window.page.get_by_text("Giấy bị kẹt trong máy quét.")).to_be_visible(timeout=5000)
    expect(window.page.get_by_text("Mở nắp, nhẹ tay lấy tờ giấy ra")).to_be_visible()


def test_a_second_touch_while_scanning_is_answered(window: Window, point: Point) -> None:
    ask_for(window, point, start_dossier(window), "child_name")
    scan = window.page.locator("#scan-giay_chung_sinh")
    scan.click()
    expect(window.page.get_by_text("Đã nhận lệnh quét")).to_be_visible(timeout=5000)
    expect(scan).to_be_disabled()
