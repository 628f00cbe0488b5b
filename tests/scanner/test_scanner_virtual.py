"""What people do to the scanner, through real libsane and sane-airscan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from appliance.airscan import write_sane_config
from appliance.core.errors import (
    CoverOpen,
    FeederEmpty,
    OutOfMemory,
    PaperJam,
    ScannerAbsent,
    ScannerBusy,
    ScannerDriverMissing,
    ScannerGone,
    ScannerRefusedSetting,
    ScannerSilent,
    ShortPage,
)
from appliance.core.paper.scan import ColorMode, PaperSource, ScanSettings
from appliance.devices.sane_scanner import SaneScanner, list_devices
from appliance.pretend.scanner import VirtualScanner
from appliance.pretend.scanner_tray import Fault
from tests.scanner.conftest import QUICK, Seen, watch

Scan = Callable[..., Seen]
FEEDER = ScanSettings(100, source=PaperSource.FEEDER)


def test_a_tray_of_five_becomes_five_pages_in_paper_order(scan: Scan, papers: list[Path]) -> None:
    seen = scan()
    assert seen.error is None
    assert [page.number for page in seen.pages] == [1, 2, 3, 4, 5]
    assert seen.ended.pages == 5
    for page, paper in zip(seen.pages, papers, strict=True):
        assert _difference(page.path, paper) < 3.0


def test_a_page_file_is_true_to_size_and_carries_its_dpi(scan: Scan) -> None:
    page = scan().pages[0]
    with Image.open(page.path) as image:
        assert image.format == "JPEG"
        assert image.size == (page.width_px, page.height_px)
        assert image.info["dpi"] == (100, 100)
    assert abs(page.width_px - 827) <= 1
    assert abs(page.height_px - 1169) <= 1


def test_started_is_told_once_before_any_page(sane: SaneScanner, spool: Path) -> None:
    order: list[str] = []
    with sane.start(QUICK, spool) as batch:
        watch(batch, lambda event: order.append(type(event).__name__))
    assert order == ["ScanStarted", *["PageScanned"] * 5, "BatchEnded"]


def test_after_the_end_nothing_more_comes(sane: SaneScanner, spool: Path) -> None:
    with sane.start(QUICK, spool) as batch:
        watch(batch)
        assert not batch.events(timeout_s=0.2)


def test_a_page_limit_leaves_the_rest_in_the_tray(scan: Scan, virtual: VirtualScanner) -> None:
    seen = scan(ScanSettings(100, page_limit=2))
    assert (len(seen.pages), seen.error) == (2, None)
    assert len(scan().pages) >= 1  # and the next batch goes on


@pytest.mark.parametrize("dpi", [75, 150, 300])
def test_gray_pages_are_gray_at_every_resolution(scan: Scan, dpi: int) -> None:
    page = scan(ScanSettings(dpi, ColorMode.GRAY, page_limit=1)).pages[0]
    with Image.open(page.path) as image:
        assert image.mode == "L"
        assert abs(image.width - 210 / 25.4 * dpi) <= 2
    assert page.mode is ColorMode.GRAY


def test_the_glass_yields_exactly_one_page(scan: Scan) -> None:
    seen = scan(ScanSettings(100, source=PaperSource.FLATBED))
    assert (len(seen.pages), seen.error) == (1, None)


def test_auto_takes_the_glass_when_the_tray_is_empty(scan: Scan, virtual: VirtualScanner) -> None:
    virtual.load_tray([])
    seen = scan()
    assert (len(seen.pages), seen.error) == (1, None)


def test_duplex_gives_front_and_back_of_each_sheet(
    scan: Scan, virtual: VirtualScanner, papers: list[Path]
) -> None:
    virtual.load_tray([(papers[0], papers[1]), papers[2]])
    seen = scan(ScanSettings(100, source=PaperSource.DUPLEX))
    assert (len(seen.pages), seen.error) == (4, None)
    assert _difference(seen.pages[1].path, papers[1]) < 3.0
    with Image.open(seen.pages[3].path) as blank:
        assert ImageStat.Stat(blank.convert("L")).mean[0] == 255


def test_a_smaller_paper_is_cut_out_of_the_bed(scan: Scan) -> None:
    page = scan(ScanSettings(100, page_limit=1, paper_mm=(105.0, 148.0))).pages[0]
    assert abs(page.width_px - 413) <= 1
    assert abs(page.height_px - 583) <= 1


def test_an_empty_feeder_is_told_as_such(scan: Scan, virtual: VirtualScanner) -> None:
    virtual.load_tray([])
    seen = scan(FEEDER)
    assert isinstance(seen.error, FeederEmpty)
    assert seen.pages == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.JAM, PaperJam),
        (Fault.COVER_OPEN, CoverOpen),
        (Fault.CUT, ScannerGone),
        (Fault.VANISH, ScannerGone),
        (Fault.TRUNCATED, ShortPage),
    ],
)
def test_trouble_at_page_3_of_5_keeps_the_two_before(
    scan: Scan, virtual: VirtualScanner, fault: Fault, error: type[Exception]
) -> None:
    virtual.misbehave(fault, at_page=3)
    seen = scan()
    assert type(seen.error) is error
    assert [page.number for page in seen.pages] == [1, 2]
    assert all(page.path.is_file() for page in seen.pages)


def test_a_jammed_sheet_put_back_is_scanned_by_the_next_press(
    scan: Scan, virtual: VirtualScanner
) -> None:
    virtual.misbehave(Fault.JAM, at_page=3)
    scan()
    virtual.behave()
    seen = scan()
    assert (len(seen.pages), seen.error) == (3, None)


def test_no_half_page_stays_in_the_spool(scan: Scan, virtual: VirtualScanner, spool: Path) -> None:
    virtual.misbehave(Fault.TRUNCATED, at_page=2)
    scan()
    assert sorted(path.name for path in spool.iterdir()) == ["page-0001.jpg"]


def test_a_stalled_page_is_silence_after_the_deadline(
    sane: SaneScanner, spool: Path, virtual: VirtualScanner
) -> None:
    virtual.misbehave(Fault.STALL, at_page=2)
    sane.page_deadline_s = 2.0
    with sane.start(QUICK, spool) as batch:
        seen = watch(batch)
    assert isinstance(seen.error, ScannerSilent)
    assert "page" in str(seen.error)
    assert len(seen.pages) == 1


def test_a_scanner_that_pauses_between_pages_is_not_taken_for_silent(
    sane: SaneScanner, spool: Path, virtual: VirtualScanner
) -> None:
    virtual.pace_s = 0.8
    virtual.load_tray(["02-cam-doan-ve-viec-sinh-100.jpg"] * 3)
    sane.line_deadline_s = 0.4  # counts inside a page only
    with sane.start(QUICK, spool) as batch:
        seen = watch(batch)
    assert (len(seen.pages), seen.error) == (3, None)


def test_an_absent_scanner_is_told_at_once(scan: Scan, virtual: VirtualScanner) -> None:
    virtual.misbehave(Fault.VANISH, at_page=0)
    assert isinstance(scan().error, ScannerAbsent)
    virtual.behave()
    assert scan().error is None


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("airscan:e9:Nobody", ScannerAbsent),
        ("epson2:libusb:001:004", ScannerDriverMissing),  # no backend of that name is switched on
        ("nonsense", ScannerDriverMissing),
    ],
)
def test_an_unknown_name_is_an_absent_scanner_or_driver(
    sane: SaneScanner, spool: Path, name: str, error: type[Exception]
) -> None:
    sane.device = name
    with sane.start(QUICK, spool) as batch:
        assert type(watch(batch).error) is error


def test_no_name_means_the_first_scanner_found(sane: SaneScanner, spool: Path) -> None:
    sane.device = ""
    with sane.start(QUICK, spool) as batch:
        seen = watch(batch)
    assert (len(seen.pages), seen.error) == (5, None)
    assert seen.started[0].device == "airscan:e0:TramHoSo"


def test_no_scanner_at_all_is_absent(spool: Path, tmp_path: Path) -> None:
    write_sane_config(tmp_path / "none", {})
    with SaneScanner("", tmp_path / "none").start(QUICK, spool) as batch:
        assert isinstance(watch(batch).error, ScannerAbsent)
    assert list_devices(tmp_path / "none") == []


def test_a_name_with_an_address_needs_no_configuration(
    virtual: VirtualScanner, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SANE_CONFIG_DIR", raising=False)
    with SaneScanner(virtual.sane_device).start(QUICK, spool) as batch:
        assert len(watch(batch).pages) == 5
    assert all(path.suffix == ".jpg" for path in spool.iterdir())


def test_a_scanner_busy_for_a_moment_is_waited_for(scan: Scan, virtual: VirtualScanner) -> None:
    virtual.misbehave(Fault.BUSY, seconds=1.5)
    assert len(scan().pages) == 5


def test_a_scanner_busy_for_ever_is_busy(scan: Scan, virtual: VirtualScanner) -> None:
    virtual.misbehave(Fault.BUSY)
    assert isinstance(scan().error, ScannerBusy)


@pytest.mark.parametrize("dpi", [99, 601])
def test_a_resolution_it_lacks_is_refused_and_nothing_moves(
    scan: Scan, virtual: VirtualScanner, dpi: int
) -> None:
    assert isinstance(scan(ScanSettings(dpi)).error, ScannerRefusedSetting)
    assert len(virtual.tray.left()) == 5


def test_too_little_memory_is_told_before_paper_moves(
    virtual: VirtualScanner, spool: Path, tmp_path: Path
) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 440000 kB\nMemAvailable: 180000 kB\n")
    config = virtual.sane_config(tmp_path / "sane.d")
    small = SaneScanner(virtual.sane_device, config, meminfo=meminfo)
    with small.start(ScanSettings(600), spool) as batch:
        assert isinstance(watch(batch).error, OutOfMemory)
    assert len(virtual.tray.left()) == 5
    with small.start(ScanSettings(300, page_limit=1), spool) as batch:
        assert watch(batch).error is None


@pytest.mark.parametrize("tone", [127, 129, 250, 255])
def test_a_plain_sheet_is_no_cut_page(
    scan: Scan, virtual: VirtualScanner, tmp_path: Path, tone: int
) -> None:
    sheet = tmp_path / "plain.png"
    Image.new("RGB", (827, 1169), (tone, tone, tone)).save(sheet, dpi=(100, 100))
    virtual.load_tray([sheet])
    seen = scan()
    assert (len(seen.pages), seen.error) == (1, None)


def test_all_scanners_are_listed(virtual: VirtualScanner, tmp_path: Path) -> None:
    (found,) = list_devices(virtual.sane_config(tmp_path / "sane.d"))
    assert (found.name, found.vendor) == ("airscan:e0:TramHoSo", "eSCL")


def _difference(one: Path, other: Path) -> float:
    """The mean difference of two pictures, 0 to 255; scans are cropped to whole pixels."""
    with Image.open(one) as left, Image.open(other) as right:
        size = min(left.width, right.width), min(left.height, right.height)
        pair = [picture.convert("RGB").crop((0, 0, *size)) for picture in (left, right)]
    return max(ImageStat.Stat(ImageChops.difference(*pair)).mean)
