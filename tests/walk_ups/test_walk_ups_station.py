"""The button, libsane and the lamp, with nobody signed in and no dossier on the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config import Config, DraftsSection
from appliance.core.panel.prompt import Moment, Prompt
from appliance.core.ports import Signal
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point, open_point, utc_now
from appliance.desk.sending.status import point_status
from appliance.desk.walk_up import walk_up_claims, walk_ups
from appliance.desk.walk_up.walk_ups import Waiting
from appliance.pretend.scanner import Fault, VirtualScanner
from appliance.store.dossier import pages as stored
from appliance.store.people.volunteers import Volunteer
from appliance.wording.spoken import sentence_of
from tests.station.conftest import *
from tests.station.conftest import RunningStation

SLOT = "giay_chung_sinh"


def at_rest(station: RunningStation) -> list[Waiting]:
    return [one for one in walk_ups.waiting(station.point) if not one.is_running]


def test_a_press_with_nobody_there_is_scanned_cleaned_and_told_its_number(
    station: RunningStation,
) -> None:
    station.press()
    station.until(lambda: station.lamp is Signal.SAVED)
    station.until(lambda: bool(at_rest(station)))
    (one,) = at_rest(station)
    assert (one.walk_up.number, one.sides, one.error_code) == (1, 5, None)
    station.until(lambda: sentence_of(Prompt(Moment.NUMBER, 1)) in station.speaker.heard)
    assert not list(station.point.spool.rglob("*.jpg"))

    def all_clean() -> bool:
        with station.point.database.reading() as connection:
            return all(page.preview for page in stored.held_pages(connection, one.walk_up.id))

    station.until(all_clean)


def test_a_stopped_batch_keeps_what_is_saved_under_a_number_that_is_told(
    station: RunningStation, scanner: VirtualScanner
) -> None:
    scanner.pace_s = 0.6
    station.press()
    station.until(lambda: bool(walk_ups.waiting(station.point)))
    request = walk_ups.running(station.point)
    assert request is not None
    walk_ups.stop(station.point, request)
    station.until(lambda: bool(at_rest(station)))
    (one,) = at_rest(station)
    assert one.error_code == "scan-stopped"
    assert 1 <= one.sides < 5
    station.until(lambda: sentence_of(Prompt(Moment.NUMBER, 1)) in station.speaker.heard)


def test_two_people_get_two_numbers_and_their_own_pages(
    station: RunningStation, scanner: VirtualScanner, helper: Volunteer
) -> None:
    scanner.load_tray(["1.png", "2.png"])
    station.press()
    station.until(lambda: len(at_rest(station)) == 1)
    scanner.load_tray(["3.png"])
    station.press()
    station.until(lambda: len(at_rest(station)) == 2)
    assert [(one.walk_up.number, one.sides) for one in at_rest(station)] == [(1, 2), (2, 1)]
    dossier = dossiers.open_dossier(station.point, "khai-sinh", helper.id)
    walk_ups.open_for(station.point, [at_rest(station)[1].walk_up.id], helper.id)
    walk_up_claims.claim(station.point, [2], helper.id, dossier, SLOT)
    station.until(
        lambda: all(
            not page.awaits_cleaning for page in dossiers.look_at(station.point, dossier).pages
        )
    )
    assert len(dossiers.look_at(station.point, dossier).pages) == 1
    assert [one.walk_up.number for one in at_rest(station)] == [1]


def test_a_jam_keeps_the_sheets_before_it_under_the_number(
    station: RunningStation, scanner: VirtualScanner
) -> None:
    scanner.misbehave(Fault.JAM, at_page=3)
    station.press()
    station.until(lambda: station.lamp is Signal.NEEDS_PERSON)
    station.until(lambda: bool(at_rest(station)))
    (one,) = at_rest(station)
    assert (one.sides, one.error_code) == (2, "paper-jam")


def test_an_empty_tray_is_told_and_takes_no_number(
    station: RunningStation, scanner: VirtualScanner
) -> None:
    scanner.load_tray([])
    station.press()
    station.until(lambda: point_status(station.point).error_code == "feeder-empty")
    assert walk_ups.waiting(station.point) == []


def test_a_second_press_while_paper_moves_is_busy_and_no_second_number(
    station: RunningStation, scanner: VirtualScanner
) -> None:
    scanner.pace_s = 0.4
    station.press()
    station.until(lambda: bool(walk_ups.waiting(station.point)))
    station.press()
    assert station.lamp is Signal.BUSY
    station.until(lambda: bool(at_rest(station)))
    assert len(at_rest(station)) == 1


def test_the_station_erases_what_nobody_claims_while_it_runs(
    config: Config, scanner: VirtualScanner, point: Point, tmp_path: Path
) -> None:
    ahead_s = 0.0
    own = open_point(config, utc_now, lambda: 100.0 + ahead_s)
    running = RunningStation(own, scanner, tmp_path / "sane.d")
    running.start()
    running.press()
    running.until(lambda: bool(at_rest(running)))
    ahead_s = 30 * 60.0 + 1
    running.until(lambda: own.pages.names() == set())
    running.until(lambda: [one.number for one in walk_ups.lately_erased(own)] == [1])
    running.stop()
    own.database.close()


@pytest.fixture
def without(config: Config, scanner: VirtualScanner, point: Point, tmp_path: Path) -> object:
    off = config.model_copy(update={"drafts": DraftsSection(walk_ups=False)})
    own = open_point(off, utc_now)
    running = RunningStation(own, scanner, tmp_path / "sane.d")
    running.start()
    yield running
    running.stop()
    own.database.close()


def test_where_walk_ups_are_off_a_press_calls_the_helper_until_a_dossier_is_opened(
    without: RunningStation, scanner: VirtualScanner, helper: Volunteer
) -> None:
    without.press()
    without.until(lambda: without.lamp is Signal.NEEDS_PERSON)
    without.until(lambda: point_status(without.point).error_code == "no-dossier-open")
    assert len(scanner.tray.left()) == 5
    dossiers.open_dossier(without.point, "khai-sinh", helper.id)
    without.until(lambda: without.lamp is Signal.READY)
    without.until(lambda: point_status(without.point).error_code is None)
