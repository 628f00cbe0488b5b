"""One page that the card spoiled: said where it lies, all others go on, the seal names it."""

from __future__ import annotations

from html import unescape

import pytest

from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import PageDamaged
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from tests.station_page.conftest import Browser, Tray, id_of, view_of
from tests.station_page.test_station_page_seal import seen_in

SAID = "Thẻ nhớ của hộp làm hỏng ảnh của trang này"


@pytest.fixture
def complete(dossier: str, tray: Tray, point: Point) -> str:
    tray.press(pages=3)
    dossiers.save_answers(point, id_of(dossier), sample_answers("khai-sinh", point.today()))
    return dossier


def spoil(point: Point, name: str | None) -> None:
    assert name is not None
    point.pages.path_of(name).write_bytes(b"other bytes than were saved")


def test_the_page_that_cannot_be_read_says_so_and_the_others_go_on(
    browser: Browser, complete: str, point: Point
) -> None:
    first, second, third = view_of(point, complete).pages
    spoil(point, second.master)
    assert browser.get(f"{complete}/pages/{second.id}/preview.jpg").status_code == 503
    for page in (first, third):
        assert browser.get(f"{complete}/pages/{page.id}/preview.jpg").status_code == 200
    text = unescape(browser.get(f"{complete}/slots/{second.slot_key}").text)
    assert text.count(SAID) == 1
    assert "bị hỏng, cần quét lại" in text
    assert f'id="again-{second.id}"' in text  # the button that scans it again in its place
    assert "bị hỏng trong thẻ nhớ" in unescape(browser.get(f"{complete}/pages/{second.id}").text)


def test_the_seal_names_the_page_that_is_damaged_and_takes_the_one_scanned_again(
    browser: Browser, complete: str, point: Point, tray: Tray
) -> None:
    first, second, third = view_of(point, complete).pages
    text = browser.get(f"{complete}/check").text
    spoil(point, second.master)  # nobody has looked at it since
    browser.post(f"{complete}/seal", consent="yes", seen=seen_in(text))
    with pytest.raises(PageDamaged):
        sealing.grant_next(point, cleaned)
    assert view_of(point, complete).dossier.state is DossierState.OPEN
    text = unescape(browser.get(f"{complete}/check").text)
    assert "Trang 2 của" in text
    assert "bị hỏng trong thẻ nhớ: quét lại hoặc bỏ trang này" in text
    assert 'name="seen"' not in text  # the seal is not offered
    browser.post(f"{complete}/pages/{second.id}/scan-again")
    tray.take(pages=1)
    again = view_of(point, complete).pages
    assert [page.id for page in again][::2] == [first.id, third.id]
    text = browser.get(f"{complete}/check").text
    browser.post(f"{complete}/seal", consent="yes", seen=seen_in(text))
    assert sealing.grant_next(point, cleaned) == id_of(complete)


def test_what_cleaning_made_is_made_anew_from_a_whole_scan(
    browser: Browser, complete: str, point: Point, tray: Tray
) -> None:
    tray.clean()
    page = view_of(point, complete).pages[0]
    spoil(point, page.preview)
    assert browser.get(f"{complete}/pages/{page.id}/preview.jpg").status_code == 503
    again = view_of(point, complete).pages[0]
    assert again.awaits_cleaning
    assert not again.is_damaged
    tray.clean()
    assert browser.get(f"{complete}/pages/{page.id}/preview.jpg").status_code == 200


def test_a_page_whose_file_is_gone_is_damaged_too(complete: str, point: Point) -> None:
    page = view_of(point, complete).pages[0]
    point.pages.path_of(page.master).unlink()
    with pytest.raises(PageDamaged):
        scanning.page_image(point, id_of(complete), page.id, scanning.PageImage.MASTER)
    assert view_of(point, complete).pages[0].is_damaged


def test_what_was_found_again_is_told_where_the_papers_lie(
    browser: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    tray.press(pages=2, error_code="found-again")
    slot = view_of(point, dossier).pages[0].slot_key
    text = unescape(browser.get(f"{dossier}/slots/{slot}").text)
    assert "Hộp vừa khôi phục sổ ghi" in text
    assert "Xem lại thứ tự trang, hướng trang và các câu trả lời trước khi chốt." in text
