"""The home of a dossier: what there is to do, how far each thing is, the one to do next."""

from __future__ import annotations

import re
from html import unescape

import pytest

from appliance.core.paper.findings import Warn
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point
from appliance.pretend.sample_answers import sample_answers
from tests.station_page.conftest import Browser, Tray, id_of, topic_page

REQUESTER, CHILD = "Thông tin người yêu cầu", "Thông tin người được khai sinh"
PAPER = "Giấy chứng sinh"


def states(browser: Browser, path: str) -> dict[str, str]:
    """What a person reads at the end of each row."""
    rows = re.findall(r'<li class="task.*?</li>', unescape(browser.get(path).text), re.DOTALL)
    found = [re.findall(r"<a [^>]*>(.*?)</a>|<strong[^>]*>(.*?)</strong>", row) for row in rows]
    return {one[0][0]: one[-1][1] for one in found}


def next_thing(browser: Browser, path: str) -> tuple[str, str]:
    """The sentence, and where its link leads."""
    text = unescape(browser.get(path).text)
    found = re.search(
        r"Việc tiếp theo:</strong>\s*(?:<a[^>]*href=\"([^\"]*)\"[^>]*>)?([^<]+)", text
    )
    assert found, path
    button = re.search(r'id="do-next" href="([^"]*)"', text)
    return found[2].strip(), button[1] if button else found[1]


def test_a_new_dossier_is_a_list_of_things_nobody_has_done(browser: Browser, dossier: str) -> None:
    told = states(browser, dossier)
    assert told[PAPER] == "Chưa làm"
    assert told["Thẻ căn cước của người mẹ (hai mặt)"] == "Nếu có"
    assert told[REQUESTER] == told[CHILD] == "Chưa làm"
    assert told["Bản sao và nhận kết quả"] == "Đã điền sẵn"  # all of it stands there already
    assert "Xong" not in told.values()


def test_what_stood_there_from_the_start_is_never_called_typed(
    browser: Browser, dossier: str, point: Point
) -> None:
    def marks() -> dict[str, str]:
        text = unescape(browser.get(f"{dossier}/check").text)
        return dict(re.findall(r'<dt>([^<]*)</dt><dd>[^<]+<small class="from[^>]*>([^<]*)', text))

    assert set(marks().values()) == {"điền sẵn, hỏi lại"}
    assert "Số lượng bản sao" in " ".join(marks())
    dossiers.save_answers(point, id_of(dossier), {"copies": 2, "child_name": "Cao Minh Mẫu"})
    typed = {label for label, mark in marks().items() if mark == "tự gõ"}
    assert any("Số lượng bản sao" in label for label in typed)
    assert states(browser, dossier)["Bản sao và nhận kết quả"] == "Xong"


@pytest.mark.parametrize("by_script", [False, True])
def test_what_stood_there_is_done_once_somebody_has_left_it_as_it_is(
    browser: Browser, dossier: str, point: Point, *, by_script: bool
) -> None:
    path = topic_page(point, dossier, "copies")
    number = path.rsplit("/", 1)[1]
    page = browser.get(path).text
    assert 'class="source is-preset"' in page
    leave = browser.send if by_script else browser.post
    leave(f"{dossier}/answers", topic=number)  # a button that stays: turn a page, scan
    assert states(browser, dossier)["Bản sao và nhận kết quả"] == "Đã điền sẵn"
    leave(f"{dossier}/answers", topic=number, next="onward")
    assert states(browser, dossier)["Bản sao và nhận kết quả"] == "Xong"
    assert "điền sẵn, đã xem lại" in browser.get(f"{dossier}/check").text
    assert 'class="source is-confirmed"' in browser.get(path).text
    requester = topic_page(point, dossier, "requester_name")
    assert "source is-confirmed" not in browser.get(requester).text  # of another topic


def test_the_list_names_what_is_wrong_in_a_topic_and_leads_to_its_box(
    browser: Browser, dossier: str, point: Point
) -> None:
    key = "requester_birth_date"
    dossiers.save_answers(point, id_of(dossier), {key: "32/13/1990"})
    listed = browser.get(dossier).text
    box = f"{topic_page(point, dossier, key)}?all=1#f-{key}"
    assert f'<a class="wrong" href="{box}">' in listed


def test_each_box_says_where_its_answer_comes_from(
    browser: Browser, dossier: str, point: Point
) -> None:
    path = topic_page(point, dossier, "requester_name")
    number = path.rsplit("/", 1)[1]

    def mark(key: str) -> str:
        found = re.search(rf'id="mark-{key}" data-mark>([^<]*)<', browser.get(path).text)
        assert found
        return unescape(found[1])

    assert mark("requester_name") == "còn thiếu"
    told = browser.send(f"{dossier}/answers", topic=number, requester_name="Cao Thị Mẫu").json
    assert told["marks"]["requester_name"] == ["typed", "tự gõ"]
    assert mark("requester_name") == "tự gõ"


def test_a_topic_is_under_way_then_done_and_to_be_looked_at_while_something_is_doubtful(
    browser: Browser, dossier: str, point: Point
) -> None:
    def say(**answers: object) -> str:
        dossiers.save_answers(point, id_of(dossier), answers)
        return states(browser, dossier)[CHILD]

    assert say(child_name="Cao Minh Mẫu") == "Đang làm"
    assert "còn 5 ô phải điền" in unescape(browser.get(dossier).text)
    samples = sample_answers("khai-sinh", point.today())
    assert say(**samples) == "Xong"
    assert say(child_birth_date="32/13/2026") == "Cần xem lại"


def test_a_paper_says_its_pages_its_weight_and_what_is_wrong_with_it(
    browser: Browser, dossier: str, tray: Tray
) -> None:
    tray.press(pages=2)
    tray.clean()
    for page in tray.scanned:
        tray.find(page, clean_bytes=300_000)
    assert states(browser, dossier)[PAPER] == "Xong"
    assert "2 trang · 0,7 MB trong 2 MB" in unescape(browser.get(dossier).text)
    tray.find(tray.scanned[0], Warn("unsharp", "bottom-right", severe=True))
    assert states(browser, dossier)[PAPER] == "Cần xem lại"
    for page in tray.scanned:
        tray.find(page, is_blank=True)
    assert states(browser, dossier)[PAPER] == "Đang làm"  # something lies there, nothing travels


def test_the_next_thing_goes_from_paper_to_form_to_check(
    browser: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    assert next_thing(browser, dossier) == (
        "Quét giấy còn thiếu: Giấy chứng sinh.",
        f"{dossier}/slots/giay_chung_sinh",
    )
    tray.press(error_code="paper-jam")
    assert next_thing(browser, dossier)[1] == f"{dossier}#papers"
    tray.press()
    box = topic_page(point, dossier, "requester_name")
    assert next_thing(browser, dossier) == (
        "Hỏi và điền tiếp: Thông tin người yêu cầu.",
        f"{box}#f-requester_name",
    )
    samples = sample_answers("khai-sinh", point.today())
    dossiers.save_answers(point, id_of(dossier), samples | {"child_birth_date": "1/1/2099"})
    wrong = topic_page(point, dossier, "child_birth_date")
    assert next_thing(browser, dossier)[1] == f"{wrong}#f-child_birth_date"
    dossiers.save_answers(point, id_of(dossier), samples)
    assert next_thing(browser, dossier)[1] == f"{dossier}/check"
    assert next_thing(browser, f"{dossier}/check")[1] == "#consent"


def test_every_screen_of_the_work_names_the_one_next_thing(browser: Browser, dossier: str) -> None:
    for page in ("", "/topics/1", "/topics/8", "/slots/giay_chung_sinh", "/check"):
        assert "Giấy chứng sinh" in next_thing(browser, dossier + page)[0]


def test_the_list_moves_with_the_papers_and_is_else_answered_with_nothing_new(
    browser: Browser, dossier: str, point: Point
) -> None:
    first = browser.get(f"{dossier}/now", headers={"X-Live": "1"})
    same = {"X-Live": "1", "If-None-Match": first.headers["ETag"]}
    assert browser.get(f"{dossier}/now", headers=same).status_code == 304
    number = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, number)
    moved = browser.get(f"{dossier}/now", headers=same)
    assert moved.status_code == 200
    assert "Máy đang quét." in unescape(moved.text)
    assert "Đang quét: đã lưu 0 trang" in unescape(moved.text)


def test_a_page_taken_out_of_a_paper_that_is_no_longer_asked_for_can_come_back(
    browser: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    dossiers.save_answers(point, id_of(dossier), {"relation": "other"})
    dossiers.choose_slot(point, id_of(dossier), "uy_quyen")
    tray.press()
    browser.send(f"{dossier}/pages/{tray.scanned[0]}/remove")
    assert "Đã bỏ một trang" not in unescape(browser.get(dossier).text)  # its own page tells
    dossiers.save_answers(point, id_of(dossier), {"relation": "mother"})
    assert browser.get(f"{dossier}/slots/uy_quyen").location == dossier
    assert "Đã bỏ một trang của “Văn bản ủy quyền”" in unescape(browser.get(dossier).text)
    browser.send(f"{dossier}/pages/{tray.scanned[0]}/put-back")
    assert "Văn bản ủy quyền" in states(browser, dossier)


@pytest.mark.parametrize("slot", ["no_such", "x" * 300])
def test_a_paper_that_the_procedure_does_not_know_is_not_there(
    browser: Browser, dossier: str, slot: str
) -> None:
    assert browser.get(f"{dossier}/slots/{slot}").status_code == 404
    assert browser.get(f"{dossier}/slots/{slot}/now").status_code == 404


def test_a_papers_page_tells_of_its_own_batch_and_where_the_button_scans_else(
    browser: Browser, dossier: str, tray: Tray
) -> None:
    tray.press(pages=3)
    own = unescape(browser.get(f"{dossier}/slots/giay_chung_sinh").text)
    other = unescape(browser.get(f"{dossier}/slots/can_cuoc_me").text)
    for words in ("Lượt quét vừa rồi: đã lưu 3 trang.", "Đã đặt vào máy mấy tờ?"):
        assert words in own
        assert words not in other
    assert "Nút trên hộp đang quét vào “Giấy chứng sinh”." in other
    assert "Nút trên hộp đang quét vào" not in own


def test_from_a_papers_page_the_next_paper_is_chosen_and_opened_at_once(
    browser: Browser, dossier: str, tray: Tray
) -> None:
    tray.press()
    text = unescape(browser.get(f"{dossier}/slots/giay_chung_sinh").text)
    assert "Quét tiếp: Văn bản xác nhận việc mang thai hộ" in text
    sent = browser.post(f"{dossier}/slots/mang_thai_ho/choose", slot="giay_chung_sinh")
    assert sent.location == f"{dossier}/slots/mang_thai_ho#slot-mang_thai_ho"
    assert "Nhấn nút sẽ quét vào đây" in unescape(browser.get(sent.location).text)
