"""Printing through a real CUPS on real IPP printers of its own, troubles and all."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from appliance.core.errors.printer import (
    PrinterAbsent,
    PrinterBusy,
    PrinterError,
    PrinterOutOfPaper,
    PrinterRefused,
    PrinterStopped,
)
from appliance.core.printing import Media, PrintJob, PrintNews, PrintState
from appliance.devices.printer import MOST_WAITING, Printer
from appliance.papers.prints.leaflet import Leaflet, print_leaflet
from appliance.wording import notice_for
from tests.printing.print_system import ROLL, ROLL_SIZES, PrintSystem

LEAFLET = Leaflet(
    "Điểm hỗ trợ Mẫu", ("Đăng ký khai sinh",), datetime(2026, 11, 22, tzinfo=timezone(timedelta(0)))
)


@pytest.fixture(scope="module")
def sheet() -> bytes:
    return print_leaflet(LEAFLET, Media.A4)


@pytest.fixture(scope="module")
def slip() -> bytes:
    return print_leaflet(LEAFLET, Media.ROLL)


@pytest.fixture
def sheets(print_system: PrintSystem) -> Iterator[Printer]:
    """The A4 printer; whatever a test did to it is over afterwards."""
    yield Printer("sheets", print_system.socket)
    print_system.feel("sheets", "")
    print_system.run("cancel", "-a")
    print_system.run("cupsenable", "sheets")
    print_system.run("cupsaccept", "sheets")
    print_system.wait_until_idle("sheets")


def news_of(printer: Printer, job: PrintJob, wanted: PrintNews | None = None) -> PrintNews:
    """What is told at the end, or as soon as it is *wanted*."""
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        news = printer.follow(job)
        if news == wanted or news.state in (PrintState.DONE, PrintState.GIVEN_UP):
            return news
        time.sleep(0.05)
    return news


def pages_of(document: Path) -> str:
    done = subprocess.run(["pdfinfo", str(document)], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_sheet_comes_out_of_the_printer(print_system, sheets, sheet):
    job = sheets.print(sheet, Media.A4)
    assert news_of(sheets, job) == PrintNews(PrintState.DONE)
    printed = print_system.came_out("sheets")[-1]
    assert "(A4)" in pages_of(printed)
    text = subprocess.run(
        ["pdftotext", str(printed), "-"], capture_output=True, text=True, check=True
    )
    assert "Làm thủ tục gần nhà, có người giúp" in " ".join(text.stdout.split())


def test_a_slip_is_cut_as_long_as_its_text(print_system, slip):
    slips = Printer("slips", print_system.socket)
    assert news_of(slips, slips.print(slip, Media.ROLL)) == PrintNews(PrintState.DONE)
    about = pages_of(print_system.came_out("slips")[-1])
    width, _, height = about.split("Page size:")[1].split("pts")[0].strip().partition(" x ")
    assert float(width) == pytest.approx(226, abs=1)  # 80 mm
    assert 100 < float(height) < 900


def test_a_slip_does_not_go_to_a_printer_without_a_roll(sheets, slip):
    with pytest.raises(PrinterRefused):
        sheets.print(slip, Media.ROLL)


def test_a_printer_that_turns_the_paper_down_is_told(print_system, slip):
    """CUPS counts in points: 79.7 mm, which a printer of exactly 80 mm does not take."""
    exact = ROLL.format(sizes=ROLL_SIZES).replace("5000-8000", "8000-8000")
    print_system.add_printer("exact", 8636, exact)
    picky = Printer("exact", print_system.socket)
    job = picky.print(slip, Media.ROLL)
    assert news_of(picky, job) == PrintNews(PrintState.GIVEN_UP, PrinterRefused.code)


def test_a_sheet_does_not_go_to_a_till_roll(print_system, sheet):
    with pytest.raises(PrinterRefused):
        Printer("slips", print_system.socket).print(sheet, Media.A4)


def test_an_empty_tray_is_told_and_the_sheet_comes_once_there_is_paper(print_system, sheets, sheet):
    before = len(print_system.came_out("sheets"))
    print_system.feel("sheets", "media-empty")
    job = sheets.print(sheet, Media.A4)
    waits = PrintNews(PrintState.PRINTING, PrinterOutOfPaper.code)
    assert news_of(sheets, job, waits) == waits
    with pytest.raises(PrinterOutOfPaper):  # ours would wait behind it
        sheets.print(sheet, Media.A4)
    print_system.feel("sheets", "")
    assert news_of(sheets, job) == PrintNews(PrintState.DONE)
    assert len(print_system.came_out("sheets")) == before + 1


def test_an_open_cover_is_told(print_system, sheets, sheet):
    print_system.feel("sheets", "cover-open")
    waits = PrintNews(PrintState.PRINTING, PrinterStopped.code)
    assert news_of(sheets, sheets.print(sheet, Media.A4), waits) == waits


def test_what_the_printer_complained_of_yesterday_stops_nobody_today(print_system, sheets, sheet):
    print_system.feel("sheets", "media-empty")
    job = sheets.print(sheet, Media.A4)
    news_of(sheets, job, PrintNews(PrintState.PRINTING, PrinterOutOfPaper.code))
    sheets.cancel(job)
    assert news_of(sheets, job).state is PrintState.GIVEN_UP
    print_system.feel("sheets", "")
    print_system.wait_until_idle("sheets")  # and it still says media-empty
    assert news_of(sheets, sheets.print(sheet, Media.A4)) == PrintNews(PrintState.DONE)


def test_a_cancelled_sheet_never_comes_out(print_system, sheets, sheet):
    before = len(print_system.came_out("sheets"))
    print_system.run("cupsdisable", "sheets")
    with pytest.raises(PrinterStopped):
        sheets.print(sheet, Media.A4)
    print_system.run("cupsenable", "sheets")
    print_system.feel("sheets", "other")  # it dawdles, and has no complaint
    first = sheets.print(sheet, Media.A4)
    second = sheets.print(sheet, Media.A4)
    sheets.cancel(second)
    sheets.cancel(second)  # twice is no error
    assert news_of(sheets, second) == PrintNews(PrintState.GIVEN_UP)  # as wished: no trouble
    print_system.feel("sheets", "")
    assert news_of(sheets, first) == PrintNews(PrintState.DONE)
    assert len(print_system.came_out("sheets")) == before + 1


def test_a_long_queue_is_called_busy(print_system, sheets, sheet):
    print_system.feel("sheets", "other")
    for _ in range(MOST_WAITING + 1):
        sheets.print(sheet, Media.A4)
    with pytest.raises(PrinterBusy):
        sheets.print(sheet, Media.A4)


def test_a_queue_that_takes_nothing_is_told(print_system, sheets, sheet):
    print_system.run("cupsreject", "sheets")
    with pytest.raises(PrinterStopped):
        sheets.print(sheet, Media.A4)


def test_a_paper_for_a_printer_that_is_off_is_given_up_and_never_comes_out_later(
    print_system, sheet
):
    print_system.add_printer("dozing", 8635)
    print_system.switch_off("dozing")
    dozing = Printer("dozing", print_system.socket, give_up_after_s=2)
    job = dozing.print(sheet, Media.A4)
    waits = PrintNews(PrintState.PRINTING, PrinterAbsent.code)
    assert news_of(dozing, job, waits) == waits
    assert news_of(dozing, job) == PrintNews(PrintState.GIVEN_UP, PrinterAbsent.code)
    print_system.add_printer("dozing", 8635)
    assert news_of(dozing, dozing.print(sheet, Media.A4)) == PrintNews(PrintState.DONE)
    assert len(print_system.came_out("dozing")) == 1


def test_no_plain_paper_touches_the_card_or_stays_behind(print_system, sheets, sheet):
    print_system.feel("sheets", "media-empty")
    job = sheets.print(sheet, Media.A4)
    assert len(print_system.waiting()) >= 1  # it waits in memory that only CUPS sees
    assert list(print_system.spool.rglob("*")) == []
    print_system.feel("sheets", "")
    assert news_of(sheets, job) == PrintNews(PrintState.DONE)
    give_up = time.monotonic() + 10
    while print_system.waiting() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert print_system.waiting() == []


@pytest.mark.parametrize("queue", ["", "nobody", "a/b", "máy in"])
def test_a_queue_that_is_not_there_is_told_as_an_absent_printer(print_system, sheet, queue):
    with pytest.raises(PrinterAbsent):
        Printer(queue, print_system.socket).print(sheet, Media.A4)


def test_without_a_print_system_the_printer_is_absent(tmp_path, sheet):
    with pytest.raises(PrinterAbsent):
        Printer("sheets", tmp_path / "cups.sock").print(sheet, Media.A4)


def test_a_print_system_that_says_nothing_holds_nobody_up(print_system, sheets, sheet):
    quick = replace(sheets, deadline_s=0.5)
    job = quick.print(sheet, Media.A4)
    print_system.freeze_cups()
    began = time.monotonic()
    try:
        with pytest.raises(PrinterAbsent):
            quick.print(sheet, Media.A4)
        assert quick.follow(job) == PrintNews(PrintState.WAITING, PrinterAbsent.code)
        assert time.monotonic() - began < 10  # it is silent for as long as it is frozen
    finally:
        print_system.freeze_cups(frozen=False)


def test_every_trouble_of_the_printer_offers_the_file_instead():
    for error in PrinterError.__subclasses__():
        assert "Tải về" in notice_for(error.code).next, error


def test_systemd_understands_how_the_spool_is_kept_in_memory(tmp_path):
    unit = Path("/usr/lib/systemd/system/cups.service")
    if shutil.which("systemd-analyze") is None or not unit.exists():
        pytest.skip("neither systemd nor CUPS's unit is on this machine")
    drop_in = Path(__file__).parents[2] / "systemd/cups.service.d/tramhoso.conf"
    alone = tmp_path / "cups.service"
    alone.write_text("[Service]\nType=simple\nExecStart=/bin/true\n" + drop_in.read_text())
    told = subprocess.run(
        ["systemd-analyze", "verify", str(alone)], capture_output=True, text=True, check=False
    )
    assert "cups.service:" not in told.stderr, told.stderr
    typo = alone.read_text().replace("TemporaryFileSystem", "TemporaryFilesystem")
    alone.write_text(typo)
    told = subprocess.run(
        ["systemd-analyze", "verify", str(alone)], capture_output=True, text=True, check=False
    )
    assert "cups.service:" in told.stderr
