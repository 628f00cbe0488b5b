"""The journey of a dossier in Chromium, with a script and without one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from appliance.core.dossier import DossierState
from appliance.core.findings import Warn
from appliance.desk import dossiers, sealing
from appliance.desk.point import Point
from appliance.desk.status import STATION, report_status
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.store import outbox
from appliance.store.volunteers import Volunteer
from tests.station_page.chromium import Window, open_window
from tests.station_page.conftest import PIN, Tray, id_of, receipt_for, view_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
LIVE_S = 1.5  # from the row in the store to the eye


@pytest.fixture
def window(address: str, lan: Volunteer) -> Iterator[Window]:
    with open_window(address) as window:
        window.sign_in("Lan", PIN)
        yield window
        assert window.hosts() == {address.removeprefix("http://")}, "a request left the box"
        assert not window.complaints


def start_dossier(window: Window) -> str:
    page = window.page
    page.get_by_role("link", name="Mở hồ sơ mới").click()
    page.locator('button[value="khai-sinh"]').click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng ký khai sinh")
    return page.url.removeprefix(window.address)


def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def wait_saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_be_visible()


def test_a_dossier_from_the_door_to_the_wards_receipt(
    window: Window, point: Point, tray: Tray
) -> None:
    page = window.page
    report_status(point, STATION, "ready", None)
    path = start_dossier(window)

    # typed text is saved when the box is left, and is there after a reload
    page.fill("#f-child_name", "Cao Minh Mẫu")
    page.press("#f-child_name", "Tab")
    wait_saved(page)
    assert view_of(point, path).answers["child_name"] == "Cao Minh Mẫu"
    page.reload()
    expect(page.locator("#f-child_name")).to_have_value("Cao Minh Mẫu")

    # the button is pressed: the papers come by themselves
    moment = time.monotonic()
    tray.press(pages=3)
    expect(page.locator(".paper")).to_have_count(3, timeout=5000)
    assert time.monotonic() - moment < LIVE_S + 1.0  # the press itself writes three pages
    first = page.locator(".paper").first
    expect(first.locator("img")).to_have_count(0)  # an untouched scan is too much for a thumbnail
    tray.clean()
    until(lambda: first.locator("img").evaluate("i => i.complete && i.naturalWidth > 0"))

    # turned, taken out, put back, all without leaving the page
    first.get_by_role("button", name="Xoay").click()
    expect(first.locator("img")).to_have_class("turn-90")
    page.locator(".paper").nth(2).get_by_role("button", name="Bỏ").click()
    expect(page.locator(".paper")).to_have_count(2)
    page.get_by_role("button", name="Đưa lại").click()
    expect(page.locator(".paper")).to_have_count(3)

    # the rest of the answers comes from elsewhere; the check shows them
    dossiers.save_answers(point, id_of(path), sample_answers("khai-sinh", point.today()))
    page.get_by_role("button", name="Kiểm tra hồ sơ").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cùng người dân kiểm tra")
    expect(page.get_by_text("CAO MINH MẪU")).to_be_visible()
    expect(page.locator("#consent")).not_to_be_checked()
    page.get_by_role("button", name="Chốt và gửi").click()
    expect(page.get_by_text("Chưa đánh dấu đồng ý")).to_be_visible()
    page.check("#consent")
    page.get_by_role("button", name="Chốt và gửi").click()
    expect(page.get_by_role("heading", name="Đang chốt hồ sơ…")).to_be_visible()

    # the station seals, the uploader brings the receipt; the page tells both by itself
    sealing.grant_next(point, cleaned)
    expect(page.get_by_role("heading", name="Đang chờ gửi")).to_be_visible(timeout=5000)
    with point.database.writing() as connection:
        sent = outbox.submission_of(connection, id_of(path))
        assert sent is not None
        outbox.mark_delivered(connection, sent, receipt_for(sent, point.clock()))
    expect(page.get_by_text("TNHS-2026-0042")).to_be_visible(timeout=5000)

    page.go_back()
    page.go_back()
    expect(page.get_by_text("TNHS-2026-0042")).to_be_visible()  # not an error, not the old form
    assert view_of(point, path).dossier.state is DossierState.DELIVERED


def test_a_page_is_seen_within_a_second_and_a_half_of_its_row(
    window: Window, point: Point, tray: Tray
) -> None:
    start_dossier(window)
    waits = []
    for count in range(1, 4):
        tray.press()
        saved = time.monotonic()
        expect(window.page.locator(".paper")).to_have_count(count, timeout=5000)
        waits.append(time.monotonic() - saved)
    assert max(waits) <= LIVE_S, waits


def test_pictures_that_stay_are_not_fetched_again(window: Window, tray: Tray) -> None:
    start_dossier(window)
    for count in (1, 2, 3):
        tray.press()
        tray.clean()
        expect(window.page.locator(".paper img")).to_have_count(count, timeout=5000)
    until(
        lambda: window.page.evaluate(
            "[...document.images].every(i => i.complete && i.naturalWidth > 0)"
        )
    )
    assert len([url for url in window.requests if "small.jpg" in url]) == 3


def test_the_next_step_moves_with_the_papers(window: Window, tray: Tray) -> None:
    start_dossier(window)
    step = window.page.locator("[data-step]")
    expect(step).to_have_text("Đặt giấy còn thiếu vào máy quét rồi nhấn nút.")
    tray.press(error_code="paper-jam")
    expect(step).to_have_text("Lượt quét chưa xong. Xem dòng báo đỏ ở phần giấy tờ.", timeout=5000)
    tray.press()
    expect(step).to_have_text("Hỏi và điền tiếp tờ khai.", timeout=5000)
    step.click()
    expect(window.page.locator("#f-requester_name")).to_be_in_viewport()


def test_a_blank_page_is_kept_from_the_keyboard_and_left_out_again(
    window: Window, point: Point, tray: Tray
) -> None:
    path = start_dossier(window)
    tray.press(pages=2)
    tray.clean()
    tray.find(tray.scanned[1], is_blank=True)
    page = window.page
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
    page = window.page
    expect(page.get_by_text("Ảnh bị mờ ở góc dưới bên phải.")).to_be_visible(timeout=5000)
    page.get_by_role("button", name="Quét lại trang này").click()
    expect(page.get_by_text("Nhấn nút sẽ quét lại trang 1")).to_be_visible(timeout=5000)
    tray.take()
    expect(page.get_by_text("Ảnh bị mờ")).to_have_count(0, timeout=5000)
    expect(page.get_by_role("heading", name="Trang đã bỏ")).to_be_visible()
    assert [p.id for p in view_of(point, path).pages] == [tray.scanned[2], tray.scanned[1]]


def test_sheets_that_stuck_together_are_noticed_by_counting(window: Window, tray: Tray) -> None:
    start_dossier(window)
    tray.press(pages=3)
    page = window.page
    page.get_by_label("Đã đặt vào máy mấy tờ?").fill("4")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đặt 4 tờ nhưng máy chỉ quét 3 tờ.")).to_be_visible(timeout=5000)
    page.get_by_role("button", name="Đếm lại").click()
    page.get_by_label("Đã đặt vào máy mấy tờ?").fill("3")
    page.get_by_role("button", name="So lại").click()
    expect(page.get_by_text("quét đủ 3 tờ.")).to_be_visible(timeout=5000)


def test_what_another_screen_saved_is_seen_without_losing_what_is_typed(
    window: Window, point: Point
) -> None:
    path = start_dossier(window)
    page = window.page
    dossiers.save_answers(point, id_of(path), {"mother_name": "Trần Thị Mẫu Hoa"})
    expect(page.locator("#f-mother_name")).to_have_value("Trần Thị Mẫu Hoa", timeout=5000)
    page.type("#f-child_name", "Cao Minh")  # typing, not left yet
    dossiers.save_answers(point, id_of(path), {"father_name": "Cao Văn Mẫu Sơn"})
    page.press("#f-child_name", "Tab")
    expect(page.locator("#f-father_name")).to_have_value("Cao Văn Mẫu Sơn", timeout=5000)
    expect(page.locator("#f-child_name")).to_have_value("Cao Minh")


def test_a_keyboard_keeps_its_place_while_papers_are_drawn_again(
    window: Window, tray: Tray
) -> None:
    start_dossier(window)
    tray.press(pages=2)
    tray.clean()
    page = window.page
    expect(page.locator(".paper img")).to_have_count(2, timeout=5000)
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


def test_a_second_touch_while_scanning_is_answered(window: Window) -> None:
    start_dossier(window)
    scan = window.page.locator("#scan-giay_chung_sinh")
    scan.click()
    expect(window.page.get_by_text("Đã nhận lệnh quét")).to_be_visible(timeout=5000)
    expect(scan).to_be_disabled()


def test_an_answer_opens_its_question_and_keeps_the_rest(window: Window) -> None:
    start_dossier(window)
    page = window.page
    page.get_by_label("Khác", exact=True).check()
    box = page.get_by_label("Quan hệ khác")
    expect(box).to_be_visible()
    box.fill("Bà ngoại")
    page.get_by_label("Mẹ", exact=True).check()
    expect(box).to_have_count(0)
    wait_saved(page)


def test_communes_follow_their_province(window: Window, point: Point) -> None:
    path = start_dossier(window)
    page = window.page
    page.select_option("#f-birth_place-province", "56")
    expect(page.locator("#f-birth_place-commune option")).not_to_have_count(1)
    page.select_option("#f-birth_place-commune", "22615")
    page.fill("#f-birth_place-detail", "Trạm Y tế Mẫu")
    page.press("#f-birth_place-detail", "Tab")
    until(lambda: view_of(point, path).answers.get("birth_place", {}).get("detail"))  # type: ignore[union-attr]
    assert view_of(point, path).answers["birth_place"] == {
        "country": "VN",
        "province": "56",
        "commune": "22615",
        "detail": "Trạm Y tế Mẫu",
    }
    page.select_option("#f-birth_place-country", "LA")
    expect(page.locator("#f-birth_place-province")).to_be_hidden()


def test_a_wrong_answer_is_told_beside_its_box(window: Window) -> None:
    start_dossier(window)
    page = window.page
    page.fill("#f-child_birth_date", "31/2/2026")
    page.press("#f-child_birth_date", "Tab")
    expect(page.locator("#problem-child_birth_date .problem")).to_be_visible()
    expect(page.locator("#f-child_birth_date")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-summary] li")).to_have_count(1)
    page.fill("#f-child_birth_date", "5/11/2026")
    page.press("#f-child_birth_date", "Tab")
    expect(page.locator("#problem-child_birth_date .problem")).to_have_count(0)
    expect(page.locator("[data-summary] li")).to_have_count(0)


def test_a_pause_in_typing_saves_without_complaining(window: Window, point: Point) -> None:
    path = start_dossier(window)
    page = window.page
    page.locator("#f-child_birth_date").press_sequentially("05/1")
    wait_saved(page)
    assert view_of(point, path).answers["child_birth_date"] == "05/1"
    expect(page.locator("#problem-child_birth_date .problem")).to_have_count(0)
    page.press("#f-child_birth_date", "Tab")
    expect(page.locator("#problem-child_birth_date .problem")).to_be_visible()


def test_an_answer_that_can_never_be_saved_is_told_and_kept(window: Window) -> None:
    start_dossier(window)
    page = window.page
    page.fill("#f-child_name", "a" * 300_000)
    page.press("#f-child_name", "Tab")
    expect(page.get_by_text("Nội dung gửi lên quá dài.")).to_be_visible()
    expect(page.locator("[data-unsaved]")).to_be_visible()
    expect(page.locator("#f-child_name")).to_have_value("a" * 300_000)


def test_what_the_box_did_not_confirm_is_marked_and_saved_later(
    window: Window, point: Point
) -> None:
    path = start_dossier(window)
    page = window.page
    window.context.set_offline(True)
    page.fill("#f-child_name", "Cao Minh Mẫu")
    page.press("#f-child_name", "Tab")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    window.context.set_offline(False)
    expect(page.locator("[data-saved]")).to_be_visible(timeout=10_000)
    assert view_of(point, path).answers["child_name"] == "Cao Minh Mẫu"


def test_enter_in_a_box_saves_and_turns_no_page(window: Window, point: Point, tray: Tray) -> None:
    path = start_dossier(window)
    tray.press()
    page = window.page
    expect(page.locator(".paper")).to_have_count(1, timeout=5000)
    page.fill("#f-child_name", "Cao Minh Mẫu")
    page.press("#f-child_name", "Enter")
    wait_saved(page)
    assert view_of(point, path).pages[0].turn == 0
    assert page.url.endswith(path)


def test_what_is_wrong_takes_the_focus_and_leads_to_its_box_by_keyboard(
    window: Window, point: Point
) -> None:
    path = start_dossier(window)
    dossiers.save_answers(point, id_of(path), {"child_birth_date": "31/2/2026"})
    page = window.go(f"{path}/check")
    expect(page.locator(".summary").first).to_be_focused()
    page = window.go(f"{path}?all=1")
    expect(page.locator(".summary")).to_be_focused()
    assert page.title().startswith("Cần sửa: ")
    for _ in range(40):
        page.keyboard.press("Tab")
        if "ngày" in (page.evaluate("document.activeElement.textContent") or "").lower():
            break
    target = page.evaluate("document.activeElement.hash")
    page.keyboard.press("Enter")
    expect(page.locator(target)).to_be_in_viewport()


def test_every_row_of_the_check_leads_to_its_box(window: Window, point: Point) -> None:
    path = start_dossier(window)
    dossiers.save_answers(point, id_of(path), sample_answers("khai-sinh", point.today()))
    page = window.go(f"{path}/check")
    links = page.locator(".change a")
    targets = [links.nth(i).get_attribute("href") for i in range(links.count())]
    assert len(targets) > 25
    page.locator(".answers > div", has_text="Nơi sinh").get_by_role("link").click()
    expect(page.locator("#f-birth_place")).to_be_in_viewport()
    for target in targets:
        assert target is not None
        assert page.locator(f"#{target.partition('#')[2]}").count() == 1, target


def test_hostile_text_is_shown_as_text(window: Window, point: Point) -> None:
    path = start_dossier(window)
    bad = "<img src=x onerror=\"document.title='taken'\">"
    dossiers.save_answers(point, id_of(path), {"child_name": bad, "child_ethnicity": bad})
    page = window.page
    for where in (path, f"{path}/check"):
        window.go(where)
        assert "taken" not in page.title()
        assert page.locator('img[src="x"]').count() == 0
    page.goto(window.address + path)
    expect(page.locator("#f-child_name")).to_have_value(bad)


def test_everything_one_must_hit_is_large_enough(window: Window, tray: Tray) -> None:
    start_dossier(window)
    tray.press()
    expect(window.page.locator(".paper")).to_have_count(1, timeout=5000)
    small = window.page.evaluate(
        """[...document.querySelectorAll('button, select, input:not([type=hidden]), .contents a')]
        .filter(e => !e.classList.contains('enter-saves') && e.checkVisibility())
        .map(e => [(e.closest('label.pick') ?? e).getBoundingClientRect().height, e.outerHTML])
        .filter(([height]) => height < 43.9)"""
    )
    assert small == []


def test_the_whole_journey_without_a_script(
    address: str, lan: Volunteer, point: Point, tray: Tray
) -> None:
    with open_window(address, javascript=False) as window:
        page = window.page
        window.sign_in("Lan", PIN)
        path = start_dossier(window)

        # a province is chosen, its communes are loaded, nothing typed is lost on the way
        page.fill("#f-child_name", "Cao Minh Mẫu")
        page.select_option("#f-birth_place-province", "56")
        page.locator('[data-question="birth_place"] noscript button').click()
        expect(page.locator("#f-child_name")).to_have_value("Cao Minh Mẫu")
        page.select_option("#f-birth_place-commune", "22615")

        # a scan from the screen also saves what was typed
        page.locator("#scan-giay_chung_sinh").click()
        assert view_of(point, path).answers["birth_place"] == {
            "country": "VN", "province": "56", "commune": "22615",
        }  # fmt: skip
        tray.take(pages=2)
        tray.clean()
        page.get_by_role("button", name="Lưu và xem trang vừa quét").click()
        expect(page.locator(".paper")).to_have_count(2)
        page.locator(".paper").first.get_by_role("button", name="Xoay").click()
        expect(page.locator(".paper img").first).to_have_class("turn-90")
        page.locator(".paper").nth(1).get_by_role("button", name="Bỏ").click()
        expect(page.locator(".paper")).to_have_count(1)
        page.get_by_role("button", name="Đưa lại").click()
        expect(page.locator(".paper")).to_have_count(2)

        # a page that lies in the wrong slot is moved, and counted sheets are told
        page.fill("#sheets", "3")
        page.get_by_role("button", name="So lại").click()
        expect(page.get_by_text("Đặt 3 tờ nhưng máy chỉ quét 2 tờ.")).to_be_visible()
        page.locator("#arrange-giay_chung_sinh").click()
        page.locator("#place-" + tray.scanned[1]).get_by_role("button", name="Lên trước").click()
        assert [p.id for p in view_of(point, path).pages] == tray.scanned[::-1]
        page.get_by_label("Trang 2").check()
        page.get_by_label("Văn bản xác nhận việc mang thai hộ").check()
        page.get_by_role("button", name="Chuyển trang đã đánh dấu").click()
        expect(page.locator("#slot-mang_thai_ho .paper")).to_have_count(1)

        # an answer opens its question after "Cập nhật tờ khai"
        page.get_by_label("Khác", exact=True).check()
        page.locator("#part-1").get_by_role("button", name="Cập nhật tờ khai").click()
        page.fill("#f-relation_other", "Bà ngoại")
        page.get_by_role("button", name="Kiểm tra hồ sơ").first.click()
        expect(page.get_by_text("Bà ngoại")).to_be_visible()
        assert page.get_by_role("button", name="Chốt và gửi").count() == 0

        dossiers.save_answers(point, id_of(path), sample_answers("khai-sinh", point.today()))
        page.reload()
        page.check("#consent")
        page.get_by_role("button", name="Chốt và gửi").click()
        expect(page.get_by_role("heading", name="Đang chốt hồ sơ…")).to_be_visible()
        sealing.grant_next(point, cleaned)
        # the page asks again by itself
        expect(page.get_by_role("heading", name="Đang chờ gửi")).to_be_visible(timeout=10_000)
        assert window.hosts() == {address.removeprefix("http://")}
