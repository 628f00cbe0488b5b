"""A number on paper comes out once, and a printer that cannot says what it lacks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.config import PrinterSection
from appliance.core.errors.printer import PrinterOutOfPaper
from appliance.desk.point import Point
from appliance.desk.running import queue
from appliance.pretend.printer import PretendPrinters
from appliance.wording import notice_for
from tests.guides.test_guides_pages import words_of
from tests.station_page.conftest import Browser


@pytest.fixture
def printers(tmp_path: Path, point: Point) -> Iterator[PretendPrinters]:
    with PretendPrinters(tmp_path / "s", tmp_path / "out", a_sheet_takes_s=0.1) as pretend:
        section = PrinterSection(slips="slips", socket=pretend.socket)
        with_roll = point.config.model_copy(update={"printer": section})
        object.__setattr__(point, "config", with_roll)
        yield pretend


def page_of(browser: Browser, number: int) -> str:
    return words_of(browser.get(f"/visits?given={number}").text)


def came_out(printers: PretendPrinters, count: int) -> int:
    """How many slips lie there, as soon as there are *count* or after ten seconds."""
    give_up = time.monotonic() + 10
    while len(printers.came_out("slips")) < count and time.monotonic() < give_up:
        time.sleep(0.05)
    return len(printers.came_out("slips"))


def test_a_double_press_prints_a_number_once_and_the_page_tells_when_it_is_out(
    browser: Browser, point: Point, printers: PretendPrinters
) -> None:
    browser.get("/visits")
    browser.post("/visits/queue/give")
    printers.feel("slips", "media-empty")  # so that both presses find it on its way
    for _ in range(2):
        answer = browser.post("/visits/queue/print", number="1")
    assert answer.location.endswith("given=1#queue")
    printers.feel("slips", "")
    assert came_out(printers, 1) == 1
    give_up = time.monotonic() + 10
    while "Đã in xong" not in (page := page_of(browser, 1)) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert "Đã in xong. Lấy tờ giấy ở máy in." in page
    assert "In lại lượt 1" in page
    assert len(printers.came_out("slips")) == 1


def test_a_printer_without_paper_is_told_beside_the_number_that_stays(
    browser: Browser, point: Point, printers: PretendPrinters
) -> None:
    browser.get("/visits")
    browser.post("/visits/queue/give")
    printers.feel("slips", "media-empty")
    browser.post("/visits/queue/print", number="1")
    give_up = time.monotonic() + 10
    wanted = notice_for(PrinterOutOfPaper.code).what
    while wanted not in (page := page_of(browser, 1)) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert wanted in page
    assert "Lượt 1" in page
    assert "In lại" not in page
    browser.post("/visits/queue/give")
    assert queue.now(point).waiting == (1, 2)


def test_a_page_that_begins_anew_gives_the_next_number_whatever_was_printed(
    browser: Browser, point: Point, printers: PretendPrinters
) -> None:
    browser.get("/visits")
    browser.post("/visits/queue/give")
    browser.post("/visits/queue/print", number="1")
    from web.station.printing.print_book import PrintBook
    from web.station.printing.prints import BOOK

    browser.client.application.extensions[BOOK] = PrintBook()  # as after a kill: memory is gone
    answer = browser.post("/visits/queue/give")
    assert "given=2" in answer.location
    assert came_out(printers, 1) == 1
