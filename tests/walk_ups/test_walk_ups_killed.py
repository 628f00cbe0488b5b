"""kill -9 of the real station in the middle of somebody's papers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.desk.point import Point, open_point, utc_now
from appliance.desk.walk_up import walk_ups
from appliance.jpeg import check_decodes
from appliance.pretend.scanner import VirtualScanner
from appliance.store.dossier import pages as stored
from tests.station.conftest import *
from tests.station.conftest import PATIENCE_S


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "still not so"
        time.sleep(0.05)


class RealStation:
    """`tramhoso station` with the panel on the screen."""

    def __init__(self, config_file: Path, log: Path) -> None:
        self.log = log
        with log.open("wb") as out:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "appliance.cli", "--config", str(config_file), "station"],
                stderr=out,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        until(lambda: "is ready" in self.said())
        found = re.search(r"http://\S+:\d+/", self.said())
        assert found, self.said()
        self.panel = found[0]

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def press(self) -> None:
        wanted = urllib.request.Request(self.panel + "press", method="POST", data=b"")
        wanted.add_header("Accept", "application/json")
        urllib.request.urlopen(wanted, timeout=10).close()

    def kill(self, how: int = signal.SIGKILL) -> None:
        self.running.send_signal(how)
        self.running.wait(30)


@pytest.fixture
def config_file(config: Config, scanner: VirtualScanner, tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    sane = scanner.sane_config(tmp_path / "sane.d")
    path.write_text(
        f"""
[paths]
state = "{config.paths.state}"
runtime = "{config.paths.runtime}"
[scanner]
device = "{scanner.sane_device}"
sane_config = "{sane}"
source = "feeder"
[panel]
kind = "screen"
screen_listen = "127.0.0.1:0"
[text]
layer = "off"
""",
        encoding="utf-8",
    )
    return path


@pytest.mark.timeout(240)
def test_what_was_saved_before_the_kill_is_under_its_number_after_it(
    point: Point, config: Config, config_file: Path, scanner: VirtualScanner, tmp_path: Path
) -> None:
    scanner.pace_s = 0.5
    own = open_point(config, utc_now)
    station = RealStation(config_file, tmp_path / "first.log")
    again = None
    try:
        station.press()
        until(lambda: [one for one in walk_ups.waiting(own) if one.sides >= 2])
        (seen,) = walk_ups.waiting(own)
        station.kill()
        again = RealStation(config_file, tmp_path / "second.log")
        until(lambda: [one for one in walk_ups.waiting(own) if not one.is_running])
        (one,) = walk_ups.waiting(own)
        assert one.walk_up.number == seen.walk_up.number == 1
        assert one.sides >= seen.sides
        assert one.error_code == "scan-cancelled"
        with own.database.reading() as connection:
            inside = stored.held_pages(connection, one.walk_up.id)
        for page in inside:
            master = own.vault.open(own.pages.read(page.master), one.walk_up.desk_key)
            assert check_decodes(master)
        assert not list(own.spool.rglob("*.jpg"))  # nothing plain is left
        scanner.load_tray(["1.png"])
        again.press()
        until(lambda: len(walk_ups.waiting(own)) == 2)
    finally:
        for one_station in (station, again):
            if one_station is not None and one_station.running.poll() is None:
                one_station.kill(signal.SIGTERM)
        own.database.close()
