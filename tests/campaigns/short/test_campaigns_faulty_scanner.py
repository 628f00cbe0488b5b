"""The short form of the faulty scanner: each fault once, and a cable put back elsewhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from appliance.devices.sane_scanner import SaneScanner
from appliance.pretend.scanner_tray import Fault
from tests.campaigns.faulty_scanner import TOLD, bench, one_round
from tests.scanner.conftest import QUICK, watch


@pytest.mark.timeout(400)
def test_each_fault_is_told_costs_no_page_and_the_next_press_goes_on(tmp_path: Path) -> None:
    assert set(TOLD) == set(Fault)
    damage: Counter[str] = Counter()
    with bench(tmp_path) as (station, scanner):
        for fault in set(Fault) - {Fault.STALL, Fault.BUSY}:  # tests/scanner waits those out
            damage += one_round(station, scanner, fault, at_page=2)
    assert damage == {}


def test_a_scanner_that_comes_back_under_another_usb_name_is_used_at_the_next_press(
    tmp_path: Path,
) -> None:
    """libsane gives its own test device the names that the kernel's USB numbers would."""
    sane_d, spool = tmp_path / "sane.d", tmp_path / "spool"
    plug_in(sane_d, "001:004")
    scanner = SaneScanner("test:libusb:001:004", sane_d)
    with scanner.start(QUICK, spool / "1") as batch:
        first = watch(batch)
    assert (first.error, first.started[0].device) == (None, "test:libusb:001:004")
    plug_in(sane_d, "001:007")
    with scanner.start(QUICK, spool / "2") as batch:
        second = watch(batch)
    assert (second.error, second.started[0].device) == (None, "test:libusb:001:007")
    assert len(second.pages) == len(first.pages) > 0


def plug_in(sane_d: Path, address: str) -> None:
    sane_d.mkdir(exist_ok=True)
    (sane_d / "dll.conf").write_text("test\n")
    (sane_d / "dll.aliases").write_text(f"alias test:libusb:{address} test:0\n")
    (sane_d / "test.conf").write_text("number_of_devices 1\nmode Color\nbr_x 105.0\nbr_y 148.0\n")
