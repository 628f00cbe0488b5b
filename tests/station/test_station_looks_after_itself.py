"""The station finds out by itself that a press cannot end well, says so, and takes it back."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from appliance.config import Config, ScannerSection
from appliance.core.errors import ScannerAbsent
from appliance.core.paper.scan import PaperSource
from appliance.core.ports import Signal
from appliance.desk.point import Point, open_point
from appliance.desk.sending.delivery import health
from appliance.desk.sending.examined import last_examined
from appliance.desk.sending.status import point_status
from appliance.pretend.scanner import VirtualScanner
from appliance.pretend.scanner_tray import Fault
from appliance.services.self_exam import Rhythm, SelfExam
from tests.station.conftest import RunningStation

RESTLESS = Rhythm(first=0.0, every=0.3, scanner_every=0.3, ill_every=0.1)


def test_a_scanner_that_went_away_puts_the_point_out_of_service_until_it_is_back(
    config: Config, point: Point, scanner: VirtualScanner, tmp_path: Path
) -> None:
    section = ScannerSection(device=scanner.sane_device, source=PaperSource.FEEDER)
    here = open_point(config.model_copy(update={"scanner": section}), point.clock)
    station = RunningStation(here, scanner, tmp_path / "sane.d", rhythm=RESTLESS)
    scanner.load_tray(["1.png"])
    scanner.misbehave(Fault.VANISH, at_page=0)
    station.begin()
    try:
        station.until(lambda: station.lamp is Signal.NEEDS_PERSON)
        station.until(lambda: point_status(here).error_code == ScannerAbsent.code)
        station.until(lambda: health(here, "1").out_of_service == ("scanner-silent-at-address",))
        scanner.behave()
        station.until(lambda: station.lamp is Signal.READY)
        station.until(lambda: health(here, "1").out_of_service is None)
        examined = last_examined(here)
        assert examined is not None
        assert "scanner-well" in {found.code for found in examined.findings}
        # looks go on all the time, and a press is obeyed all the same
        station.press()
        station.until(lambda: station.lamp is Signal.SAVED)
    finally:
        station.stop()


def test_a_look_that_hangs_makes_way_for_a_batch_at_once(config: Config, point: Point) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes the call and says nothing
        port = mute.getsockname()[1]
        section = ScannerSection(device=f"airscan:escl:Mute:http://127.0.0.1:{port}/eSCL/")
        here = open_point(config.model_copy(update={"scanner": section}), point.clock)
        told: list[str | None] = []
        exam = SelfExam(here, lambda: True, told.append, rhythm=RESTLESS)
        exam.follow()
        give_up = time.monotonic() + 60
        while exam._child is None and time.monotonic() < give_up:
            time.sleep(0.01)
        exam.make_way()
        while not told and time.monotonic() < give_up:
            exam.follow()
            time.sleep(0.01)
    assert told == [None]  # what was broken off says nothing of the scanner
