"""What cleaning found stands beside the page: blanks, doubts, which way is up, how heavy."""

from __future__ import annotations

import re
from html import unescape

import pytest

from appliance.core.paper.findings import Warn
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.papers.pdf import BUDGET_BYTES
from appliance.pretend.sample_answers import sample_answers
from appliance.wording.findings import advice_for
from tests.station_page.conftest import Browser, Tray, id_of, view_of
from web.station.speech import megabytes

BLURRED = Warn("unsharp", "bottom-right", severe=True)
CROOKED = Warn("very-crooked")
PAPERS = "slots/giay_chung_sinh/now"  # the paper's own page, as its script asks for it


@pytest.fixture
def clean(dossier: str, tray: Tray) -> str:
    """The path of a dossier with three clean pages in its first slot."""
    tray.press(pages=3)
    tray.clean()
    return dossier


def text_of(browser: Browser, path: str) -> str:
    """What a person reads there, tags left out."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", browser.get(path).text)))


def test_a_blank_page_is_greyed_not_sent_and_can_be_kept(
    browser: Browser, clean: str, tray: Tray, point: Point
) -> None:
    page = tray.scanned[1]
    tray.find(page, is_blank=True)
    text = text_of(browser, f"{clean}/{PAPERS}")
    assert "Trang 2 trang trắng – không gửi" in text
    assert "2 trang 1 trang trắng không gửi." in text
    assert 'class="paper is-blank"' in browser.get(f"{clean}/{PAPERS}").text
    browser.send(f"{clean}/pages/{page}/keep")
    assert not view_of(point, clean).pages[1].left_out
    text = text_of(browser, f"{clean}/{PAPERS}")
    assert "trang trắng, vẫn gửi" in text
    assert "trang trắng không gửi" not in text
    browser.send(f"{clean}/pages/{page}/leave-out")
    assert view_of(point, clean).pages[1].left_out


def test_a_slot_that_holds_nothing_but_blanks_is_still_lacking(
    browser: Browser, clean: str, tray: Tray
) -> None:
    for page in tray.scanned:
        tray.find(page, is_blank=True)
    assert "3 trang trắng không gửi. Còn thiếu giấy này." in text_of(browser, f"{clean}/{PAPERS}")
    assert "Chưa quét: Giấy chứng sinh" in text_of(browser, f"{clean}/check")


def test_a_doubt_is_told_beside_its_page_with_its_place_the_severe_one_first(
    browser: Browser, clean: str, tray: Tray
) -> None:
    tray.find(tray.scanned[0], CROOKED, BLURRED)
    text = text_of(browser, f"{clean}/{PAPERS}")
    blurred, crooked = advice_for(BLURRED), advice_for(CROOKED)
    assert "mờ ở góc dưới bên phải" in blurred.what
    said = [blurred.what, blurred.next, crooked.what, crooked.next]
    places = [text.index(sentence) for sentence in said]
    assert places == sorted(places)
    assert browser.get(f"{clean}/{PAPERS}").text.count("advice is-severe") == 1
    assert blurred.what in text_of(browser, f"{clean}/pages/{tray.scanned[0]}")


def test_the_check_tells_the_doubts_again_and_holds_nothing_back(
    browser: Browser, clean: str, tray: Tray, point: Point
) -> None:
    dossiers.save_answers(point, id_of(clean), sample_answers("khai-sinh", point.today()))
    tray.find(tray.scanned[2], BLURRED)
    tray.find(tray.scanned[1], is_blank=True)
    html = browser.get(f"{clean}/check").text
    text = text_of(browser, f"{clean}/check")
    assert f"Giấy chứng sinh, trang 3 {advice_for(BLURRED).what}" in text
    assert f'href="{clean}/pages/{tray.scanned[2]}"' in html
    assert "1 trang trắng không gửi" in text
    assert "Chốt và gửi" in text


def test_nothing_is_said_about_the_doubts_of_a_page_that_stays_here(
    browser: Browser, clean: str, tray: Tray
) -> None:
    tray.find(tray.scanned[0], BLURRED, is_blank=True)
    assert advice_for(BLURRED).what not in text_of(browser, f"{clean}/{PAPERS}")
    assert "Trang nên xem lại" not in text_of(browser, f"{clean}/check")


def test_a_seal_is_refused_when_another_screen_kept_a_blank_page(
    browser: Browser, clean: str, tray: Tray, point: Point
) -> None:
    dossiers.save_answers(point, id_of(clean), sample_answers("khai-sinh", point.today()))
    tray.find(tray.scanned[1], is_blank=True)
    found = re.search(r'name="seen" value="([0-9a-f]+)"', browser.get(f"{clean}/check").text)
    assert found
    browser.send(f"{clean}/pages/{tray.scanned[1]}/keep")
    answer = browser.post(f"{clean}/seal", consent="yes", seen=found[1])
    assert answer.location == f"{clean}/check"


def test_what_the_box_did_can_be_taken_back_and_done_again(
    browser: Browser, clean: str, tray: Tray, point: Point
) -> None:
    tray.find(tray.scanned[0], angle_deg=1.24)
    path = f"{clean}/pages/{tray.scanned[0]}"
    assert "Hộp đã nắn thẳng 1,2 độ" in text_of(browser, path)
    assert browser.post(f"{path}/as-scanned", back="page").location == path
    assert view_of(point, clean).pages[0].plain
    text = text_of(browser, path)
    assert "Đang dùng ảnh gốc" in text
    assert "Dùng bản đã làm sạch" in text
    browser.post(f"{path}/as-cleaned", back="page")
    assert not view_of(point, clean).pages[0].plain
    assert "đang làm lại" in text_of(browser, f"{clean}/{PAPERS}")


def test_which_way_is_up_is_asked_once_with_four_pictures(
    browser: Browser, clean: str, tray: Tray, point: Point
) -> None:
    page, other = tray.scanned[:2]
    for one in (page, other):
        tray.find(one, Warn("turn-unsure"), auto_turn=None)
    path = f"{clean}/pages/{page}"
    html = browser.get(path).text
    assert "Trang này đã đúng chiều chưa?" in html
    assert [f'class="turn-{d}"' in html for d in (0, 90, 180, 270)] == [True] * 4
    assert browser.post(f"{path}/upright/270", back="page").location == path
    assert view_of(point, clean).pages[0].turn == 270
    assert "đã đúng chiều chưa" not in browser.get(path).text
    browser.send(f"{clean}/pages/{other}/upright/0")  # from the slot: right as it lies
    assert view_of(point, clean).pages[1].turn == 0
    assert "đã đúng chiều" not in browser.get(f"{clean}/{PAPERS}").text
    assert browser.send(f"{clean}/pages/{other}/upright/45").status_code == 404


def test_a_paper_says_its_weight_against_the_portals_limit(
    browser: Browser, clean: str, tray: Tray
) -> None:
    first, second, third = tray.scanned
    tray.find(first, clean_bytes=700_000)
    tray.find(second, clean_bytes=431_000)
    tray.find(third, clean_bytes=None)
    text = text_of(browser, f"{clean}/{PAPERS}")
    assert "1,2 MB trong 2 MB · còn 1 trang đang làm sạch" in text
    assert "nặng quá 2 MB" not in text
    tray.find(third, clean_bytes=BUDGET_BYTES)
    assert "gửi làm phần 1, phần 2" in text_of(browser, f"{clean}/{PAPERS}")
    assert "gửi làm phần 1, phần 2" in text_of(browser, f"{clean}/check")
    tray.find(third, clean_bytes=BUDGET_BYTES, is_blank=True)
    assert "nặng quá 2 MB" not in text_of(browser, f"{clean}/{PAPERS}")


def test_a_weight_is_never_told_smaller_than_it_is() -> None:
    assert [megabytes(n) for n in (60_001, 100_000, 1_100_001, 1_900_000)] == [
        "61 kB", "0,1 MB", "1,2 MB", "1,9 MB",
    ]  # fmt: skip
