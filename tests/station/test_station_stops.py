"""A running batch is stopped from the page: what is saved stays, nothing comes twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config import Config
from appliance.core.errors import DossierUnknown
from appliance.core.ports import Signal
from appliance.desk.dossier import dossiers
from appliance.desk.pages import batches, scanning
from appliance.desk.point import Point, open_point, utc_now
from appliance.desk.sending.status import point_status
from appliance.pretend.scanner import Fault, VirtualScanner
from appliance.store.people.volunteers import Volunteer
from tests.station.conftest import RunningStation
from tests.station.test_station_button import SLOT, ended, error_of, saved


def request_of(station: RunningStation, dossier_id: str) -> int:
    scan = dossiers.look_at(station.point, dossier_id).scan
    assert scan is not None
    return int(scan.id)


def test_a_batch_that_is_stopped_keeps_its_pages_and_the_lamp_says_saved(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    scanner.pace_s = 0.5
    station.press()
    station.until(lambda: saved(station, dossier_id) >= 2)
    batches.stop_batch(station.point, dossier_id, request_of(station, dossier_id))
    batches.stop_batch(station.point, dossier_id, request_of(station, dossier_id))  # twice
    station.until(lambda: ended(station, dossier_id))
    kept = saved(station, dossier_id)
    assert 2 <= kept < 5
    assert error_of(station, dossier_id) == "scan-stopped"
    assert station.lamp is Signal.SAVED
    assert point_status(station.point).error_code is None
    scanner.pace_s = 0.0
    left = [f"{number}.png" for number in range(kept + 1, 6)]
    scanner.load_tray(left)  # what the volunteer takes out and puts back
    station.press()
    station.until(lambda: saved(station, dossier_id) == 5)
    numbers = [page.position for page in dossiers.look_at(station.point, dossier_id).pages]
    assert numbers == [1, 2, 3, 4, 5]


def test_a_batch_stopped_before_its_first_page_leaves_the_desk_ready(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    scanner.misbehave(Fault.STALL, at_page=1)
    station.press()
    station.until(lambda: station.lamp is Signal.SCANNING)
    station.until(lambda: state_of(station, dossier_id) == "scanning")
    batches.stop_batch(station.point, dossier_id, request_of(station, dossier_id))
    station.until(lambda: ended(station, dossier_id))
    assert (saved(station, dossier_id), error_of(station, dossier_id)) == (0, "scan-stopped")
    station.until(lambda: station.lamp is Signal.READY)
    scanner.behave()
    station.press()
    station.until(lambda: saved(station, dossier_id) == 5)


def state_of(station: RunningStation, dossier_id: str) -> str:
    scan = dossiers.look_at(station.point, dossier_id).scan
    return scan.state if scan else ""


def test_a_stop_that_comes_after_the_end_changes_nothing(
    station: RunningStation, dossier_id: str
) -> None:
    station.press()
    station.until(lambda: ended(station, dossier_id))
    batches.stop_batch(station.point, dossier_id, request_of(station, dossier_id))
    assert (saved(station, dossier_id), error_of(station, dossier_id)) == (5, None)


def test_a_stop_that_comes_after_a_jam_leaves_it_told_as_a_jam(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    scanner.misbehave(Fault.JAM, at_page=2)
    station.press()
    station.until(lambda: saved(station, dossier_id) >= 1)
    station.until(lambda: ended(station, dossier_id))
    batches.stop_batch(station.point, dossier_id, request_of(station, dossier_id))
    assert error_of(station, dossier_id) == "paper-jam"


def test_a_touch_that_is_stopped_before_the_station_took_it_up_moves_no_paper(
    config: Config, point: Point, scanner: VirtualScanner, tmp_path: Path, dossier_id: str
) -> None:
    number = scanning.press_into(point, dossier_id, SLOT, scanning.AskedBy.SCREEN)
    batches.stop_batch(point, dossier_id, number)
    running = RunningStation(open_point(config, utc_now), scanner, tmp_path / "late.d")
    running.begin()
    try:
        running.until(lambda: ended(running, dossier_id))
        assert error_of(running, dossier_id) == "scan-stopped"
        running.until(lambda: running.lamp is Signal.READY)
    finally:
        running.stop()
        running.point.database.close()
    assert len(scanner.tray.left()) == 5


def test_nobody_stops_the_batch_of_another_dossier(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str, helper: Volunteer
) -> None:
    scanner.pace_s = 0.3
    station.press()
    station.until(lambda: saved(station, dossier_id) >= 1)
    number = request_of(station, dossier_id)
    other = dossiers.open_dossier(station.point, "khai-sinh", helper.id)
    with pytest.raises(DossierUnknown):
        batches.stop_batch(station.point, other, number)
    station.until(lambda: ended(station, dossier_id))
    assert (saved(station, dossier_id), error_of(station, dossier_id)) == (5, None)
