"""Slots that fill while one looks, and pages that can be turned, taken out and put back."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from appliance.core.errors import concrete_errors
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point
from appliance.store.people.volunteers import Volunteer
from appliance.wording import notice_for
from tests.station_page.conftest import Browser, Tray, id_of, view_of


def test_a_new_dossier_waits_for_its_first_paper(browser: Browser, dossier: str) -> None:
    text = browser.get(f"{dossier}/papers").text
    assert "Nhấn nút sẽ quét vào đây" in text
    assert "Còn thiếu" in text


def test_pages_appear_in_the_slot_that_was_chosen(
    browser: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    browser.send(f"{dossier}/slots/uy_quyen/choose")
    assert view_of(point, dossier).on_desk_slot == "uy_quyen"
    tray.press(pages=2)
    assert len(view_of(point, dossier).pages_in("uy_quyen")) == 2
    text = browser.get(f"{dossier}/papers").text
    assert "Lượt quét vừa rồi: đã lưu 2 trang." in text
    assert text.count('class="paper"') == 2


def test_a_dossier_that_lost_the_desk_says_that_the_button_fills_another(
    browser: Browser, dossier: str, tray: Tray
) -> None:
    warning = "Nút trên hộp đang quét vào một hồ sơ khác."
    tray.press(pages=1)
    assert warning not in browser.get(f"{dossier}/papers").text
    other = browser.open_dossier()  # a second volunteer, another citizen
    assert warning in browser.get(f"{dossier}/papers").text
    assert warning not in browser.get(f"{other}/papers").text
    browser.send(f"{dossier}/slots/uy_quyen/choose")
    assert warning not in browser.get(f"{dossier}/papers").text
    assert warning in browser.get(f"{other}/papers").text


def test_a_touch_on_the_screen_is_a_press(
    browser: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    assert browser.send(f"{dossier}/slots/giay_chung_sinh/scan").json == {"done": True}
    assert "Đã nhận lệnh quét" in browser.get(f"{dossier}/papers").text
    again = browser.send(f"{dossier}/slots/uy_quyen/scan")
    assert again.status_code == 409
    assert view_of(point, dossier).on_desk_slot == "giay_chung_sinh"  # as if it were not touched
    assert again.json is not None
    assert again.json["notice"]["what"] == "Máy đang quét."
    tray.take(pages=1)
    assert len(view_of(point, dossier).pages) == 1


def test_without_script_a_refused_press_is_told_on_the_page(browser: Browser, dossier: str) -> None:
    browser.post(f"{dossier}/slots/giay_chung_sinh/scan")
    answer = browser.post(f"{dossier}/slots/giay_chung_sinh/scan")
    assert answer.location == f"{dossier}/slots/giay_chung_sinh#slot-giay_chung_sinh"
    assert "Máy đang quét." in browser.get(answer.location).text


def test_while_paper_moves_the_count_is_shown(browser: Browser, dossier: str, point: Point) -> None:
    number = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, number)
    assert "Đang quét: đã lưu 0 trang" in browser.get(f"{dossier}/papers").text


@pytest.mark.parametrize(
    "code", [error.code for error in concrete_errors() if "scanner" in error.__doc__.lower()
             or error.code in ("paper-jam", "feeder-empty", "cover-open", "short-page")],
)  # fmt: skip
def test_a_failed_batch_is_told_in_three_sentences_and_keeps_its_pages(
    browser: Browser, dossier: str, tray: Tray, code: str
) -> None:
    tray.press(pages=1, error_code=code)
    text = browser.get(f"{dossier}/papers").text
    told = notice_for(code)
    for sentence in (told.what, told.safe, told.next):
        assert sentence in text
    assert text.count('class="paper"') == 1


def test_a_page_is_turned_taken_out_and_put_back(
    browser: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    tray.press(pages=2)
    tray.clean()
    page = tray.scanned[0]
    browser.send(f"{dossier}/pages/{page}/turn")
    assert view_of(point, dossier).pages[0].turn == 90
    assert 'class="turn-90"' in browser.get(f"{dossier}/papers").text
    browser.send(f"{dossier}/pages/{page}/remove")
    assert [p.id for p in view_of(point, dossier).pages] == [tray.scanned[1]]
    assert "Trang đã bỏ" in browser.get(f"{dossier}/slots/giay_chung_sinh/now").text
    browser.send(f"{dossier}/pages/{page}/put-back")
    assert [p.id for p in view_of(point, dossier).pages] == tray.scanned


def test_a_picture_is_the_page_and_is_kept_nowhere(
    browser: Browser, dossier: str, tray: Tray
) -> None:
    tray.press()
    answer = browser.get(f"{dossier}/pages/{tray.scanned[0]}/preview.jpg")
    assert Image.open(BytesIO(answer.data)).size == (827, 1169)
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store, private"
    large = browser.get(f"{dossier}/pages/{tray.scanned[0]}")
    assert "Trang 1 trên 1" in large.text


def test_a_page_turned_while_seen_large_stays_large(
    browser: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    tray.press()
    path = f"{dossier}/pages/{tray.scanned[0]}"
    browser.get(path)
    assert browser.post(f"{path}/turn", back="page").location == path
    assert 'class="turn-90"' in browser.get(path).text
    assert browser.post(f"{path}/remove", back="page").location == f"{dossier}#papers"


def test_pages_cannot_be_reached_through_another_dossier(
    browser: Browser, dossier: str, tray: Tray, point: Point, lan: Volunteer
) -> None:
    tray.press()
    other = f"/dossiers/{dossiers.open_dossier(point, 'khai-sinh', lan.id)}"
    page = tray.scanned[0]
    for path in (f"{other}/pages/{page}/preview.jpg", f"{other}/pages/{page}"):
        assert browser.get(path).status_code == 404
    assert browser.send(f"{other}/pages/{page}/remove").status_code == 404
    assert len(view_of(point, dossier).pages) == 1


def test_a_slot_no_procedure_knows_is_refused(browser: Browser, dossier: str) -> None:
    assert browser.send(f"{dossier}/slots/nothing/choose").status_code == 404


def test_nothing_new_costs_one_look(browser: Browser, dossier: str, tray: Tray) -> None:
    first = browser.get(f"{dossier}/papers", headers={"X-Live": "1"})
    again = {"X-Live": "1", "If-None-Match": first.headers["ETag"]}
    same = browser.get(f"{dossier}/papers", headers=again)
    assert (same.status_code, same.data) == (304, b"")
    tray.press()
    assert browser.get(f"{dossier}/papers", headers=again).status_code == 200


def test_a_change_elsewhere_in_the_store_sends_nothing_either(
    browser: Browser, dossier: str, point: Point, lan: Volunteer
) -> None:
    dossiers.choose_slot(point, id_of(dossier), "giay_chung_sinh")
    first = browser.get(f"{dossier}/papers", headers={"X-Live": "1"})
    from appliance.desk.sending.status import report_status

    report_status(point, "uploader", "resting", None)
    again = {"X-Live": "1", "If-None-Match": first.headers["ETag"]}
    assert browser.get(f"{dossier}/papers", headers=again).status_code == 304


def test_another_dossier_on_the_desk_is_said(
    browser: Browser, dossier: str, point: Point, lan: Volunteer
) -> None:
    dossiers.open_dossier(point, "khai-sinh", lan.id)
    text = browser.get(f"{dossier}/papers").text
    assert "Nhấn nút sẽ quét vào đây" not in text
    assert "Chọn một mục giấy tờ" in text


def test_after_a_power_cut_the_dossier_says_it_is_locked(
    browser: Browser, dossier: str, point: Point, tray: Tray
) -> None:
    tray.press()
    for key in (point.config.paths.runtime / "desk-keys").iterdir():
        key.unlink()  # the memory is gone
    for path in (dossier, f"{dossier}/check"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "đã bị khóa sau khi mất điện" in answer.text
    assert browser.get(f"{dossier}/pages/{tray.scanned[0]}/preview.jpg").status_code == 503
