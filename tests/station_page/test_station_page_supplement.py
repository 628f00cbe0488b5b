"""The ward asks, the point shows it first, and exactly that paper is scanned and sent again."""

from __future__ import annotations

import pytest

from appliance.core.dossiers.dossier import DossierState
from appliance.core.wire.manifest import SupplementItem, WardState
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.desk.sending.words import publish_words_key
from appliance.imaging.child.main import cleaned
from tests.station_page.conftest import Browser, Clock, Tray, id_of, view_of
from tests.station_page.supplements import OTHER, SLOT, WORDS, arrive, delivered, say

__all__ = ["delivered"]  # a dossier that the ward has


def ask(point: Point, clock: Clock, path: str, seq: int = 1, page: int | None = 2) -> None:
    item = SupplementItem(
        what="paper", ref=SLOT, problem="unreadable", page=page, note_vi="Góc dưới bị mờ"
    )
    say(point, clock, path, seq, WardState.SUPPLEMENT_REQUESTED, text_vi=WORDS, items=(item,))


def test_a_dossier_that_is_supplemented_stands_on_the_first_screen_once(
    browser: Browser, delivered: str, point: Point, clock: Clock
) -> None:
    assert browser.get("/").text.count(f'href="{delivered}') == 1
    ask(point, clock, delivered)
    assert browser.get("/").text.count(f'href="{delivered}') == 1
    browser.post(f"{delivered}/supplement")
    home = browser.get("/").text.split('id="open-title"')
    assert delivered in home[0]
    assert 'class="recent"' not in home[1]


def test_what_the_ward_asks_for_stands_first_and_leads_to_that_page(
    browser: Browser, delivered: str, point: Point, clock: Clock, tray: Tray
) -> None:
    assert "Phường cần bổ sung" not in browser.get("/").text
    ask(point, clock, delivered)
    home = browser.get("/").text
    assert home.index("Phường cần bổ sung") < home.index("Hồ sơ đang làm")
    assert f"{delivered}/supplement" in home
    page = browser.get(f"{delivered}/supplement").text
    assert "Bác &lt;b&gt;Hoa&lt;/b&gt; quét lại giúp trang 2." in page
    assert "Trang 2: mờ, không đọc được." in page
    assert "Góc dưới bị mờ" in page
    assert browser.post(f"{delivered}/supplement").status_code == 303
    hub = browser.get(f"{delivered}/supplement").text
    assert "Phường chỉ cần quét lại một trang: trang 2 của giấy này. Chưa quét trang nào." in hub
    slot = browser.get(f"{delivered}/slots/{SLOT}").text
    assert "Góc dưới bị mờ" in slot
    tray.press()
    hub = browser.get(f"{delivered}/supplement").text
    assert "Đã đủ. Cùng người dân kiểm tra rồi gửi." in hub
    assert "Đã quét đủ 1 trang." in hub
    slot = browser.get(f"{delivered}/slots/{SLOT}").text
    assert "Trang mới quét thứ 1" in slot  # the ward's own page 1 is another one
    assert '<p class="paper-number">Trang 1' not in slot


def test_a_page_too_many_is_to_be_taken_out_and_none_scanned(
    browser: Browser, delivered: str, point: Point, clock: Clock, tray: Tray
) -> None:
    ask(point, clock, delivered)
    browser.post(f"{delivered}/supplement")
    tray.press(pages=3)
    hub = browser.get(f"{delivered}/supplement").text
    assert "Bỏ bớt 2 trang quét thừa: " in hub
    assert "Đã quét 3 trang, thừa 2 trang: bỏ bớt." in hub
    assert "Quét giấy còn thiếu" not in hub


def test_the_second_revision_is_agreed_to_sealed_and_told(
    browser: Browser, delivered: str, point: Point, clock: Clock, tray: Tray
) -> None:
    ask(point, clock, delivered)
    browser.post(f"{delivered}/supplement")
    tray.press()
    check = browser.get(f"{delivered}/supplement/check").text
    assert "thay cho trang 2 phường đang có" in check
    assert 'name="consent" value="yes" id="consent" class="form-check-input">' in check
    seen = check.partition('name="seen" value="')[2].partition('"')[0]
    untold = browser.post(f"{delivered}/supplement/seal", seen=seen)
    assert "Chưa đánh dấu đồng ý." in browser.get(untold.location.partition("#")[0]).text
    browser.post(f"{delivered}/supplement/seal", seen=seen, consent="yes")
    assert "Đang chốt hồ sơ" in browser.get(f"{delivered}/delivery").text
    sealing.grant_next(point, cleaned)
    waiting = browser.get(f"{delivered}/delivery").text
    assert "Đây là bản bổ sung lần 1" in waiting
    arrive(point, id_of(delivered), clock)
    say(point, clock, delivered, 2, WardState.RECEIVED, reason_code="revision-2")
    assert "Phường đã nhận bổ sung lần 1" in browser.get(f"{delivered}/delivery").text
    assert "Phường cần bổ sung" not in browser.get("/").text


@pytest.mark.parametrize("page", ["", "/check", "/topics/1", "/phone", "/delivery"])
def test_pages_about_a_form_lead_to_what_the_ward_asks_for(
    browser: Browser, delivered: str, point: Point, clock: Clock, page: str
) -> None:
    ask(point, clock, delivered)
    browser.post(f"{delivered}/supplement")
    answer = browser.get(f"{delivered}{page}")
    assert (answer.status_code, answer.location) == (303, f"{delivered}/supplement")


@pytest.mark.parametrize("button", [f"/slots/{OTHER}/choose", f"/slots/{OTHER}/scan", "/answers"])
def test_other_papers_and_the_form_are_closed(
    browser: Browser, delivered: str, point: Point, clock: Clock, button: str
) -> None:
    ask(point, clock, delivered)
    browser.post(f"{delivered}/supplement")
    browser.post(f"{delivered}{button}", revision="0", child_name="Người khác")
    view = view_of(point, delivered)
    assert view.on_desk_slot == SLOT
    assert view.answers == {}


def test_a_volunteer_changes_her_mind_and_the_ward_goes_on_waiting(
    browser: Browser, delivered: str, point: Point, clock: Clock, tray: Tray
) -> None:
    ask(point, clock, delivered)
    browser.post(f"{delivered}/supplement")
    tray.press()
    browser.post(f"{delivered}/supplement/give-up")
    view = view_of(point, delivered)
    assert (view.dossier.state, view.dossier.revision) == (DossierState.DELIVERED, 1)
    assert point.pages.names() == set()
    assert "Phường cần bổ sung" in browser.get("/").text


def test_after_a_power_cut_only_the_new_pages_are_locked(
    browser: Browser, delivered: str, point: Point, clock: Clock, tray: Tray
) -> None:
    ask(point, clock, delivered)
    browser.post(f"{delivered}/supplement")
    tray.press()
    for key in (point.config.paths.runtime / "desk-keys").iterdir():
        key.unlink()
    page = browser.get(f"{delivered}/supplement").text
    assert "Chỉ những gì vừa làm để bổ sung bị khóa." in page
    browser.post(f"{delivered}/supplement/give-up")
    assert browser.post(f"{delivered}/supplement").status_code == 303
    assert view_of(point, delivered).dossier.state is DossierState.OPEN


def test_words_lie_nowhere_in_plain_and_are_asked_for_again_after_a_power_cut(
    browser: Browser, delivered: str, point: Point, clock: Clock
) -> None:
    ask(point, clock, delivered)
    with point.database.writing() as connection:
        connection.exec_driver_sql("SELECT 1")
    for file in point.config.paths.state.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"Hoa" not in content, file
            assert "Góc dưới".encode() not in content, file
    (point.config.paths.runtime / "officers-words.key").unlink()
    publish_words_key(point)  # the machine started again
    page = browser.get(f"{delivered}/delivery").text
    assert "lời dặn đang được lấy lại từ phường" in page
    assert "Hoa" not in page
    assert "mờ, không đọc được" in page  # which paper and page is known all the same


def test_a_national_code_is_typed_doubted_and_never_refused(
    browser: Browser, delivered: str, point: Point, clock: Clock
) -> None:
    browser.get(f"{delivered}/delivery")
    browser.post(f"{delivered}/national-code", code=" h26.12.34-261122-0001 ")
    page = browser.get(f"{delivered}/delivery").text
    assert 'value="H26.12.34-261122-0001"' in page
    assert "dvc-tra-cuu-ho-so" in page
    browser.post(f"{delivered}/national-code", code="<i>MỘT HAI BA</i>")
    page = browser.get(f"{delivered}/delivery").text
    assert "không giống mã hồ sơ" in page
    assert "<I>MỘT" not in page
    assert view_of(point, delivered).national_code == "<I>MỘTHAIBA</I>"
    say(point, clock, delivered, 1, WardState.PROCESSING, national_code="H26.12.34-261122-0002")
    assert view_of(point, delivered).national_code == "H26.12.34-261122-0002"
    assert "H26.12.34-261122-0002" in browser.get(f"{delivered}/delivery").text


def test_a_stranger_reads_no_word_of_an_officer(
    stranger: Browser, delivered: str, point: Point, clock: Clock
) -> None:
    ask(point, clock, delivered)
    for path in ("/supplement", "/supplement/now", "/supplement/check", "/delivery"):
        assert stranger.get(f"{delivered}{path}").location == "/sign-in"
    assert stranger.post(f"{delivered}/supplement").status_code in (303, 400)
    assert view_of(point, delivered).dossier.revision == 1
