"""Pages put in order, moved, scanned again in place; sheets counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.core.paper.scan import PaperSource
from appliance.desk.dossier import dossiers
from appliance.desk.pages import batches, scanning
from appliance.desk.point import Point
from appliance.store.people.volunteers import Volunteer
from tests.station_page.conftest import Browser, Tray, view_of

SLOT, OTHER = "giay_chung_sinh", "uy_quyen"


@pytest.fixture
def arrange(dossier: str, tray: Tray) -> str:
    """The page on which three scanned pages are put in order."""
    tray.press(pages=3)
    return f"{dossier}/slots/{SLOT}/arrange"


def order(point: Point, path: str, slot: str = SLOT) -> list[str]:
    return [page.id for page in view_of(point, path).pages_in(slot)]


def test_pages_change_places_one_step_at_a_time(
    browser: Browser, dossier: str, arrange: str, tray: Tray, point: Point
) -> None:
    a, b, c = tray.scanned
    answer = browser.post(arrange, place=f"{c}:2")
    assert answer.location == f"{arrange}#place-{c}"
    assert order(point, dossier) == [a, c, b]
    text = browser.get(arrange).text
    assert text.count("Lên trước") == text.count("Xuống sau") == 2  # not beyond the ends


def test_marked_pages_go_to_the_paper_they_belong_to(
    browser: Browser, dossier: str, arrange: str, tray: Tray, point: Point
) -> None:
    a, b, c = tray.scanned
    browser.send(f"{dossier}/answers", relation="other")
    data = {"csrf_token": browser.token, "page": [a, c], "to": OTHER}
    answer = browser.client.post(arrange, data=data)
    assert answer.location == f"{dossier}/slots/{OTHER}#slot-{OTHER}"
    assert (order(point, dossier), order(point, dossier, OTHER)) == ([b], [a, c])


def test_nothing_marked_is_told_and_moves_nothing(
    browser: Browser, dossier: str, arrange: str, tray: Tray, point: Point
) -> None:
    browser.post(arrange, to=OTHER)
    assert "Hãy đánh dấu ít nhất một trang" in browser.get(arrange).text
    browser.post(arrange, page=tray.scanned[0])
    assert "Hãy chọn mục giấy tờ" in browser.get(arrange).text
    assert order(point, dossier) == tray.scanned


def test_pages_of_another_dossier_cannot_be_drawn_in(
    browser: Browser, dossier: str, arrange: str, tray: Tray, point: Point, lan: Volunteer
) -> None:
    other = f"/dossiers/{dossiers.open_dossier(point, 'khai-sinh', lan.id)}"
    elsewhere = f"{other}/slots/{SLOT}/arrange"
    assert browser.post(elsewhere, place=f"{tray.scanned[0]}:1").status_code == 404
    assert browser.post(elsewhere, to=OTHER, page=tray.scanned[0]).status_code == 404
    for act in ("sheets", "stop"):
        assert browser.post(f"{other}/batches/1/{act}", sheets="3").status_code == 404
    assert order(point, dossier) == tray.scanned
    assert browser.get(f"{dossier}/slots/nothing/arrange").status_code == 404


def test_a_page_is_asked_for_again_and_the_slot_says_so(
    browser: Browser, dossier: str, arrange: str, tray: Tray, point: Point
) -> None:
    page = tray.scanned[1]
    answer = browser.post(f"{dossier}/pages/{page}/scan-again", back="page")
    assert answer.location == f"{dossier}#papers"
    assert "Nhấn nút sẽ quét lại trang 2" in browser.get(f"{dossier}/papers").text
    tray.take(0, "paper-jam")
    assert order(point, dossier) == tray.scanned
    browser.send(f"{dossier}/slots/{SLOT}/choose")  # never mind: a new page after all
    assert "quét lại trang 2" not in browser.get(f"{dossier}/papers").text


def test_sheets_are_counted_only_where_some_may_stick_together(
    browser: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    asks = "Đã đặt vào máy mấy tờ?"
    tray.press(pages=1)
    assert asks not in browser.get(f"{dossier}/papers").text  # one side on the glass
    request = tray.press(pages=2)
    assert asks in browser.get(f"{dossier}/papers").text
    browser.send(f"{dossier}/batches/{request}/sheets", sheets="2")
    assert "Đã đếm: đặt 2 tờ, quét đủ 2 tờ." in browser.get(f"{dossier}/papers").text
    browser.send(f"{dossier}/batches/{request}/sheets", sheets="1")
    assert "Đặt 1 tờ nhưng máy quét ra 2 tờ." in browser.get(f"{dossier}/papers").text
    browser.send(f"{dossier}/batches/{request}/sheets", sheets="abc")
    assert asks in browser.get(f"{dossier}/papers").text


def test_a_running_batch_offers_to_stop_and_says_that_it_does(
    browser: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    papers = f"{dossier}/papers"
    assert "Dừng quét" not in browser.get(papers).text
    number = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, number)
    assert "Dừng quét" in browser.get(papers).text
    assert browser.send(f"{dossier}/batches/{number}/stop").json == {"done": True}
    text = browser.get(papers).text
    assert "Đang dừng máy quét" in text
    assert "Dừng quét" not in text
    scanning.end_request(point, number, "scan-stopped")
    text = browser.get(papers).text
    assert "Đã dừng quét theo lệnh trên màn hình." in text
    assert 'role="alert"' not in text  # a wish, no trouble
    assert "Lượt quét chưa xong" not in text


def test_nobody_is_asked_to_count_the_sheets_of_a_batch_that_was_stopped(
    browser: Browser, dossier: str, tray: Tray
) -> None:
    asks = "Đã đặt vào máy mấy tờ?"
    tray.press(pages=2, error_code="paper-jam")
    assert asks in browser.get(f"{dossier}/papers").text
    tray.press(pages=2, error_code="scan-stopped")
    assert asks not in browser.get(f"{dossier}/papers").text


def test_both_sides_of_a_sheet_are_one_sheet(dossier: str, tray: Tray, point: Point) -> None:
    tray.press(pages=4)
    scanner = point.config.scanner.model_copy(update={"source": PaperSource.DUPLEX})
    duplex = replace(point, config=point.config.model_copy(update={"scanner": scanner}))
    count = batches.sheet_count(duplex, view_of(point, dossier))
    assert count is not None
    assert count.scanned == 2


def test_an_older_batch_is_not_counted_any_more(browser: Browser, dossier: str, tray: Tray) -> None:
    first = tray.press(pages=2)
    tray.press(pages=2)
    assert browser.send(f"{dossier}/batches/{first}/sheets", sheets="2").status_code == 404


def test_after_the_seal_nothing_is_arranged(
    browser: Browser, dossier: str, arrange: str, point: Point, tray: Tray
) -> None:
    with point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE dossier SET state = 'sealing'")
    assert browser.get(arrange).location == f"{dossier}/delivery"
    assert browser.post(arrange, place=f"{tray.scanned[0]}:2").status_code == 409
    assert order(point, dossier) == tray.scanned
