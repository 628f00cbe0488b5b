"""A press becomes pages in a slot, and is answered whatever happens."""

from __future__ import annotations

import time

import pytest

from appliance.core.dossiers.dossier import DossierState
from appliance.core.paper.packed import unpacked
from appliance.core.ports import Signal
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.desk.sending.status import point_status
from appliance.jpeg import check_decodes
from appliance.pretend.sample_answers import sample_answers
from appliance.pretend.scanner import Fault, VirtualScanner
from appliance.store.dossier.dossiers import row_of
from appliance.store.people.volunteers import Volunteer
from tests.station.conftest import RunningStation

SLOT = "giay_chung_sinh"


def saved(station: RunningStation, dossier_id: str) -> int:
    return len(dossiers.look_at(station.point, dossier_id).pages)


def ended(station: RunningStation, dossier_id: str) -> bool:
    scan = dossiers.look_at(station.point, dossier_id).scan
    return scan is not None and scan.state in ("done", "failed")


def error_of(station: RunningStation, dossier_id: str) -> str | None:
    scan = dossiers.look_at(station.point, dossier_id).scan
    assert scan is not None
    return scan.error_code


def test_a_press_fills_the_slot_until_the_tray_is_empty(
    station: RunningStation, dossier_id: str
) -> None:
    station.press()
    station.until(lambda: station.lamp is Signal.SCANNING)
    station.until(lambda: ended(station, dossier_id))
    assert (saved(station, dossier_id), error_of(station, dossier_id)) == (5, None)
    assert station.lamp is Signal.SAVED
    assert not list(station.point.spool.rglob("*.jpg"))


def test_every_page_gets_a_preview_and_a_clean_copy(
    station: RunningStation, dossier_id: str
) -> None:
    station.press()
    station.until(
        lambda: (
            ended(station, dossier_id)
            and all(page.preview for page in dossiers.look_at(station.point, dossier_id).pages)
        )
    )
    with station.point.database.reading() as connection:
        key = row_of(connection, dossier_id).desk_key
    for page in dossiers.look_at(station.point, dossier_id).pages:
        image = scanning.page_image(station.point, dossier_id, page.id, scanning.PageImage.PREVIEW)
        assert max(check_decodes(image)) == 1000
        copy = unpacked(station.point.vault.open(station.point.pages.read(page.rendition), key))
        assert copy.size_bytes == page.clean_bytes > 0


def test_a_touch_on_the_screen_goes_through_the_same_door(
    station: RunningStation, dossier_id: str
) -> None:
    scanning.press(station.point, scanning.AskedBy.SCREEN)
    station.until(lambda: ended(station, dossier_id))
    assert saved(station, dossier_id) == 5


def test_a_press_while_scanning_is_answered_busy_and_never_queued(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    scanner.pace_s = 0.4
    station.press()
    station.until(lambda: saved(station, dossier_id) >= 1)
    for _ in range(3):
        station.press()
        assert station.lamp is Signal.BUSY
    station.until(lambda: ended(station, dossier_id))
    scanner.load_tray(["1.png"])
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline:
        time.sleep(0.05)
    assert saved(station, dossier_id) == 5  # no ghost scan of the paper that came later


FAULTS = {
    Fault.JAM: ("paper-jam", 2),
    Fault.COVER_OPEN: ("cover-open", 2),
    Fault.TRUNCATED: ("short-page", 2),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_goes_wrong_on_the_third_of_five_sheets_costs_no_earlier_page(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str, fault: Fault
) -> None:
    code, kept = FAULTS[fault]
    scanner.misbehave(fault, at_page=3)
    station.press()
    station.until(lambda: ended(station, dossier_id))
    assert (saved(station, dossier_id), error_of(station, dossier_id)) == (kept, code)
    assert station.lamp is Signal.NEEDS_PERSON
    station.until(lambda: point_status(station.point).error_code == code)
    scanner.behave()
    scanner.load_tray(["3.png", "4.png", "5.png"])
    station.press()
    station.until(lambda: saved(station, dossier_id) == 5)


def test_an_empty_feeder_says_so_and_keeps_everything(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    scanner.load_tray([])
    station.press()
    station.until(lambda: ended(station, dossier_id))
    assert error_of(station, dossier_id) == "feeder-empty"


def test_pages_are_sealed_by_the_station_and_the_desk_is_free_again(
    station: RunningStation, dossier_id: str, helper: Volunteer, point: Point
) -> None:
    dossiers.save_answers(station.point, dossier_id, sample_answers("khai-sinh", point.today()))
    station.press()
    station.until(lambda: ended(station, dossier_id))
    sealing.ask_to_seal(station.point, dossier_id, helper.id, consented=True)
    station.until(
        lambda: dossiers.look_at(station.point, dossier_id).dossier.state is DossierState.SEALED
    )
    station.press()
    station.until(lambda: station.lamp is Signal.NEEDS_PERSON)


def test_a_batch_that_a_dead_station_left_open_is_closed_at_the_next_start(
    scanner: VirtualScanner, point: Point, dossier_id: str, tmp_path: object
) -> None:
    request = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, request)
    assert scanning.fail_interrupted(point, "scanner-gone", point.clock()) == 1
    view = dossiers.look_at(point, dossier_id)
    assert view.scan is not None
    assert (view.scan.state, view.scan.error_code) == ("failed", "scanner-gone")
    scanning.press(point, scanning.AskedBy.PANEL)  # the door is open again


@pytest.mark.parametrize(
    ("fault", "code"),
    [(Fault.VANISH, "scanner-gone"), (Fault.STALL, "scanner-silent"), (Fault.CUT, "scanner-gone")],
)
def test_a_scanner_that_is_unplugged_or_stands_still_keeps_the_pages_before_it(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str, fault: Fault, code: str
) -> None:
    scanner.misbehave(fault, at_page=3)
    station.press()
    station.until(lambda: ended(station, dossier_id))
    assert (saved(station, dossier_id), error_of(station, dossier_id)) == (2, code)
    assert station.lamp is Signal.NEEDS_PERSON
    scanner.behave()
    scanner.load_tray(["3.png", "4.png", "5.png"])
    station.press()  # plugged in again: nothing needs to be restarted
    station.until(lambda: saved(station, dossier_id) == 5)
    station.until(lambda: station.lamp is Signal.SAVED)


def test_a_scanner_that_was_never_there_is_told_as_absent(
    station: RunningStation, scanner: VirtualScanner, dossier_id: str
) -> None:
    scanner.misbehave(Fault.VANISH, at_page=0)
    station.press()
    station.until(lambda: ended(station, dossier_id))
    assert (saved(station, dossier_id), error_of(station, dossier_id)) == (0, "scanner-absent")
