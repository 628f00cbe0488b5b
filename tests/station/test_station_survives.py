"""Nothing ends the station: it says what is wrong, answers every press, and is well again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.core.ports import Signal
from appliance.desk.dossier import dossiers
from appliance.desk.pages import page_edits, scanning
from appliance.desk.sending.status import point_status
from appliance.imaging.child.cleaner import Cleaner
from appliance.imaging.child.wire import CleanPage
from appliance.pretend.scanner import VirtualScanner
from appliance.store.card.database import Database
from tests.station.conftest import RunningStation
from tests.station.test_station_button import ended, error_of, saved

SLOT = "giay_chung_sinh"


def change(database: Database, statement: str) -> None:
    with database.writing() as connection:
        connection.exec_driver_sql(statement)


def cpu_s(seconds: float) -> float:
    """How much this process works while nobody asks for anything."""
    before = time.process_time()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.05)
    return time.process_time() - before


def test_a_lost_page_folder_costs_the_batch_and_nothing_else(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    folder = station.point.pages.folder
    folder.write_text("not a folder")
    station.press()
    station.until(lambda: ended(station, dossier_id))
    assert error_of(station, dossier_id) == "unexpected"
    station.until(lambda: point_status(station.point).error_code == "unexpected")
    folder.unlink()
    scanner.load_tray(["1.png", "2.png"])
    station.press()
    station.until(lambda: saved(station, dossier_id) == 2 and ended(station, dossier_id))
    station.until(lambda: station.lamp is Signal.SAVED)


def test_a_station_that_cannot_write_complains_rests_and_is_well_again(
    station: RunningStation, dossier_id: str
) -> None:
    own = station.point.database
    change(own, "ALTER TABLE service_status RENAME TO hidden")
    station.until(lambda: station.lamp is Signal.NEEDS_PERSON)
    assert cpu_s(2.0) < 1.0  # it rests between two tries
    change(own, "ALTER TABLE hidden RENAME TO service_status")
    station.until(lambda: station.lamp is Signal.READY)
    station.press()
    station.until(lambda: saved(station, dossier_id) == 5)


def test_a_press_on_a_station_in_trouble_calls_for_help_and_moves_no_paper(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    change(station.point.database, "ALTER TABLE scan_request RENAME TO hidden")
    station.until(lambda: station.lamp is Signal.NEEDS_PERSON)
    for _ in range(3):
        station.press()
        assert station.lamp is Signal.NEEDS_PERSON
    assert len(scanner.tray.left()) == 5
    change(station.point.database, "ALTER TABLE hidden RENAME TO scan_request")
    station.until(lambda: station.lamp is not Signal.NEEDS_PERSON)


def test_an_end_that_could_not_be_written_down_is_written_later(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    own = station.point.database
    scanner.pace_s = 0.3
    change(
        own,
        "CREATE TRIGGER no_end BEFORE UPDATE OF ended_at ON scan_request "
        "BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    station.press()
    station.until(lambda: saved(station, dossier_id) == 5)
    station.until(lambda: station.lamp is Signal.NEEDS_PERSON)
    assert not ended(station, dossier_id)
    change(own, "DROP TRIGGER no_end")
    station.until(lambda: ended(station, dossier_id))
    assert error_of(station, dossier_id) is None
    scanner.load_tray(["1.png"])
    station.press()
    station.until(lambda: saved(station, dossier_id) == 6)


def test_a_station_that_starts_on_a_sick_store_begins_when_it_is_well(
    point, config, scanner: VirtualScanner, tmp_path: Path, dossier_id: str
) -> None:
    change(point.database, "ALTER TABLE scan_request RENAME TO hidden")
    running = RunningStation(point, scanner, tmp_path / "sane.d")
    running.begin()
    running.until(lambda: running.lamp is Signal.NEEDS_PERSON)
    change(point.database, "ALTER TABLE hidden RENAME TO scan_request")
    running.until(lambda: running.lamp is Signal.READY)
    running.stop()


def test_a_touch_from_before_the_power_cut_moves_no_paper(
    point, clock, scanner: VirtualScanner, tmp_path: Path, dossier_id: str
) -> None:
    scanning.press(point, scanning.AskedBy.SCREEN)
    clock.now += timedelta(hours=3)
    running = RunningStation(point, scanner, tmp_path / "sane.d")
    running.start()
    running.until(lambda: ended(running, dossier_id))
    assert error_of(running, dossier_id) == "scan-cancelled"
    assert len(scanner.tray.left()) == 5
    running.stop()


def test_a_batch_that_the_power_cut_is_told_as_stopped_and_the_door_is_open(
    point, scanner: VirtualScanner, tmp_path: Path, dossier_id: str
) -> None:
    scanning.start_request(point, scanning.press(point, scanning.AskedBy.PANEL))
    running = RunningStation(point, scanner, tmp_path / "sane.d")
    running.start()
    running.until(lambda: ended(running, dossier_id))
    assert error_of(running, dossier_id) == "scan-cancelled"
    running.press()
    running.until(lambda: saved(running, dossier_id) == 5)
    running.stop()


def test_a_page_put_back_is_cleaned_after_all(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    own = station.point
    change(own.database, "UPDATE page SET removed = 1")  # nothing there yet
    change(
        own.database,
        "CREATE TRIGGER out AFTER INSERT ON page "
        "BEGIN UPDATE page SET removed = 1 WHERE id = NEW.id; END",
    )
    scanner.load_tray(["1.png"])
    station.press()
    station.until(lambda: ended(station, dossier_id))
    (page,) = dossiers.look_at(own, dossier_id).removed_pages
    assert page.preview is None
    page_edits.put_page_back(own, page.id)
    station.until(lambda: dossiers.look_at(own, dossier_id).pages[0].preview is not None)


@pytest.mark.parametrize("child", ["scan", "clean"])
def test_a_child_killed_in_the_middle_of_its_work_costs_no_saved_page(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str, child: str
) -> None:
    scanner.pace_s = 0.5
    station.press()
    station.until(lambda: saved(station, dossier_id) >= 2)
    if child == "scan":
        os.kill(scan_child(station), signal.SIGKILL)
    else:
        station.until(lambda: station.cleaner.child_pid is not None)
        os.kill(station.cleaner.child_pid or 0, signal.SIGKILL)
    station.until(lambda: ended(station, dossier_id))
    kept = saved(station, dossier_id)
    if child == "scan":
        assert (error_of(station, dossier_id), kept >= 2) == ("scan-child-crashed", True)
    else:
        assert (error_of(station, dossier_id), kept) == (None, 5)
    pages = lambda: dossiers.look_at(station.point, dossier_id).pages  # noqa: E731
    station.until(lambda: all(page.preview for page in pages()))
    assert not list(station.point.spool.rglob("*.jpg"))
    scanner.load_tray(["1.png"])
    station.press()
    station.until(lambda: saved(station, dossier_id) == kept + 1)


def scan_child(station: RunningStation) -> int:
    batch = station.station._batches.running
    assert batch is not None
    return batch.pid  # type: ignore[attr-defined]


class CleanerWithoutProcesses(Cleaner):
    """The first two pages meet a machine on which no process can be started."""

    def __init__(self) -> None:
        super().__init__()
        self.refusals = 2

    def _cleaned(self, master: bytes, order) -> CleanPage:
        if self.refusals:
            self.refusals -= 1
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return super()._cleaned(master, order)


@pytest.fixture
def poor_station(point, scanner: VirtualScanner, tmp_path: Path) -> Iterator[RunningStation]:
    running = RunningStation(point, scanner, tmp_path / "sane.d", CleanerWithoutProcesses())
    running.start()
    yield running
    running.stop()


def test_a_page_that_no_process_could_clean_is_cleaned_later(
    poor_station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    scanner.load_tray(["1.png"])
    poor_station.press()
    poor_station.until(lambda: saved(poor_station, dossier_id) == 1)
    poor_station.until(
        lambda: all(page.preview for page in dossiers.look_at(poor_station.point, dossier_id).pages)
    )


def test_a_page_whose_row_a_kill_prevented_is_set_aside_at_the_next_start(
    point, scanner: VirtualScanner, tmp_path: Path
) -> None:
    stray = point.pages.save(b"a ciphertext nobody was told of")
    running = RunningStation(point, scanner, tmp_path / "sane.d")
    running.start()
    assert point.pages.names() == set()
    assert (point.config.paths.state / "set-aside" / stray).exists()
    running.stop()
