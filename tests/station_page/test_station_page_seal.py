"""Check, consent, seal, receipt: nothing is sealed that nobody read and agreed to."""

from __future__ import annotations

import re
from html import unescape

import pytest
from werkzeug.test import TestResponse

from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import ApplianceError, PdfTooBig
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import outbox, seal_requests
from tests.station_page.conftest import (
    Browser,
    Clock,
    Tray,
    id_of,
    receipt_for,
    topic_page,
    view_of,
)


def seen_in(text: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', text)
    assert found, "the check page offers no seal"
    return found[1]


def refused(browser: Browser, path: str, **fields: str) -> TestResponse:
    """The check page that a refused seal leads back to."""
    answer = browser.post(f"{path}/seal", **fields)
    assert answer.status_code == 303
    assert answer.location.startswith(f"{path}/check")
    return browser.get(answer.location)


@pytest.fixture
def complete(dossier: str, tray: Tray, point: Point) -> str:
    """A dossier that lacks nothing but the consent."""
    tray.press(pages=2)
    dossiers.save_answers(point, id_of(dossier), sample_answers("khai-sinh", point.today()))
    return dossier


@pytest.fixture
def sealed(browser: Browser, complete: str, point: Point) -> str:
    text = browser.get(f"{complete}/check").text
    browser.post(f"{complete}/seal", consent="yes", seen=seen_in(text))
    sealing.grant_next(point, cleaned)
    return complete


def test_the_check_reads_like_the_portal_and_counts_pages(browser: Browser, complete: str) -> None:
    text = unescape(browser.get(f"{complete}/check").text)
    order = ["Thông tin người yêu cầu", "Thông tin người được khai sinh", "CAO MINH MẪU",
             "05/11/2026", "Xã Bắc Khánh Vĩnh, Tỉnh Khánh Hòa", "Thông tin người mẹ"]  # fmt: skip
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert re.search(r"Giấy chứng sinh.*?2 trang", text, re.DOTALL)


def test_what_is_lacking_is_listed_with_the_way_back(
    browser: Browser, dossier: str, point: Point
) -> None:
    text = browser.get(f"{dossier}/check").text
    assert "Chưa quét: Giấy chứng sinh" in text
    box = topic_page(point, dossier, "child_name")
    assert f'href="{box}?back=check&all=1#f-child_name"' in unescape(text)
    assert f'href="{dossier}/slots/giay_chung_sinh?back=check"' in text
    assert "Chốt và gửi" not in text


def test_each_answer_says_whether_it_was_typed_or_must_still_come(
    browser: Browser, dossier: str, point: Point
) -> None:
    dossiers.save_answers(point, id_of(dossier), {"child_name": "Cao Minh Mẫu"})
    text = unescape(browser.get(f"{dossier}/check").text)
    rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text, re.DOTALL)
    told = {label: re.sub(r"<[^>]*>", "", said).strip() for label, said in rows}
    fields = view_of(point, dossier).procedure.fields
    assert told[fields["child_name"].label] == "CAO MINH MẪU tự gõ"
    assert told[fields["child_birth_date"].label] == "Còn thiếu"
    assert told[fields["requester_email"].label] == "(để trống)"  # nobody has to have one


def test_the_tick_is_never_there_before_the_citizen_gives_it(
    browser: Browser, complete: str
) -> None:
    text = browser.get(f"{complete}/check").text
    tick = re.search(r"<input[^>]*id=\"consent\"[^>]*>", text)
    assert tick
    assert "checked" not in tick[0]
    assert "Nhà văn hóa thôn Đông" in text
    text = refused(browser, complete, seen=seen_in(text)).text
    again = re.search(r"<input[^>]*id=\"consent\"[^>]*>", text)
    assert again
    assert "checked" not in again[0]


def test_without_the_tick_nothing_is_sealed(browser: Browser, complete: str, point: Point) -> None:
    text = browser.get(f"{complete}/check").text
    answer = refused(browser, complete, seen=seen_in(text))
    assert "Chưa đánh dấu đồng ý" in answer.text
    assert view_of(point, complete).dossier.state is DossierState.OPEN


def test_what_changed_after_it_was_read_is_not_sealed(
    browser: Browser, complete: str, point: Point
) -> None:
    seen = seen_in(browser.get(f"{complete}/check").text)
    dossiers.save_answers(point, id_of(complete), {"child_name": "Cao Minh Khác"})
    answer = refused(browser, complete, consent="yes", seen=seen)
    assert "vừa được sửa ở một màn hình khác" in answer.text
    assert "CAO MINH KHÁC" in unescape(answer.text)  # the new answers are there to be read
    assert view_of(point, complete).dossier.state is DossierState.OPEN


def test_a_page_that_came_after_the_reading_is_not_sealed_either(
    browser: Browser, complete: str, point: Point, tray: Tray
) -> None:
    seen = seen_in(browser.get(f"{complete}/check").text)
    tray.press()
    refused(browser, complete, consent="yes", seen=seen)
    assert view_of(point, complete).dossier.state is DossierState.OPEN


def test_an_incomplete_dossier_is_not_sealed_by_a_made_up_form(
    browser: Browser, dossier: str, point: Point
) -> None:
    from web.station.form.check import seen_mark

    seen = seen_mark(view_of(point, dossier))
    answer = refused(browser, dossier, consent="yes", seen=seen)
    assert "Hồ sơ chưa đủ để chốt." in answer.text


def test_the_seal_is_asked_for_and_its_steps_are_shown(
    browser: Browser, complete: str, point: Point
) -> None:
    text = browser.get(f"{complete}/check").text
    answer = browser.post(f"{complete}/seal", consent="yes", seen=seen_in(text))
    assert answer.location == f"{complete}/delivery"
    assert "Đang chốt hồ sơ" in browser.get(f"{complete}/delivery").text
    with point.database.writing() as connection:
        wish = seal_requests.next_seal(connection)
        assert wish is not None
        seal_requests.note_progress(connection, wish.id, 1, 3)
    assert "Bước 1 trên 3" in browser.get(f"{complete}/delivery/now").text


def test_a_second_click_on_seal_is_no_second_seal(browser: Browser, complete: str) -> None:
    seen = seen_in(browser.get(f"{complete}/check").text)
    for _ in range(2):
        answer = browser.post(f"{complete}/seal", consent="yes", seen=seen)
        assert (answer.status_code, answer.location) == (303, f"{complete}/delivery")


def test_a_seal_that_failed_says_why_and_leads_back(
    browser: Browser, complete: str, point: Point
) -> None:
    text = browser.get(f"{complete}/check").text
    browser.post(f"{complete}/seal", consent="yes", seen=seen_in(text))

    def too_big(*_args: object, **_more: object) -> object:
        raise PdfTooBig("for this test")

    with pytest.raises(ApplianceError):
        sealing.grant_next(point, too_big)  # type: ignore[arg-type]
    page = browser.get(f"{complete}/delivery").text
    assert "Chưa chốt được" in page
    assert "quá nhiều trang" in page
    assert "Quay lại hồ sơ" in page
    assert browser.get(complete).status_code == 200


def test_every_page_of_a_sealed_dossier_leads_to_where_it_stands(
    browser: Browser, sealed: str, tray: Tray
) -> None:
    for path in (sealed, f"{sealed}/check", f"{sealed}/pages/{tray.scanned[0]}"):
        answer = browser.get(path)
        assert (answer.status_code, answer.location) == (303, f"{sealed}/delivery"), path
    text = browser.get(f"{sealed}/delivery").text
    assert "Đang chờ gửi" in text
    for personal in ("Mẫu Hoa", "MẪU", "056196004567", "0901234567", "Suối"):
        assert personal not in text


def test_the_back_button_after_the_seal_breaks_nothing(
    browser: Browser, sealed: str, tray: Tray
) -> None:
    page = tray.scanned[0]
    for path in ("answers", "slots/uy_quyen/choose", "slots/uy_quyen/scan", f"pages/{page}/turn"):
        answer = browser.post(f"{sealed}/{path}", revision="1", child_name="Mẫu")
        assert answer.status_code in (303, 404, 409), path
        assert "Việc cần làm:" in answer.text or answer.location, path
    assert browser.get(f"{sealed}/pages/{page}/preview.jpg").status_code == 404
    for live in ("papers", "now", "slots/giay_chung_sinh/now", "topics/1/form"):
        assert browser.get(f"{sealed}/{live}", headers={"X-Live": "1"}).status_code == 409


def test_a_dossier_that_needs_a_person_says_why_and_can_be_tried_again(
    browser: Browser, sealed: str, point: Point
) -> None:
    with point.database.writing() as connection:
        outbox.needs_person(connection, id_of(sealed), "refused-by-ward", "secret detail")
    for path in ("/", f"{sealed}/delivery"):
        text = browser.get(path).text
        assert "Phường chưa nhận hồ sơ này" in text
        assert "Gọi cán bộ phường" in text
        assert "secret detail" not in text
    answer = browser.post(f"{sealed}/try-again", back="delivery")
    assert answer.location == f"{sealed}/delivery"  # where the button was pressed
    with point.database.reading() as connection:
        assert outbox.queue(connection).needs_person == 0
    assert "đang thử gửi lại" in browser.get(answer.location).text


def test_the_age_of_the_oldest_waiting_dossier_is_on_the_first_screen(
    browser: Browser, sealed: str, clock: Clock
) -> None:
    clock.pass_by(minutes=25)
    assert "Lâu nhất: 25 phút" in browser.get("/").text
    clock.pass_by(minutes=25)
    assert "lâu nhất</span> 50 phút" in browser.get("/dossiers/new").text
    clock.pass_by(minutes=25)
    assert "1 giờ 15 phút" in browser.get("/now").text


def test_the_wards_receipt_appears_with_its_code_and_time(
    browser: Browser, sealed: str, point: Point, clock: Clock
) -> None:
    first = browser.get(f"{sealed}/delivery/now", headers={"X-Live": "1"})
    with point.database.writing() as connection:
        sent = outbox.submission_of(connection, id_of(sealed))
        assert sent is not None
        outbox.mark_delivered(connection, sent, receipt_for(sent, clock.now))
    again = {"X-Live": "1", "If-None-Match": first.headers["ETag"]}
    text = browser.get(f"{sealed}/delivery/now", headers=again).text
    assert "TNHS-2026-0042" in text
    assert "09:30 ngày 22/11/2026" in text
    assert "Phường đã nhận" in browser.get("/").text
    assert "Không có hồ sơ chờ" in browser.get("/").text


def test_without_a_ward_key_nothing_is_sealed_and_the_technician_is_named(
    point: Point, browser: Browser, complete: str
) -> None:
    ward = point.config.ward
    object.__setattr__(ward, "recipient", "")  # a box that was never provisioned
    text = browser.get(f"{complete}/check").text
    answer = refused(browser, complete, consent="yes", seen=seen_in(text))
    assert "chưa có khóa của phường" in answer.text


def test_recent_dossiers_are_named_by_number_and_state_only(
    browser: Browser, complete: str
) -> None:
    text = browser.get("/").text
    assert "TH-0001-20261122-01" in text
    assert "Đang làm" in text
    assert "Mẫu" not in text


def test_the_dossier_can_be_taken_off_the_desk(
    browser: Browser, dossier: str, point: Point
) -> None:
    assert "Xem hồ sơ trên bàn" in browser.get("/").text
    browser.post("/desk/leave")
    assert view_of(point, dossier).on_desk_slot is None
    assert "Chưa có hồ sơ nào trên bàn" in browser.get("/").text
