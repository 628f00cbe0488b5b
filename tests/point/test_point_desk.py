"""Opening, answering, pressing, looking: what a volunteer does at the desk."""

from __future__ import annotations

import re
from datetime import UTC

import pytest

from appliance.config import Config
from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import (
    AlreadyScanning,
    AnswersChangedElsewhere,
    DossierLocked,
    DossierUnknown,
    NoDossierOpen,
    PinLocked,
    WrongPin,
)
from appliance.core.ports import Signal
from appliance.desk.dossier import dossiers
from appliance.desk.pages import page_edits, scanning
from appliance.desk.point import Point, open_point
from appliance.desk.sending.status import STATION, point_status, report_status
from appliance.store.people.volunteers import Volunteer, sign_in
from tests.point.conftest import PIN, TellingClock, in_threads, jpeg, lay_page, scan_into

SLOT = "giay_chung_sinh"


def test_a_new_dossier_has_a_number_of_this_point_and_lies_on_the_desk(
    point: Point, dossier_id: str
) -> None:
    view = dossiers.look_at(point, dossier_id)
    assert view.dossier.number == "KV-0007-20261122-01"
    assert view.on_desk_slot == SLOT
    assert view.dossier.state is DossierState.OPEN


def test_the_local_number_is_counted_by_the_day_on_the_wall(
    point: Point, helper: Volunteer, clock: TellingClock
) -> None:
    clock.now = clock.now.replace(hour=17, minute=30, tzinfo=UTC)  # half past midnight in Việt Nam
    first = dossiers.open_dossier(point, "khai-sinh", helper.id)
    assert dossiers.look_at(point, first).dossier.number == "KV-0007-20261123-01"


def test_more_than_ninety_nine_dossiers_a_day_still_get_their_own_numbers(
    point: Point, helper: Volunteer
) -> None:
    numbers = {
        dossiers.look_at(point, dossiers.open_dossier(point, "khai-sinh", helper.id)).dossier.number
        for _ in range(102)
    }
    assert len(numbers) == 102
    assert "KV-0007-20261122-102" in numbers


def test_our_number_never_looks_like_a_national_dossier_code(point: Point, dossier_id: str) -> None:
    national = re.compile(
        r"^(?:\d{3}(?:\.\d{2}){2}\.[A-Z]\d{2}|[A-Y]\d{2}(?:\.[0-9A-Z]{2,3}){0,4})-\d{6}-\d{4,10}$"
    )
    assert not national.match(dossiers.look_at(point, dossier_id).dossier.number)


def test_answers_are_kept_as_they_should_be_written(point: Point, dossier_id: str) -> None:
    dossiers.save_answers(
        point,
        dossier_id,
        {"child_name": "  Cao  Minh\tMẫu ", "requester_phone": "0901 234.567", "no_such_box": "x"},
    )
    answers = dossiers.look_at(point, dossier_id).answers
    assert answers["child_name"] == "Cao Minh Mẫu"
    assert answers["requester_phone"] == "0901234567"
    assert "no_such_box" not in answers


def test_two_screens_saving_different_fields_lose_neither(point: Point, dossier_id: str) -> None:
    keys = ["child_name", "mother_name", "father_name", "requester_name"]
    in_threads(4, lambda i: dossiers.save_answers(point, dossier_id, {keys[i]: f"Mẫu {i}"}))
    answers = dossiers.look_at(point, dossier_id).answers
    assert [answers[key] for key in keys] == [f"Mẫu {i}" for i in range(4)]


def test_a_screen_that_is_behind_is_told_so_and_changes_nothing(
    point: Point, dossier_id: str
) -> None:
    seen = dossiers.save_answers(point, dossier_id, {"child_name": "Mẫu Một"})
    dossiers.save_answers(point, dossier_id, {"child_name": "Mẫu Hai"}, seen)
    with pytest.raises(AnswersChangedElsewhere):
        dossiers.save_answers(point, dossier_id, {"child_name": "Mẫu Ba"}, seen)
    assert dossiers.look_at(point, dossier_id).answers["child_name"] == "Mẫu Hai"


def test_a_form_half_filled_keeps_the_procedure_it_began_with(
    point: Point, dossier_id: str, config: Config, clock: TellingClock
) -> None:
    began_with = dossiers.look_at(point, dossier_id).procedure
    newer = open_point(config, clock)
    changed = began_with.model_copy(update={"version": "2027-03-01", "title": "Tên mới"})
    object.__setattr__(newer, "procedures", dict(newer.procedures) | {"khai-sinh": changed})
    assert newer.procedures["khai-sinh"].version == "2027-03-01"
    assert dossiers.look_at(newer, dossier_id).procedure == began_with
    newer.database.close()


def test_a_press_goes_to_the_slot_that_was_chosen(point: Point, dossier_id: str) -> None:
    scan_into(point, dossier_id, "uy_quyen", count=2)
    view = dossiers.look_at(point, dossier_id)
    assert [page.position for page in view.pages_in("uy_quyen")] == [1, 2]
    assert view.scan is not None
    assert (view.scan.state, view.scan.pages) == ("done", 2)


def test_a_touch_without_an_open_dossier_asks_to_open_one(point: Point) -> None:
    with pytest.raises(NoDossierOpen):
        scanning.press(point, scanning.AskedBy.SCREEN)


def test_of_many_presses_at_once_one_scans_and_all_others_are_answered(
    point: Point, dossier_id: str
) -> None:
    outcomes: list[str] = []

    def press(_: int) -> None:
        try:
            scanning.press(point, scanning.AskedBy.PANEL)
            outcomes.append("scans")
        except AlreadyScanning:
            outcomes.append("busy")

    in_threads(8, press)
    assert sorted(outcomes) == ["busy"] * 7 + ["scans"]


def test_a_replayed_event_cannot_double_a_page(point: Point, dossier_id: str) -> None:
    request = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, request)
    place = scanning.scan_requests.OnDesk(dossier_id, SLOT)
    scanning.save_page(point, request, place, lay_page(point.spool, 1))
    with pytest.raises(Exception, match="UNIQUE"):
        scanning.save_page(point, request, place, lay_page(point.spool, 1))
    assert len(dossiers.look_at(point, dossier_id).pages) == 1


def test_nothing_a_scanner_saw_lies_readable_on_the_card(point: Point, dossier_id: str) -> None:
    page = jpeg() + b"MARK-OF-A-CITIZEN"
    request = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, request)
    place = scanning.scan_requests.OnDesk(dossier_id, SLOT)
    side = lay_page(point.spool, 1, page)
    page_id = scanning.save_page(point, request, place, side)
    dossiers.save_answers(point, dossier_id, {"child_name": "Dấu Của Công Dân"})
    state = point.config.paths.state
    for path in state.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"MARK-OF-A-CITIZEN" not in content, path
            assert "Dấu Của Công Dân".encode() not in content, path
            assert b"AGE-SECRET-KEY" not in content, path
    assert not side.path.exists()
    shown = scanning.page_image(point, dossier_id, page_id, scanning.PageImage.MASTER)
    assert shown == page


def test_a_page_can_be_taken_out_turned_and_put_back(point: Point, dossier_id: str) -> None:
    (page_id,) = scan_into(point, dossier_id, SLOT)
    page_edits.turn_page(point, page_id)
    page_edits.remove_page(point, page_id)
    view = dossiers.look_at(point, dossier_id)
    assert view.pages == ()
    assert [page.id for page in view.removed_pages] == [page_id]
    assert SLOT in {slot.key for slot in view.missing_slots}
    page_edits.put_page_back(point, page_id)
    (page,) = dossiers.look_at(point, dossier_id).pages
    assert page.turn == 90


def test_a_page_is_shown_only_under_its_own_dossier(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    (page_id,) = scan_into(point, dossier_id, SLOT)
    stranger = dossiers.open_dossier(point, "khai-sinh", helper.id)
    with pytest.raises(DossierUnknown):
        scanning.page_image(point, stranger, page_id, scanning.PageImage.MASTER)


def test_after_a_power_cut_nobody_reads_an_open_dossier_without_its_key(
    point: Point, dossier_id: str, config: Config
) -> None:
    (page_id,) = scan_into(point, dossier_id, SLOT)
    for key in (config.paths.runtime / "desk-keys").iterdir():
        key.unlink()  # memory is gone
    view = dossiers.look_at(point, dossier_id)
    assert view.locked
    assert view.answers == {}
    with pytest.raises(DossierLocked):
        scanning.page_image(point, dossier_id, page_id, scanning.PageImage.MASTER)
    with pytest.raises(DossierLocked):
        dossiers.save_answers(point, dossier_id, {"child_name": "Mẫu"})


def test_a_new_dossier_after_the_power_cut_gets_a_key_of_its_own(
    point: Point, dossier_id: str, config: Config, helper: Volunteer
) -> None:
    for key in (config.paths.runtime / "desk-keys").iterdir():
        key.unlink()
    fresh = dossiers.open_dossier(point, "khai-sinh", helper.id)
    assert not dossiers.look_at(point, fresh).locked
    assert dossiers.look_at(point, dossier_id).locked


def test_the_right_pin_signs_in_and_a_wrong_one_does_not(point: Point, helper: Volunteer) -> None:
    assert sign_in(point.database, helper.name, PIN, point.clock()).volunteer == helper
    with pytest.raises(WrongPin):
        sign_in(point.database, helper.name, "000000", point.clock())
    with pytest.raises(WrongPin):
        sign_in(point.database, "Người lạ", PIN, point.clock())


def test_guessing_a_pin_makes_the_name_rest_longer_and_longer(
    point: Point, helper: Volunteer, clock: TellingClock
) -> None:
    def guess() -> None:
        with pytest.raises(WrongPin):
            sign_in(point.database, helper.name, "999999", clock())

    rests = []
    for _ in range(3):
        guess()
    for _ in range(7):
        guess()
        with pytest.raises(PinLocked) as locked:
            sign_in(point.database, helper.name, PIN, clock())
        rests.append(locked.value.seconds)
        clock.pass_by(seconds=locked.value.seconds)
    assert rests == [31, 61, 121, 241, 481, 901, 901]
    assert sign_in(point.database, helper.name, PIN, clock()).volunteer == helper


def test_a_clock_that_jumped_back_years_locks_nobody_out(
    point: Point, helper: Volunteer, clock: TellingClock
) -> None:
    for _ in range(4):
        with pytest.raises(WrongPin):
            sign_in(point.database, helper.name, "999999", clock())
    clock.pass_by(days=-900)
    assert sign_in(point.database, helper.name, PIN, clock()).volunteer == helper


def test_a_station_that_fell_silent_is_shown_as_off(point: Point, clock: TellingClock) -> None:
    report_status(point, STATION, Signal.READY, None)
    assert point_status(point).lamp is Signal.READY
    clock.pass_by(minutes=2)
    assert point_status(point).lamp is Signal.OFF
