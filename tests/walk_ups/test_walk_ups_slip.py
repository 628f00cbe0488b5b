"""Whoever pressed without a dossier gets the number on paper, where there is a till roll."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.config import Config, PrinterSection
from appliance.core.ports import Signal
from appliance.desk.point import open_point, utc_now
from appliance.pretend.printer import PretendPrinters
from appliance.pretend.scanner import VirtualScanner
from tests.point.conftest import *
from tests.station.conftest import (  # noqa: F401 - the station and its scanner
    RunningStation,
    papers,
    scanner,
)
from tests.station.conftest import config as bare_config  # noqa: F401 - with a printer below


@pytest.fixture
def printers(tmp_path: Path) -> Iterator[PretendPrinters]:
    with PretendPrinters(tmp_path / "p", tmp_path / "out", a_sheet_takes_s=0) as pretend:
        yield pretend


@pytest.fixture
def config(bare_config: Config, printers: PretendPrinters) -> Config:
    section = PrinterSection(slips="slips", socket=printers.socket)
    return bare_config.model_copy(update={"printer": section})


@pytest.fixture
def station(
    config: Config, scanner: VirtualScanner, tmp_path: Path, point: object
) -> Iterator[RunningStation]:  # fmt: skip
    own = open_point(config, utc_now)
    running = RunningStation(own, scanner, tmp_path / "sane.d")
    running.start()
    yield running
    running.stop()
    own.database.close()


def test_the_number_comes_out_of_the_till_roll(
    station: RunningStation, printers: PretendPrinters
) -> None:
    station.press()
    station.until(lambda: station.lamp is Signal.SAVED)
    station.until(lambda: len(printers.came_out("slips")) == 1)
    text = subprocess.run(
        ["pdftotext", str(printers.came_out("slips")[0]), "-"],
        capture_output=True, text=True, check=True, timeout=30,
    ).stdout.split()  # fmt: skip
    assert "1" in text
    assert "Đã lưu 5 trang." in " ".join(text)
    assert "30 phút" in " ".join(text)


def test_a_printer_that_is_gone_holds_up_no_press(
    station: RunningStation, printers: PretendPrinters
) -> None:
    printers.feel("slips", "media-empty")
    for pressed in (1, 2, 3):
        station.press()
        station.until(lambda: station.lamp is Signal.SAVED)
        station.until(lambda n=pressed: len(station.speaker.heard) >= n)
        station.panel.show(Signal.READY)
    assert printers.came_out("slips") == []
