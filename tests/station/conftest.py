"""A whole station on pretend hardware: the real loop, libsane, the cleaner, the virtual scanner."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from appliance.config import Config, ScannerSection
from appliance.core.paper.scan import PaperSource
from appliance.core.ports import Signal
from appliance.desk.point import Point, open_point, utc_now
from appliance.devices.sane_scanner import SaneScanner
from appliance.imaging.child.cleaner import Cleaner
from appliance.pretend.panel import ScreenPanel
from appliance.pretend.scanner import VirtualScanner
from appliance.pretend.speaker import PretendSpeaker
from appliance.services.self_exam import Rhythm
from appliance.services.station import Station
from tests.point import conftest as point_tests
from tests.point.conftest import *
from tests.point.conftest import WardKeys, point_config

__all__ = ["papers", "scanner", "station"]
__all__ += point_tests.__all__

PATIENCE_S = 120.0


@pytest.fixture
def config(tmp_path: Path, ward_keys: WardKeys) -> Config:
    """A point whose scanner is a feeder without a glass to fall back to."""
    return point_config(
        tmp_path,
        ward_keys,
        ScannerSection(source=PaperSource.FEEDER, line_deadline_s=8.0, page_deadline_s=12.0),
    )


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five small sheets, each told apart by its bars."""
    folder = tmp_path_factory.mktemp("papers")
    for number in range(1, 6):
        image = Image.effect_noise((1240, 1754), 9).point(lambda v: 238 + v // 16).convert("RGB")
        draw = ImageDraw.Draw(image)
        for bar in range(number):
            draw.rectangle((100, 100 + 120 * bar, 1100, 160 + 120 * bar), fill=(20, 20, 60))
        image.save(folder / f"{number}.png", dpi=(150, 150))
    return folder


@pytest.fixture
def scanner(papers: Path) -> Iterator[VirtualScanner]:
    with VirtualScanner(papers) as virtual:
        yield virtual


class RunningStation:
    """A station in a thread, the button and lamp in our hands."""

    def __init__(
        self,
        point: Point,
        scanner: VirtualScanner,
        sane_config: Path,
        cleaner: Cleaner | None = None,
        rhythm: Rhythm | None = None,
    ) -> None:
        self.point = point
        self.panel = ScreenPanel("127.0.0.1:0")
        self.cleaner = cleaner or Cleaner()
        self.seen: list[Signal] = []
        self._stop = threading.Event()
        settings = point.config.scanner
        sane = SaneScanner(
            scanner.sane_device,
            scanner.sane_config(sane_config),
            settings.line_deadline_s,
            settings.page_deadline_s,
        )
        self.speaker = PretendSpeaker(self.panel.caption)
        self.station = Station(point, sane, self.panel, self.cleaner, self.speaker, rhythm)
        self._thread = threading.Thread(
            target=self.station.run, args=(self._stop.is_set, lambda: None), daemon=True
        )

    @property
    def lamp(self) -> Signal:
        return self.panel.frame().signal

    def begin(self) -> None:
        self._thread.start()

    def start(self) -> None:
        self.begin()
        self.until(lambda: self.lamp is Signal.READY)

    def press(self) -> None:
        assert self.panel.press()

    def until(self, holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait, but not for ever; the reason for failing is the caller's line."""
        deadline = time.monotonic() + patience_s
        while not holds():
            if not self._thread.is_alive():
                raise AssertionError("the station ended by itself")
            if time.monotonic() > deadline:
                raise AssertionError(f"still not so after {patience_s:g} s; lamp {self.lamp}")
            time.sleep(0.01)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture
def station(
    config, scanner: VirtualScanner, tmp_path: Path, point: Point
) -> Iterator[RunningStation]:  # fmt: skip
    own = open_point(config, utc_now)
    running = RunningStation(own, scanner, tmp_path / "sane.d")
    running.start()
    yield running
    running.stop()
    own.database.close()
