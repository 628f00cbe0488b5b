"""The ward wants an answer corrected, or gets what is there before the rest: at the desk's page."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from appliance.core.dossiers.submission import revision_id
from appliance.core.wire.manifest import SupplementItem, WardState
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from tests.station_page.conftest import Browser, Clock, Tray, id_of, view_of
from tests.station_page.supplements import OTHER, SLOT, arrive, delivered, say

__all__ = ["delivered"]


@pytest.fixture
def keys(point: Point, delivered: str) -> tuple[str, str]:
    """A name and a day that the form asks for."""
    fields = view_of(point, delivered).procedure.fields
    name = next(key for key, field in fields.items() if field.part == "name")
    return name, next(key for key, field in fields.items() if field.type == "date")


def ask(point: Point, clock: Clock, path: str, *items: SupplementItem, seq: int = 1) -> None:
    say(point, clock, path, seq, WardState.SUPPLEMENT_REQUESTED, items=items)


def answer(key: str, note: str = "") -> SupplementItem:
    return SupplementItem(what="field", ref=key, problem="mismatch", note_vi=note or None)


def paper(slot: str, page: int | None = None) -> SupplementItem:
    return SupplementItem(what="paper", ref=slot, problem="unreadable", page=page)


def saves(browser: Browser, path: str, query: str = "", **typed: str) -> TestResponse:
    """As a browser without a script sends the page."""
    page = browser.get(f"{path}/supplement/answers{query}").text
    revision = page.partition('name="revision" value="')[2].partition('"')[0]
    address = f"{path}/supplement/answers{query}"
    return browser.post(address, revision=revision, next="done", **typed)


def seen_of(browser: Browser, path: str, query: str = "?part=1") -> str:
    check = browser.get(f"{path}/supplement/check{query}").text
    return check.partition('name="seen" value="')[2].partition('"')[0]


def agree(browser: Browser, path: str, query: str = "", **more: str) -> str:
    check = browser.get(f"{path}/supplement/check{query}").text
    seen = seen_of(browser, path, query)
    browser.post(f"{path}/supplement/seal", seen=seen, consent="yes", **more)
    return check


def test_an_answer_is_asked_for_once_more_read_out_and_sent_alone(
    browser: Browser, delivered: str, point: Point, clock: Clock, keys: tuple[str, str]
) -> None:
    ask(point, clock, delivered, answer(keys[0], "Theo <b>giấy</b> là Mẫu"))
    before = browser.get(f"{delivered}/supplement").text
    label = view_of(point, delivered).procedure.fields[keys[0]].label
    assert "Câu trả lời cần sửa" in before
    assert label in before
    assert "Theo &lt;b&gt;giấy&lt;/b&gt; là Mẫu" in before
    assert "Phường chỉ dặn bằng lời" not in before  # no paper is wanted
    assert "Sửa ngay tại đây" in before
    browser.post(f"{delivered}/supplement")
    assert f"Hỏi lại và ghi: {label}." in browser.get(f"{delivered}/supplement").text
    page = browser.get(f"{delivered}/supplement/answers").text
    assert "Theo &lt;b&gt;giấy&lt;/b&gt; là Mẫu" in page
    assert f'name="{keys[0]}"' in page
    assert f'name="{keys[1]}"' not in page
    left = saves(browser, delivered, **{keys[0]: "nguyễn thị mẫu"})
    assert left.location == f"{delivered}/supplement"
    hub = browser.get(f"{delivered}/supplement").text
    assert "Sẽ gửi: NGUYỄN THỊ MẪU" in hub
    assert "Đã đủ. Cùng người dân kiểm tra rồi gửi." in hub
    check = agree(browser, delivered)
    assert "NGUYỄN THỊ MẪU" in check
    assert "thông tin tôi vừa sửa" in check
    assert "Sẽ gửi thêm đến phường" not in check  # no papers
    assert "Đang chốt hồ sơ" in browser.get(f"{delivered}/delivery").text


def test_a_wrong_correction_is_shown_once_and_holds_the_seal(
    browser: Browser, delivered: str, point: Point, clock: Clock, keys: tuple[str, str]
) -> None:
    ask(point, clock, delivered, answer(keys[1]))
    browser.post(f"{delivered}/supplement")
    wrong = {keys[1]: "32/13/2026"}
    again = saves(browser, delivered, **wrong)
    assert again.location == f"{delivered}/supplement/answers?all=1"
    assert "Cần xem lại 1 chỗ" in browser.get(again.location).text
    on = saves(browser, delivered, "?all=1", **wrong)
    assert on.location == f"{delivered}/supplement"
    check = browser.get(f"{delivered}/supplement/check").text
    assert "Còn 1 việc trước khi gửi" in check
    assert 'id="consent"' not in check


def test_what_another_screen_saved_is_told_and_what_was_typed_stays(
    browser: Browser, delivered: str, point: Point, clock: Clock, keys: tuple[str, str]
) -> None:
    ask(point, clock, delivered, answer(keys[0]))
    assert browser.get(f"{delivered}/supplement/answers").location == f"{delivered}/supplement"
    browser.post(f"{delivered}/supplement")
    browser.get(f"{delivered}/supplement/answers")
    other = {keys[0]: "Màn hình kia", keys[1]: "01/01/2020"}  # nobody asked for the second
    assert browser.send(f"{delivered}/supplement/answers", **other).status_code == 200
    late = browser.post(
        f"{delivered}/supplement/answers", revision="0", next="done", **{keys[0]: "Màn hình này"}
    )
    assert late.status_code == 409
    assert "Màn hình này" in late.text
    assert view_of(point, delivered).answers == {keys[0]: "Màn hình kia"}


def test_a_paper_that_is_there_goes_first_and_the_rest_is_asked_for_still(
    browser: Browser, delivered: str, point: Point, clock: Clock, tray: Tray
) -> None:
    ask(point, clock, delivered, paper(SLOT, 2), paper(OTHER))
    browser.post(f"{delivered}/supplement")
    assert "Gửi trước phần đã có" not in browser.get(f"{delivered}/supplement").text
    tray.press()
    assert "Gửi trước phần đã có" in browser.get(f"{delivered}/supplement").text
    untold = browser.post(
        f"{delivered}/supplement/seal", seen=seen_of(browser, delivered), part="yes"
    )
    again = browser.get(untold.location.partition("#")[0]).text
    assert "Chưa đánh dấu đồng ý." in again
    assert 'name="part" value="yes"' in again
    check = agree(browser, delivered, "?part=1", part="yes")
    assert "Gửi sau, phường vẫn chờ" in check
    assert "Chốt và gửi phần này" in check
    dossier_id = id_of(delivered)
    sealing.grant_next(point, cleaned)
    assert point.sealed_files(revision_id(dossier_id, 2)).folder.exists()
    arrive(point, dossier_id, clock)
    say(point, clock, delivered, 2, WardState.SUPPLEMENT_REQUESTED, reason_code="revision-2")
    assert "Phường cần bổ sung" in browser.get("/").text
    rest = browser.get(f"{delivered}/supplement").text
    assert "Một phần đã gửi trước rồi." in rest
    assert f'id="slot-{OTHER}"' in rest
    assert f'id="slot-{SLOT}"' not in rest


def test_a_fresh_page_is_called_by_what_it_takes_the_place_of(
    browser: Browser, delivered: str, point: Point, clock: Clock, tray: Tray
) -> None:
    ask(point, clock, delivered, paper(SLOT, 3), paper(SLOT, 2))
    browser.post(f"{delivered}/supplement")
    tray.press(pages=2)
    tray.clean()
    for page, place in zip(view_of(point, delivered).pages, (2, 3), strict=True):
        own = browser.get(f"{delivered}/pages/{page.id}").text
        assert f"Trang mới quét thứ {place - 1}, thay cho trang {place} phường đang có" in own
        assert " trên 2" not in own
        crop = browser.get(f"{delivered}/pages/{page.id}/crop").text
        assert f"Trang mới quét thứ {place - 1}</a>" in crop


def test_an_answer_that_was_wrong_to_give_is_sent_empty(
    browser: Browser, delivered: str, point: Point, clock: Clock, keys: tuple[str, str]
) -> None:
    form = view_of(point, delivered).procedure.fields
    spare = next(key for key, field in form.items() if field.required is False)
    ask(point, clock, delivered, answer(keys[0]), answer(spare, "Không phải ghi ô này"))
    browser.post(f"{delivered}/supplement")
    hub = browser.get(f"{delivered}/supplement").text
    assert f'id="empty-{spare}"' in hub
    assert f'id="empty-{keys[0]}"' not in hub  # the form always needs it
    told = browser.get(f"{delivered}/supplement/answers").text
    assert "chạm “Không có gì để ghi: để trống”" in told
    saves(browser, delivered, **{keys[0]: "Nguyễn Thị Mẫu"})
    seen = seen_of(browser, delivered, "")
    empties = f"{delivered}/supplement/answers/{spare}/empty"
    browser.post(empties, empty="yes")
    assert "Sẽ gửi: để trống." in browser.get(f"{delivered}/supplement").text
    unread = browser.post(f"{delivered}/supplement/seal", seen=seen, consent="yes")
    assert unread.location == f"{delivered}/supplement/check"  # nobody agrees to what nobody read
    browser.post(empties, empty="no")
    assert "Còn 1 việc trước khi gửi" in browser.get(f"{delivered}/supplement/check").text
    saves(browser, delivered, **{spare: "thừa"})
    browser.post(empties, empty="yes")
    assert "Sẽ gửi: thừa" in browser.get(f"{delivered}/supplement").text  # what is typed counts
    saves(browser, delivered, **{spare: ""})
    assert "(để trống)" in agree(browser, delivered)


def test_only_an_answer_the_ward_asks_about_can_be_left_empty(
    browser: Browser, delivered: str, point: Point, clock: Clock, keys: tuple[str, str]
) -> None:
    ask(point, clock, delivered, answer(keys[0]))
    browser.post(f"{delivered}/supplement")
    for key in (*keys, "nothing"):
        browser.post(f"{delivered}/supplement/answers/{key}/empty", empty="yes")
    assert not view_of(point, delivered).plan.emptied
