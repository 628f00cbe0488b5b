"""A number given by mistake: taken back while it waits, and never held by two people."""

from __future__ import annotations

from appliance.core.point.queue import Queue
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import figures, queue
from appliance.store.people.volunteers import Volunteer
from tests.guides.test_guides_pages import words_of
from tests.station_page.conftest import Browser


def test_a_mistaken_number_goes_to_the_next_person(browser: Browser, point: Point) -> None:
    browser.get("/visits")
    browser.post("/visits/queue/give")
    given = browser.post("/visits/queue/give").location
    assert "Phát nhầm, lấy lại lượt 2" in browser.get(given).text
    browser.post("/visits/queue/take-back", number="2")
    assert "Đã lấy lại lượt 2. Người đến sau sẽ nhận số này." in browser.get("/visits").text
    assert queue.now(point) == Queue(waiting=(1,), given=1)
    assert "Phát nhầm" not in browser.get(given).text, "an old address offers nothing"
    assert queue.give(point) == 2
    assert figures.months(point, "2026-11", "2026-11") == []


def test_a_number_with_a_later_one_behind_it_is_nobodys(point: Point, lan: Volunteer) -> None:
    for _ in range(3):
        queue.give(point)
    assert queue.take_back(point, 2, on_paper=False)
    assert queue.now(point) == Queue(waiting=(1, 3), given=3)
    assert [queue.call_next(point, lan.id), queue.call_next(point, lan.id)] == [1, 3]
    assert not queue.call_again(point, 2, lan.id)
    assert queue.give(point) == 4


def test_a_number_on_paper_is_never_given_again(browser: Browser, point: Point) -> None:
    browser.get("/visits")
    browser.post("/visits/queue/give")
    browser.post("/visits/queue/print", number="1")  # whether the printer had paper or not
    browser.post("/visits/queue/take-back", number="1")
    assert "Nếu giấy số còn đó thì bỏ đi." in browser.get("/visits").text
    assert queue.now(point) == Queue(given=1)
    assert queue.give(point) == 2


def test_what_was_called_or_taken_back_meanwhile_is_told(
    browser: Browser, point: Point, lan: Volunteer
) -> None:
    for _ in range(2):
        queue.give(point)
    queue.call_next(point, lan.id)
    browser.get("/visits")
    for number in ("1", "9", "x"):
        browser.post("/visits/queue/take-back", number=number)
        assert "Chưa lấy lại được lượt" in browser.get("/visits").text, number
    assert queue.now(point) == Queue(called=(1,), waiting=(2,), given=2)
    assert queue.take_back(point, 2, on_paper=False)
    assert not queue.take_back(point, 2, on_paper=False)


def test_the_board_says_of_which_place_its_numbers_are(point: Point, stranger: Browser) -> None:
    queue.give(point)
    assert "Số thứ tự ở nơi này" not in stranger.get("/guides/queue").text, "there is but one"
    hall = served.add(point, "Nhà văn hóa tổ 5")
    assert hall is not None
    assert served.move(point, hall.key)
    board = words_of(stranger.get("/guides/queue").text)
    assert "Số thứ tự ở nơi này: Nhà văn hóa tổ 5" in board
    assert "Hôm nay chưa phát số" in board, "the other place's queue is none of theirs"
