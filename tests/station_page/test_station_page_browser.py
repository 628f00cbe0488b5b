"""The journey of a dossier in Chromium, with a script and without one."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from appliance.core.dossiers.dossier import DossierState
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.desk.sending.status import STATION, report_status
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Volunteer
from tests.station_page.at_the_desk import (
    SLOT,
    ask_for,
    start_dossier,
    until,
    wait_saved,
)
from tests.station_page.chromium import Window, open_window
from tests.station_page.conftest import PIN, Tray, id_of, receipt_for, topic_page, view_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_a_dossier_from_the_door_to_the_wards_receipt(
    window: Window, point: Point, tray: Tray
) -> None:
    page = window.page
    report_status(point, STATION, "ready", None)
    path = start_dossier(window)
    ask_for(window, point, path, "child_name")

    # typed text is saved when the box is left, and is there after a reload
    page.fill("#f-child_name", "Cao Minh Mẫu")
    page.press("#f-child_name", "Tab")
    wait_saved(page)
    assert view_of(point, path).answers["child_name"] == "Cao Minh Mẫu"
    page.reload()
    expect(page.locator("#f-child_name")).to_have_value("Cao Minh Mẫu")

    # the button is pressed: the papers come by themselves
    tray.press(pages=3)
    expect(page.locator(".paper")).to_have_count(3)
    first = page.locator(".paper").first
    expect(first.locator("img")).to_have_count(0)  # an untouched scan is too much for a thumbnail
    tray.clean()
    until(lambda: first.locator("img").evaluate("i => i.complete && i.naturalWidth > 0"))

    # turned, taken out, put back on the paper's own page, which is never left for it
    page.locator(f"#open-{SLOT}").click()
    first.get_by_role("button", name="Xoay").click()
    expect(first.locator("img")).to_have_class("turn-90")
    page.locator(".paper").nth(2).get_by_role("button", name="Bỏ").click()
    expect(page.locator(".paper")).to_have_count(2)
    page.get_by_role("button", name="Đưa lại").click()
    expect(page.locator(".paper")).to_have_count(3)

    # the rest of the answers comes from elsewhere; the check shows them
    dossiers.save_answers(point, id_of(path), sample_answers("khai-sinh", point.today()))
    page.get_by_role("link", name="Xong giấy này").click()
    page.get_by_role("link", name="Làm việc này").click()
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


def test_what_is_wrong_takes_the_focus_and_leads_to_its_box_by_keyboard(
    window: Window, point: Point
) -> None:
    path = start_dossier(window)
    dossiers.save_answers(point, id_of(path), {"child_birth_date": "31/2/2026"})
    page = window.go(f"{path}/check")
    expect(page.locator(".summary").first).to_be_focused()
    page = window.go(f"{topic_page(point, path, 'child_birth_date')}?all=1")
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
    pages: dict[str, list[str]] = {}
    for target in targets:
        assert target is not None
        address, _, box = target.partition("#")
        pages.setdefault(address, []).append(box)
    for address, boxes in pages.items():
        window.go(address)
        assert [page.locator(f"#{box}").count() for box in boxes] == [1] * len(boxes)


@pytest.mark.parametrize("where", ["", "/topics/1", f"/slots/{SLOT}", "/check"])
def test_everything_one_must_hit_is_large_enough(window: Window, tray: Tray, where: str) -> None:
    path = start_dossier(window)
    tray.press()
    window.go(path + where)
    small = window.page.evaluate(
        """[...document.querySelectorAll(
            'button, select, input:not([type=hidden]), .btn, .task a, .way-back a')]
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
        ask_for(window, point, path, "birth_place")

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
        expect(page.locator("#f-child_name")).to_have_value("Cao Minh Mẫu")
        page.locator(f"#open-{SLOT}").click()
        page.locator(".paper").first.get_by_role("button", name="Xoay").click()
        expect(page.locator(".paper img").first).to_have_class("turn-90")
        page.locator(".paper").nth(1).get_by_role("button", name="Bỏ").click()
        expect(page.locator(".paper")).to_have_count(1)
        page.get_by_role("button", name="Đưa lại").click()
        expect(page.locator(".paper")).to_have_count(2)

        # a page that lies in the wrong slot is moved, and counted sheets are told
        page.fill("[name=sheets]", "3")
        page.get_by_role("button", name="Xem đã đủ chưa").click()
        expect(page.get_by_text("Đặt 3 tờ nhưng máy chỉ quét 2 tờ.")).to_be_visible()
        page.locator("#arrange-giay_chung_sinh").click()
        page.locator("#place-" + tray.scanned[1]).get_by_role("button", name="Lên trước").click()
        assert [p.id for p in view_of(point, path).pages] == tray.scanned[::-1]
        page.get_by_role("checkbox", name="Trang 2").check()
        page.get_by_label("Văn bản xác nhận việc mang thai hộ").check()
        page.get_by_role("button", name="Chuyển trang đã đánh dấu").click()
        expect(page.locator("#slot-mang_thai_ho .paper")).to_have_count(1)

        # an answer opens its question after "Cập nhật tờ khai"
        ask_for(window, point, path, "relation")
        page.get_by_label("Khác", exact=True).check()
        page.locator("#part-1").get_by_role("button", name="Cập nhật tờ khai").click()
        page.fill("#f-relation_other", "Bà ngoại")
        page.get_by_role("button", name="Lưu và về danh sách việc").click()
        page.get_by_role("link", name="Kiểm tra hồ sơ").click()
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
