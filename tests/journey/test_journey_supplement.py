"""The ward asks for a better page, and gets exactly one more revision, also through kill -9."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from appliance.core.dossiers.dossier import DossierState
from appliance.demo.house import House
from appliance.desk.point import Point
from tests.journey.supplements import SLOT, Supplemented
from tests.journey.waiting import until
from tests.screenshots import keep_picture
from tests.station_page.chromium import open_window
from web.ward.office.current import corrections

pytestmark = pytest.mark.timeout(500)


def test_a_better_page_arrives_once_whatever_is_killed_on_its_way(
    house: House, point: Point
) -> None:
    one = Supplemented(house, point)
    one.ask(paper_0="unreadable", pages_0="2", note_0="Góc dưới bị mờ.")
    one.begin()
    house.kill("web")
    house.start("web")
    house.wait_for_the_page()
    house.scanner.pace_s = 0.3
    house.lay_papers(1)
    house.press()
    until(lambda: one.view.scan is not None and one.view.scan.state == "scanning")
    house.kill("station")
    house.scanner.pace_s = 0.0
    house.start("station")
    until(lambda: one.batch_ended)
    if not one.view.pages:
        one.scan()
    house.kill("uploader")
    one.agree()
    until(lambda: one.view.dossier.state is DossierState.SEALING)
    house.kill("station")
    house.start("station")
    until(lambda: one.view.dossier.state is DossierState.SEALED)
    house.kill("ward")
    house.start("uploader")
    until(lambda: one.view.submission is not None and one.view.submission.attempts >= 1)
    house.start("ward")
    house.hurry_outbox()
    until(lambda: one.arrived(2))
    [paper] = [paper for paper in one.proven(revisions=2) if paper.slot == SLOT]
    assert [(held.revision, held.page) for held in paper.files] == [(1, None), (2, 2)]

    one.ask(paper_0="other", field_0="child_name", wrong_0="mismatch")  # the whole paper now
    one.begin()
    one.correct(child_name="Cao Minh Mẫn")
    one.agree(in_part=True)  # the answer first; the citizen has to fetch the paper
    until(lambda: one.arrived(3))
    assert "Chờ bổ sung" in one.officer.page(f"/inbox/{one.id}").text
    until(lambda: one.view.request is not None and not one.view.request.fields)
    one.begin()
    one.scan(sheets=2)
    one.agree()
    until(lambda: one.arrived(4))
    [paper] = [paper for paper in one.proven(revisions=4) if paper.slot == SLOT]
    assert [(held.revision, held.page) for held in paper.files] == [(4, None)]
    now = corrections(one.opened())["child_name"]
    assert (now.revision, now.text) == (3, "CAO MINH MẪN")
    house.must_be_alive()


def test_what_is_asked_for_while_a_supplement_travels_makes_a_third_revision(
    house: House, point: Point
) -> None:
    one = Supplemented(house, point)
    one.ask(paper_0="unreadable")
    one.begin()
    one.scan()
    house.kill("uploader")
    one.agree()
    until(lambda: one.view.dossier.state is DossierState.SEALED)
    one.officer.answer(one.id, "supplement", text="Mời bác mang thêm sổ hộ khẩu.")
    house.start("uploader")
    until(lambda: one.arrived(2))
    until(lambda: one.view.request is not None)
    assert "Chờ bổ sung" in one.officer.page(f"/inbox/{one.id}").text
    one.begin()
    one.scan()
    one.agree()
    until(lambda: one.arrived(3))
    one.proven(revisions=3)
    assert "Mới đến" in one.officer.page(f"/inbox/{one.id}").text


def test_words_lost_with_the_power_come_back_from_the_ward_by_themselves(
    house: House, point: Point
) -> None:
    one = Supplemented(house, point)
    one.ask(paper_0="unreadable", text="Bác Thử Nghiệm quét lại giúp.")
    page = f"/dossiers/{one.id}/supplement"
    assert "Bác Thử Nghiệm quét lại giúp." in one.browser.get(page).html
    for service in ("web", "uploader"):
        house.kill(service)
    (point.config.paths.runtime / "officers-words.key").unlink()  # memory is gone
    with sqlite3.connect(point.database.path) as card:
        assert b"Nghi" not in b"".join(
            row[0] for row in card.execute("SELECT message FROM ward_event")
        )
    house.start("web")
    house.wait_for_the_page()
    assert "lời dặn đang được lấy lại" in one.browser.get(page).html
    house.start("uploader")
    until(lambda: "Bác Thử Nghiệm quét lại giúp." in one.browser.get(page).html)


@pytest.mark.browser
@pytest.mark.parametrize("width", [pytest.param(1366, marks=pytest.mark.campaign), 360])
def test_in_two_browsers_an_officer_asks_and_reads_the_better_page(
    house: House, point: Point, tmp_path: Path, width: int
) -> None:
    one = Supplemented(house, point)
    number = one.view.dossier.number
    (name, pin), *_ = house.pins.items()
    with open_window(house.web_url.rstrip("/"), width=width) as window:

        def picture(called: str) -> None:
            window.page.wait_for_load_state("load")
            keep_picture(window.page, f"{called}-{width}", whole=True)
            too_wide = window.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert too_wide <= 0, called
            assert window.barriers() == [], called

        window.sign_in(name, pin)
        officer = window.context.new_page()
        officer.goto(house.ward_url)
        officer.get_by_label("Tên đăng nhập").fill(house.officer)
        officer.get_by_label("Mật khẩu").fill(house.officer_password)
        officer.get_by_role("button", name="Đăng nhập").click()
        officer.get_by_role("link", name="BD-").first.click()
        officer.get_by_role("combobox").first.select_option("unreadable")
        officer.get_by_label("Chỉ các trang số").first.fill("2")
        officer.get_by_label("Lời dặn về giấy này").first.fill("Góc dưới bên phải bị mờ.")
        officer.get_by_label("Nội dung yêu cầu").fill("Mời bác quét lại giúp trang 2.")
        keep_picture(officer, f"ward-asks-{width}")
        officer.get_by_role("button", name="Gửi yêu cầu bổ sung").click()
        officer.get_by_text("Đã gửi yêu cầu bổ sung về điểm hỗ trợ.").wait_for()

        page = window.page  # still on the first screen: it shows the news by itself
        page.get_by_role("heading", name="Phường cần bổ sung").wait_for(timeout=60_000)
        picture("home-asked")
        page.locator(".asked a").click()
        page.get_by_text("Góc dưới bên phải bị mờ.").wait_for()
        picture("supplement-asked")
        page.get_by_role("button", name="Quét bổ sung ngay tại đây").click()
        page.get_by_role("link", name="Quét giấy này").click()
        page.get_by_text("Góc dưới bên phải bị mờ.").wait_for()
        house.lay_papers(1)
        page.locator(f"#scan-{SLOT}").click()
        until(lambda: len(one.view.pages) == 1 and one.batch_ended)
        until(lambda: one.view.pages[0].preview is not None)
        picture("supplement-paper")
        page.get_by_role("link", name="Xong giấy này").click()
        page.get_by_role("link", name="Kiểm tra và gửi bổ sung").wait_for()
        picture("supplement-ready")
        page.get_by_role("link", name="Kiểm tra và gửi bổ sung").click()
        page.get_by_role("button", name="Chốt và gửi bổ sung").click()  # not ticked yet
        page.get_by_text("Chưa đánh dấu đồng ý.").wait_for()
        page.get_by_role("checkbox").check()
        picture("supplement-check")
        page.get_by_role("button", name="Chốt và gửi bổ sung").click()
        until(lambda: one.arrived(2))
        page.get_by_text("Phường đã nhận bổ sung lần 1").wait_for(timeout=60_000)
        picture("delivery-supplemented")
        assert not window.complaints

        officer.reload()
        officer.get_by_role("heading", name="Giấy tờ hiện hành").wait_for()
        assert officer.get_by_text("thay cho trang 2").count() == 1
        keep_picture(officer, f"ward-supplemented-{width}")
    assert number
    one.proven(revisions=2)
