"""When a page counts, in which words SANE's statuses come, and what a replug changes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PIL import Image

from appliance.core.errors import OutOfMemory, ScannerAbsent, ScannerGone, ShortPage
from appliance.core.paper.scan import ColorMode, PaperSource, ScannedPage, ScanSettings
from appliance.devices.memory import available_bytes
from appliance.devices.page_writer import PageWriter, check_decodes, check_whole, encode
from appliance.devices.sane_device import RawPage
from appliance.devices.sane_status import Moment, error_for
from appliance.devices.scan_child import after_replug
from appliance.devices.scan_option import Option
from appliance.devices.scan_wire import (
    Ended,
    Line,
    Page,
    Pulling,
    ScanOrder,
    Started,
    from_line,
    to_line,
)

NOISE = random.Random(1)


def raw(rows: bytes, width: int, height: int, announced: int | None = None) -> RawPage:
    bytes_per_row = len(rows) // height if height else width
    return RawPage(bytearray(rows), width, height, 1, bytes_per_row, announced or height)


def test_fewer_rows_than_announced_is_a_short_page() -> None:
    with pytest.raises(ShortPage, match="90 of 100 rows"):
        check_whole(raw(NOISE.randbytes(50 * 90), 50, 90, announced=100))


def test_sixteen_exactly_grey_rows_at_the_end_are_a_cut_image() -> None:
    with pytest.raises(ShortPage):
        check_whole(raw(NOISE.randbytes(50 * 84) + b"\x80" * 50 * 16, 50, 100))


@pytest.mark.parametrize("tail", [b"\x7f", b"\x81", b"\xff", b"\x00", b"\x80\x81"])
def test_paper_of_any_other_tone_is_whole(tail: bytes) -> None:
    check_whole(raw((tail * 5000)[:5000], 50, 100))


def test_a_thin_grey_rule_at_the_foot_is_no_cut() -> None:
    check_whole(raw(NOISE.randbytes(50 * 90) + b"\x80" * 50 * 10, 50, 100))


def test_no_rows_at_all_is_a_short_page() -> None:
    with pytest.raises(ShortPage):
        check_whole(RawPage(bytearray(), 50, 0, 1, 50, 100))


def test_padding_never_reaches_the_picture(tmp_path: Path) -> None:
    rows = b"".join(bytes([0] * 40 + [200] * 8) + b"\x55\x55\x55" for _row in range(64))
    encode(RawPage(bytearray(rows), 48, 64, 1, 51, 64), tmp_path / "p.jpg", gray=True, dpi=150)
    with Image.open(tmp_path / "p.jpg") as image:
        assert (image.size, image.info["dpi"]) == ((48, 64), (150, 150))
        assert all(abs(image.getpixel((44, y)) - 200) < 12 for y in (0, 31, 63))
        assert all(image.getpixel((2, y)) < 12 for y in (0, 31, 63))


def test_half_a_file_does_not_count(tmp_path: Path) -> None:
    page = tmp_path / "p.jpg"
    encode(raw(NOISE.randbytes(200 * 300), 200, 300), page, gray=True, dpi=300)
    check_decodes(page, (200, 300))
    with pytest.raises(ShortPage):
        check_decodes(page, (200, 301))
    page.write_bytes(page.read_bytes()[: page.stat().st_size // 2])
    with pytest.raises(ShortPage):
        check_decodes(page, (200, 300))


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.9, 0.999])
def test_a_file_cut_anywhere_does_not_count(tmp_path: Path, kept: float) -> None:
    page = tmp_path / "p.jpg"
    encode(raw(NOISE.randbytes(200 * 300), 200, 300), page, gray=True, dpi=300)
    whole = page.read_bytes()
    page.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(ShortPage):
        check_decodes(page, (200, 300))


def test_a_hole_in_the_middle_of_a_file_does_not_count(tmp_path: Path) -> None:
    page = tmp_path / "p.jpg"
    encode(raw(NOISE.randbytes(200 * 300), 200, 300), page, gray=True, dpi=300)
    whole = page.read_bytes()
    middle = len(whole) // 2
    page.write_bytes(whole[:middle] + bytes(4096) + whole[middle + 4096 :])
    with pytest.raises(ShortPage):
        check_decodes(page, (200, 300))


def test_a_full_spool_is_told_as_memory(tmp_path: Path) -> None:
    """The spool is a tmpfs; /dev/full refuses every byte like a full one."""
    (tmp_path / "page-0001.part").symlink_to("/dev/full")
    told: list[object] = []
    writer = PageWriter(tmp_path, ScanSettings(mode=ColorMode.GRAY), told.append)
    writer.take(raw(NOISE.randbytes(200 * 300), 200, 300))
    with pytest.raises(OutOfMemory):
        writer.wait()
    assert told == []


def test_unknown_words_of_a_backend_are_a_scanner_that_went_away() -> None:
    assert isinstance(error_for("flux capacitor drained", Moment.READING), ScannerGone)


def test_the_same_words_mean_absent_while_opening() -> None:
    assert isinstance(error_for("Error during device I/O", Moment.OPENING), ScannerAbsent)
    assert isinstance(error_for("Error during device I/O", Moment.READING), ScannerGone)


@pytest.mark.parametrize(
    ("name", "listed", "now"),
    [
        ("genesys:libusb:001:004", ["genesys:libusb:001:005"], "genesys:libusb:001:005"),
        ("genesys:libusb:001:004", ["genesys:libusb:001:005", "genesys:libusb:001:006"], None),
        ("genesys:libusb:001:004", ["pixma:libusb:001:005"], None),
        ("genesys:libusb:001:004", ["genesys:libusb:001:004"], None),
        ("airscan:e0:Office", ["airscan:e1:Other"], None),
    ],
)
def test_a_replugged_usb_scanner_is_found_under_its_new_name(
    name: str, listed: list[str], now: str | None
) -> None:
    assert after_replug(name, listed) == now


@pytest.mark.parametrize(
    ("constraint", "value", "allowed"),
    [
        ([75, 300], 300, True),
        ([75, 300], 150, False),
        ((75.0, 600.0, 1.0), 99999, False),
        ((75.0, 600.0, 75.0), 100, False),
        ((0.0, 215.9, 0.0), 210.04, True),
        (None, 7, True),
        (["Color"], "Gray", False),
    ],
)
def test_only_values_the_scanner_offers_are_sent(
    constraint: object, value: float | str, allowed: bool
) -> None:
    assert Option(1, 2, False, constraint).allows(value) is allowed


def test_an_edge_is_the_last_one_the_motor_can_reach() -> None:
    assert Option(1, 2, False, (0.0, 200.0, 8.0)).reach(210.0) == 200.0
    assert Option(1, 2, False, (0.0, 300.0, 8.0)).reach(210.0) == 208.0
    assert Option(1, 2, False, [100, 200, 300]).reach(210.0) == 200.0


def test_an_order_and_every_event_survive_the_pipe() -> None:
    settings = ScanSettings(150, ColorMode.GRAY, PaperSource.DUPLEX, 3, (148.0, 210.0))
    order = ScanOrder("test:0", Path("/spool"), settings)
    assert ScanOrder.from_json(order.to_json()) == order
    page = ScannedPage(1, Path("/spool/page-0001.jpg"), 10, 20, 150, ColorMode.GRAY)
    for said in (Started("test:0"), Pulling(2), Line(2, 7), Page(page), Ended(2, "paper-jam", "x")):
        assert from_line(to_line(said)) == said


def test_free_memory_is_what_the_kernel_estimates(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemFree: 1 kB\nMemAvailable: 2048 kB\n")
    assert available_bytes(meminfo) == 2 << 20
