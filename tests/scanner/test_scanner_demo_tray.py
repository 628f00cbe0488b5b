"""The demo lays its papers back into the tray by itself, as nobody does at a real scanner."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.demo.house import House
from appliance.devices.sane_scanner import SaneScanner
from appliance.pretend.printer import PretendPrinters
from appliance.pretend.sample_pages import write_sample_pages
from appliance.pretend.scanner import VirtualScanner
from tests.scanner.conftest import QUICK, watch

SHEETS = 5  # that the demo draws


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Its scanner and its papers; no service is needed for these."""
    papers = write_sample_pages(tmp_path / "papers", dpi=100)
    resting = House(tmp_path)
    with VirtualScanner(papers[0].parent, pace_s=0.1) as scanner:
        resting.scanner = scanner
        yield resting


@pytest.fixture
def sane(house: House) -> SaneScanner:
    return SaneScanner(house.scanner.sane_device, house.scanner.sane_config(house.home / "sane.d"))


def test_the_demo_is_open_every_day_and_names_who_is_there(house: House, tmp_path: Path) -> None:
    house.printers = PretendPrinters(tmp_path / "printers.sock", tmp_path / "printed")
    house._runtime = tmp_path
    house._write_config(dict.fromkeys(("url", "token", "recipient", "verify_key"), ""))
    for shifts in house.config().hours.week:
        assert shifts
        assert all(shift.on_duty for shift in shifts)


def test_a_batch_ends_although_the_demo_lays_papers_back(
    house: House, sane: SaneScanner, spool: Path
) -> None:
    over = threading.Event()

    def look_again_and_again() -> None:
        for _ in range(200):  # not for ever: a batch that is fed without end ends, too late
            house.refill_tray()
            if over.wait(0.01):
                return

    watcher = threading.Thread(target=look_again_and_again)
    watcher.start()
    try:
        with sane.start(QUICK, spool) as batch:
            seen = watch(batch)
    finally:
        over.set()
        watcher.join()
    assert len(seen.pages) == SHEETS
    house.refill_tray()
    assert len(house.scanner.tray.left()) == SHEETS


def test_a_tray_that_was_emptied_by_an_order_stays_empty(house: House) -> None:
    house.scanner.obey({"load": []})
    house.refill_tray()
    assert not house.scanner.tray.left()
