"""What volunteers see of papers without a dossier, and what they do not."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from appliance.desk.dossier import dossiers
from appliance.desk.pages import cleaning, scanning
from appliance.desk.point import Point
from appliance.desk.walk_up import walk_ups
from appliance.imaging.child.main import cleaned
from appliance.store.dossier import pages as stored
from appliance.store.dossier import scan_requests
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.station_page.conftest import *
from tests.station_page.conftest import PIN, Browser, Clock, Tray, id_of, view_of
from tests.station_page.conftest import point as plain_point  # noqa: F401

SLOT = "giay_chung_sinh"


@pytest.fixture
def point(plain_point: Point, clock: Clock) -> Point:
    """Uptime moves with the clock that the test moves."""
    object.__setattr__(plain_point, "uptime", clock.monotonic)
    return plain_point


@pytest.fixture
def hung(app: Flask, point: Point) -> Browser:
    with point.database.writing() as connection:
        add_volunteer(connection, "Hùng", PIN, Role.VOLUNTEER, point.clock())
    browser = Browser(app.test_client())
    browser.sign_in("Hùng")
    return browser


def clean_all(point: Point) -> None:
    while (work := cleaning.next_work(point)) is not None:
        cleaning.save_cleaned(point, work, cleaned(work.master, work.order))


def picture(point: Point) -> str:
    with point.database.reading() as connection:
        (page, *_) = stored.held_pages(connection, 1)
    return f"/walk-ups/1/pages/{page.id}.jpg"


def text_of(browser: Browser, path: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", browser.get(path).text)))


def test_the_first_screen_lists_numbers_pages_and_minutes_and_no_picture(
    browser: Browser, tray: Tray, clock: Clock
) -> None:
    tray.press(pages=3)
    clock.pass_by(minutes=4)
    text = text_of(browser, "/")
    assert "Số 1 3 trang · quét 4 phút trước còn 26 phút" in text
    assert "Giấy chờ nhận: số 1" in text
    assert '<img src="/walk-ups' not in browser.get("/").text


def test_the_first_screen_says_beforehand_what_will_be_erased_and_after_that_it_was(
    browser: Browser, tray: Tray, clock: Clock, point: Point
) -> None:
    tray.press()
    clock.pass_by(minutes=25)
    browser.sign_in()
    assert "Sắp xóa: còn 5 phút" in text_of(browser, "/")
    clock.pass_by(minutes=5)
    assert "Sắp xóa" not in text_of(browser, "/")
    from appliance.services.upkeep import run

    run(point)
    assert "Số 1 đã xóa lúc 10:00 ngày 22/11/2026, không ai nhận." in text_of(browser, "/")
    assert "Số 1 đã bị xóa lúc 10:00" in text_of(browser, "/walk-ups?numbers=1")


def test_nobody_sees_a_paper_before_the_citizen_was_asked(
    browser: Browser, hung: Browser, stranger: Browser, tray: Tray, point: Point
) -> None:
    tray.press(pages=2)
    clean_all(point)
    where = picture(point)
    assert stranger.get(where).status_code == 303
    assert browser.get(where).status_code == 409
    asked = browser.get("/walk-ups?numbers=1")
    assert "Bác quét mấy trang, cách đây bao lâu?" in unescape(asked.text)
    assert '<img src="/walk-ups' not in asked.text
    assert browser.post("/walk-ups/open", numbers="1").status_code == 303
    assert browser.get("/walk-ups?numbers=1").text.count('<img src="/walk-ups') == 2
    seen = browser.get(where)
    assert (seen.status_code, seen.headers["Cache-Control"]) == (200, "no-store, private")
    assert hung.get(where).status_code == 409
    assert "Lan đang xem" in text_of(hung, "/")
    assert "Hỏi người dân trước khi mở" in text_of(hung, "/walk-ups?numbers=1")


def test_papers_go_into_an_open_dossier_and_are_ordinary_pages_there(
    browser: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    browser.post("/desk/leave")
    tray.press(pages=2)
    clean_all(point)
    browser.post("/walk-ups/open", numbers="1")
    page = browser.get("/walk-ups?numbers=1")
    assert f'value="{SLOT}"' in page.text  # the only open dossier is offered with its slots
    answer = browser.post(f"{dossier}/walk-ups", numbers="1", slot=SLOT)
    assert (answer.status_code, answer.location) == (303, dossier)
    assert "Đã nhận 2 trang vào hồ sơ." in browser.get(dossier).text
    first, second = view_of(point, dossier).pages_in(SLOT)
    assert browser.get(f"{dossier}/pages/{first.id}/small.jpg").status_code == 200
    browser.post(f"{dossier}/pages/{second.id}/remove")
    assert len(view_of(point, dossier).pages_in(SLOT)) == 1
    browser.post(f"{dossier}/pages/{second.id}/put-back")
    assert len(view_of(point, dossier).pages_in(SLOT)) == 2


def test_a_new_dossier_is_opened_for_them_by_choosing_the_procedure(
    browser: Browser, tray: Tray, point: Point
) -> None:
    tray.press()
    browser.post("/walk-ups/open", numbers="1")
    browser.get("/walk-ups?numbers=1")
    wrong = browser.post("/walk-ups/dossiers", numbers="1", procedure="no-such")
    assert "Hãy chọn một thủ tục" in browser.get(wrong.location).text
    answer = browser.post("/walk-ups/dossiers", numbers="1", procedure="khai-tu")
    (made,) = dossiers.list_recent(point)
    assert f"dossier={made.id}" in answer.location
    page = browser.get(answer.location)
    slot = re.search(r'name="slot" value="([^"]+)"', page.text)
    assert slot
    browser.post(f"/dossiers/{made.id}/walk-ups", numbers="1", slot=slot[1])
    assert len(dossiers.look_at(point, made.id).pages) == 1


def test_the_slower_of_two_volunteers_gets_a_sentence_and_no_page(
    browser: Browser, hung: Browser, tray: Tray, point: Point
) -> None:
    tray.press()
    mine, yours = browser.open_dossier(), hung.open_dossier()
    for one in (browser, hung):
        one.post("/walk-ups/open", numbers="1")
    late = browser.post(f"{mine}/walk-ups", numbers="1", slot=SLOT)
    assert late.status_code == 409
    assert "một tình nguyện viên khác vừa mở" in late.text
    assert hung.post(f"{yours}/walk-ups", numbers="1", slot=SLOT).status_code == 303
    gone = browser.post(f"{mine}/walk-ups", numbers="1", slot=SLOT)
    assert gone.status_code == 409
    assert "Không còn lượt quét nào chờ nhận với số này." in gone.text
    assert (len(view_of(point, mine).pages), len(view_of(point, yours).pages)) == (0, 1)


def test_papers_cannot_be_put_into_a_dossier_that_another_volunteer_works_on(
    browser: Browser, hung: Browser, tray: Tray, point: Point
) -> None:
    theirs = browser.open_dossier()
    browser.post("/desk/leave")
    tray.press()
    hung.post("/walk-ups/open", numbers="1")
    assert f"dossier={id_of(theirs)}" not in hung.get("/walk-ups?numbers=1").text
    assert hung.post(f"{theirs}/walk-ups", numbers="1", slot=SLOT).status_code == 409
    assert view_of(point, theirs).pages == ()


def test_whoever_signs_out_leaves_no_dossier_for_a_strangers_papers(
    browser: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    browser.post("/sign-out")
    tray.press()
    assert view_of(point, dossier).pages == ()
    assert [one.walk_up.number for one in walk_ups.waiting(point)] == [1]


def test_papers_nobody_needs_are_erased_at_once(browser: Browser, tray: Tray, point: Point) -> None:
    tray.press()
    assert browser.post("/walk-ups/1/erase").status_code == 409  # not asked for yet
    browser.post("/walk-ups/open", numbers="1")
    browser.get("/walk-ups?numbers=1")
    assert browser.post("/walk-ups/1/erase").location == "/"
    assert "Đã xóa giấy của số này khỏi hộp." in browser.get("/").text
    assert point.pages.names() == set()


def test_paper_that_moves_for_nobodys_dossier_is_stopped_from_the_first_screen(
    browser: Browser, tray: Tray, point: Point
) -> None:
    number = scanning.press(point, scanning.AskedBy.PANEL)
    assert f"/walk-ups/scans/{number}/stop" in browser.get("/").text
    browser.post(f"/walk-ups/scans/{number}/stop")
    with point.database.reading() as connection:
        assert scan_requests.is_to_stop(connection, number)
    tray.feed(number, 2, "scan-stopped")
    home = browser.get("/").text
    assert "/stop" not in home
    assert "Số 1" in home
    assert browser.post(f"/walk-ups/scans/{number}/stop").status_code == 303  # too late: nothing


def test_a_dossiers_batch_is_not_stopped_as_somebodys_without_one(
    browser: Browser, dossier: str, point: Point
) -> None:
    number = scanning.press(point, scanning.AskedBy.PANEL)
    assert "/walk-ups/scans" not in browser.get("/").text
    assert browser.post(f"/walk-ups/scans/{number}/stop").status_code == 409
    assert browser.post("/walk-ups/scans/999/stop").status_code == 409


def test_what_is_gone_while_it_is_looked_at_is_told(
    browser: Browser, tray: Tray, clock: Clock
) -> None:
    tray.press()
    browser.post("/walk-ups/open", numbers="1")
    clock.pass_by(minutes=31)
    browser.sign_in()
    live = browser.get("/walk-ups/now?numbers=1", headers={"X-Live": "1"})
    assert live.status_code == 409  # its script then opens the page anew
    assert "Không có giấy nào chờ nhận với số 1." in text_of(browser, "/walk-ups?numbers=1")


@pytest.mark.parametrize("typed", ["", "abc", "<b>", "0", "999", "1-99999999", "1 2 3"])
def test_what_is_no_number_here_is_told_and_shows_nothing(
    browser: Browser, tray: Tray, typed: str
) -> None:
    tray.press()
    answer = browser.get("/walk-ups", query_string={"numbers": typed}, follow_redirects=True)
    assert answer.status_code == 200
    assert '<img src="/walk-ups' not in answer.text
    assert "<b>" not in answer.text
    assert "Hãy gõ số" in answer.text or "Không có giấy nào chờ nhận" in answer.text


def test_where_walk_ups_are_off_nothing_speaks_of_them(
    app: Flask, point: Point, lan: Volunteer
) -> None:
    drafts = point.config.drafts.model_copy(update={"walk_ups": False})
    object.__setattr__(point, "config", point.config.model_copy(update={"drafts": drafts}))
    browser = Browser(app.test_client())
    browser.sign_in()
    assert "nhấn nút lúc này sẽ không quét" in text_of(browser, "/")
    assert "số mấy" not in text_of(browser, "/")


def test_a_locked_screen_shows_no_paper_of_anybody(
    browser: Browser, tray: Tray, point: Point
) -> None:
    tray.press()
    clean_all(point)
    browser.post("/walk-ups/open", numbers="1")
    browser.post("/lock", back="/")
    assert browser.get(picture(point)).status_code != 200
    assert "walk-ups/1" not in browser.get("/walk-ups?numbers=1", follow_redirects=True).text


def test_opening_at_the_last_moment_leaves_ten_minutes(
    browser: Browser, tray: Tray, clock: Clock, point: Point
) -> None:
    tray.press()
    clock.pass_by(minutes=28)
    browser.sign_in()
    browser.post("/walk-ups/open", numbers="1")
    (one,) = walk_ups.waiting(point)
    assert one.left == timedelta(minutes=10)
