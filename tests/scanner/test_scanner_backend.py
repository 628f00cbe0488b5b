"""Every trap of libsane we know, through its own ``test`` backend; always in a child."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from appliance.core.errors import (
    CoverOpen,
    FeederEmpty,
    OutOfMemory,
    PaperJam,
    ScanCancelled,
    ScannerBusy,
    ScannerForbidden,
    ScannerGone,
    ScannerRefusedSetting,
    ScannerSilent,
    ShortPage,
    UnsupportedImage,
)
from appliance.core.paper.scan import PaperSource, ScanSettings
from appliance.devices.sane_scanner import SaneScanner
from tests.scanner.conftest import QUICK, group_is_gone, until, watch, watch_whole

Backend = Callable[..., SaneScanner]
GLASS = ScanSettings(100, source=PaperSource.FLATBED)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("UNSUPPORTED", UnsupportedImage),
        ("CANCELLED", ScanCancelled),
        ("DEVICE_BUSY", ScannerBusy),
        ("INVAL", ScannerRefusedSetting),
        ("EOF", ShortPage),
        ("JAMMED", PaperJam),
        ("NO_DOCS", FeederEmpty),
        ("COVER_OPEN", CoverOpen),
        ("IO_ERROR", ScannerGone),
        ("NO_MEM", OutOfMemory),
        ("ACCESS_DENIED", ScannerForbidden),
    ],
)
def test_every_status_has_its_error(
    test_backend: Backend, spool: Path, status: str, error: type[Exception]
) -> None:
    scanner = test_backend(read__status__code=f'"SANE_STATUS_{status}"')
    with scanner.start(GLASS, spool) as batch:
        seen = watch(batch)
    assert type(seen.error) is error
    assert seen.pages == []


def test_the_backends_feeder_gives_its_ten_pages(test_backend: Backend, spool: Path) -> None:
    seen = watch_whole(test_backend(), QUICK, spool)
    assert (len(seen.pages), seen.error) == (10, None)


def test_the_glass_of_a_backend_yields_one_page(test_backend: Backend, spool: Path) -> None:
    assert len(watch_whole(test_backend(), GLASS, spool).pages) == 1


def test_rows_that_stop_coming_are_silence(test_backend: Backend, spool: Path) -> None:
    """The child is frozen in mid-page, as it is when libsane holds Python's lock."""
    slow = test_backend(1.0, read__delay="true", read__delay__duration=200000)
    with slow.start(GLASS, spool) as batch:
        until(lambda: bool(batch.events(0.01)) or batch.reading)
        until(lambda: not batch.events(0.01) and batch.reading)
        os.kill(batch.pid, signal.SIGSTOP)
        seen = watch(batch)
    assert isinstance(seen.error, ScannerSilent)
    assert "line" in str(seen.error)
    assert group_is_gone(batch.pid)


def test_a_page_that_creeps_past_its_deadline_is_ended(test_backend: Backend, spool: Path) -> None:
    slow = test_backend(20.0, 2.0, read__delay="true", read__delay__duration=200000)
    with slow.start(GLASS, spool) as batch:
        seen = watch(batch)
    assert isinstance(seen.error, ScannerSilent)
    assert "page" in str(seen.error)


def test_padded_rows_come_out_straight(test_backend: Backend, spool: Path) -> None:
    """The backend's grid is upright only while the padding is taken away."""
    picture = {"test-picture": '"Grid"'}
    whole = watch_whole(test_backend(**picture), GLASS, spool / "whole").pages[0]
    seen = watch_whole(test_backend(ppl__loss=5, **picture), GLASS, spool / "padded")
    assert seen.error is None
    padded = seen.pages[0]
    assert padded.width_px == whole.width_px - 5
    assert whole.height_px - padded.height_px <= 1
    assert _columns(padded.path) == _columns(whole.path)[: padded.width_px]


def test_an_unknown_height_is_read_to_the_end(test_backend: Backend, spool: Path) -> None:
    seen = watch_whole(test_backend(hand__scanner="true"), GLASS, spool)
    assert seen.error is None
    assert seen.pages[0].height_px > 500


def test_a_depth_of_16_bits_is_turned_to_8(test_backend: Backend, spool: Path) -> None:
    seen = watch_whole(test_backend(depth=16), GLASS, spool)
    assert (len(seen.pages), seen.error) == (1, None)


def test_a_scanner_stuck_at_16_bits_is_refused(test_backend: Backend) -> None:
    """python-sane would read beyond its buffer; nothing may be read at all."""
    script = (
        "from appliance.devices.sane_device import SaneDevice\n"
        "from appliance.core.errors import UnsupportedImage\n"
        "device = SaneDevice('test:0')\n"
        "device.choose('depth', 16)\n"
        "try:\n    device.start()\n"
        "except UnsupportedImage as error:\n    print(error)\n"
    )
    env = dict(os.environ, SANE_CONFIG_DIR=str(test_backend().config_dir))
    said = subprocess.run(
        [sys.executable, "-c", script],
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert said.stdout == "16 bits a sample\n"


def test_three_passes_are_refused(test_backend: Backend, spool: Path) -> None:
    seen = watch_whole(test_backend(three__pass="true"), GLASS, spool)
    assert isinstance(seen.error, UnsupportedImage)


def test_an_absurd_resolution_is_refused_not_clamped(test_backend: Backend, spool: Path) -> None:
    with test_backend().start(ScanSettings(99999), spool) as batch:
        assert isinstance(watch(batch).error, ScannerRefusedSetting | OutOfMemory)
    with test_backend(resolution_max="200.0").start(ScanSettings(300), spool) as batch:
        assert isinstance(watch(batch).error, ScannerRefusedSetting)


def test_a_backend_without_duplex_refuses_it(test_backend: Backend, spool: Path) -> None:
    both = ScanSettings(100, source=PaperSource.DUPLEX)
    with test_backend().start(both, spool) as batch:
        assert isinstance(watch(batch).error, ScannerRefusedSetting)


def _columns(page: Path) -> list[bool]:
    """Which columns of the page's first rows are dark."""
    with Image.open(page) as image:
        row = image.convert("L").crop((0, image.height - 40, image.width, image.height))
        return [
            pixel < 128 for pixel in row.resize((image.width, 1), Image.Resampling.BOX).tobytes()
        ]
