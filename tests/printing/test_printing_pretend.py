"""The pretend printers keep the promises that CUPS keeps: the same sentences over both."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

import pytest

from appliance.core.errors.printer import PrinterAbsent, PrinterOutOfPaper, PrinterRefused
from appliance.core.printing import Media, PrintJob, PrintNews, PrintState
from appliance.devices.printer import Printer
from appliance.papers.prints.leaflet import Leaflet, print_leaflet
from appliance.pretend.printer import PretendPrinters

NOBODY = Leaflet(
    "Điểm Mẫu", ("Đăng ký khai sinh",), datetime(2026, 11, 22, tzinfo=timezone(timedelta(0)))
)


class Printers(Protocol):
    socket: Path

    def feel(self, queue: str, trouble: str) -> None: ...

    def came_out(self, queue: str) -> Sequence[Path]: ...


@pytest.fixture(params=["pretend", "cups"])
def printers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Printers]:
    if request.param == "cups":
        system = request.getfixturevalue("print_system")
        yield system
        system.feel("sheets", "")
        system.run("cancel", "-a")
        system.wait_until_idle("sheets")
        return
    with PretendPrinters(tmp_path / "s", tmp_path / "out", a_sheet_takes_s=0.2) as pretend:
        yield pretend


@pytest.fixture(scope="module")
def sheet() -> bytes:
    return print_leaflet(NOBODY, Media.A4)


def until(printer: Printer, job: PrintJob, holds: Callable[[PrintNews], bool]) -> PrintNews:
    give_up = time.monotonic() + 30
    while not holds(news := printer.follow(job)):
        assert time.monotonic() < give_up, news
        time.sleep(0.02)
    return news


def test_a_sheet_comes_out_and_is_told(printers: Printers, sheet: bytes) -> None:
    before = len(printers.came_out("sheets"))
    printer = Printer("sheets", printers.socket)
    printer.look()
    job = printer.print(sheet, Media.A4)
    news = until(printer, job, lambda news: news.state is PrintState.DONE)
    assert news.trouble is None
    assert len(printers.came_out("sheets")) == before + 1
    assert printers.came_out("sheets")[-1].read_bytes().startswith(b"%PDF")


def test_an_empty_tray_holds_the_sheet_until_there_is_paper(
    printers: Printers, sheet: bytes
) -> None:
    before = len(printers.came_out("sheets"))
    printer = Printer("sheets", printers.socket)
    printers.feel("sheets", "media-empty")
    job = printer.print(sheet, Media.A4)
    until(printer, job, lambda news: news.trouble == PrinterOutOfPaper.code)
    with pytest.raises(PrinterOutOfPaper):
        printer.print(sheet, Media.A4)
    assert len(printers.came_out("sheets")) == before
    printers.feel("sheets", "")
    until(printer, job, lambda news: news.state is PrintState.DONE)
    assert len(printers.came_out("sheets")) == before + 1


def test_a_sheet_taken_back_never_comes_out(printers: Printers, sheet: bytes) -> None:
    before = len(printers.came_out("sheets"))
    printer = Printer("sheets", printers.socket)
    printers.feel("sheets", "media-empty")
    job = printer.print(sheet, Media.A4)
    until(printer, job, lambda news: news.trouble == PrinterOutOfPaper.code)
    printer.cancel(job)
    until(printer, job, lambda news: news.state is PrintState.GIVEN_UP)
    printers.feel("sheets", "")
    assert len(printers.came_out("sheets")) == before


def test_a_roll_takes_no_sheet_and_a_queue_that_is_not_there_nothing(
    printers: Printers, sheet: bytes
) -> None:
    with pytest.raises(PrinterRefused):
        Printer("slips", printers.socket).print(sheet, Media.A4)
    with pytest.raises(PrinterAbsent):
        Printer("nobody", printers.socket).look()


def test_a_slip_comes_out_of_the_pretend_roll(tmp_path: Path) -> None:
    slip = print_leaflet(NOBODY, Media.ROLL)
    with PretendPrinters(tmp_path / "s", tmp_path / "out", a_sheet_takes_s=0) as pretend:
        printer = Printer("slips", pretend.socket)
        job = printer.print(slip, Media.ROLL)
        until(printer, job, lambda news: news.state is PrintState.DONE)
        assert [path.read_bytes() for path in pretend.came_out("slips")] == [slip]


def test_a_quick_printer_that_complains_lets_nothing_out(tmp_path: Path, sheet: bytes) -> None:
    with PretendPrinters(tmp_path / "s", tmp_path / "out", a_sheet_takes_s=0) as pretend:
        printer = Printer("sheets", pretend.socket)
        pretend.feel("sheets", "media-empty")
        job = printer.print(sheet, Media.A4)
        until(printer, job, lambda news: news.trouble == PrinterOutOfPaper.code)
        assert pretend.came_out("sheets") == []


def test_a_sheet_comes_out_though_nobody_asks_after_it(tmp_path: Path, sheet: bytes) -> None:
    with PretendPrinters(tmp_path / "s", tmp_path / "out", a_sheet_takes_s=0.1) as pretend:
        Printer("sheets", pretend.socket).print(sheet, Media.A4)
        give_up = time.monotonic() + 30
        while not pretend.came_out("sheets"):
            assert time.monotonic() < give_up
            time.sleep(0.02)


def test_what_waits_too_long_is_taken_back_by_itself(tmp_path: Path, sheet: bytes) -> None:
    now = [100.0]
    with PretendPrinters(tmp_path / "s", tmp_path / "out", monotonic=lambda: now[0]) as pretend:
        printer = Printer("sheets", pretend.socket, give_up_after_s=60)
        pretend.feel("sheets", "cover-open")
        job = printer.print(sheet, Media.A4)
        now[0] += 59
        assert printer.follow(job).state is PrintState.PRINTING
        now[0] += 2
        assert printer.follow(job).state is PrintState.GIVEN_UP


@pytest.mark.parametrize(
    "said",
    [b"GET / HTTP/1.1\r\n\r\n", b"POST /printers/sheets HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
     b"POST /printers/sheets HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\x00" * 64],
)  # fmt: skip
def test_nonsense_is_refused_and_the_next_one_is_served(tmp_path: Path, said: bytes) -> None:
    with PretendPrinters(tmp_path / "s", tmp_path / "out") as pretend:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(pretend.socket))
            line.sendall(said)
            line.shutdown(socket.SHUT_WR)
            assert b"200 OK" not in line.recv(4096)
        Printer("sheets", pretend.socket).look()


def test_a_print_system_that_was_stopped_is_absent(tmp_path: Path) -> None:
    with PretendPrinters(tmp_path / "s", tmp_path / "out") as pretend:
        pass
    with pytest.raises(PrinterAbsent):
        Printer("sheets", pretend.socket).look()
