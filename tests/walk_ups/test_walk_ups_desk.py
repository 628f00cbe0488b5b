"""Papers without a dossier: a number of their own, one volunteer, one dossier."""

from __future__ import annotations

import shutil

import pytest

from appliance.core.dossiers.walk_up import numbers_in
from appliance.core.errors import (
    AlreadyScanning,
    DiskFull,
    DossierMovedOn,
    DossierUnknown,
    NoDossierOpen,
)
from appliance.core.errors.walk_up import WalkUpElsewhere, WalkUpGone
from appliance.desk.dossier import dossiers
from appliance.desk.pages import cleaning, scanning
from appliance.desk.point import Point, open_point
from appliance.desk.walk_up import walk_up_claims, walk_ups
from appliance.imaging.child.main import cleaned
from appliance.services import upkeep
from appliance.store.card import page_files
from appliance.store.dossier import owners
from appliance.store.dossier import pages as stored
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import in_threads, scan_into
from tests.walk_ups.conftest import TellingClock, begin, bring, key_files, press

SLOT = "giay_chung_sinh"


def numbers(point: Point) -> list[int]:
    return [one.walk_up.number for one in walk_ups.waiting(point)]


def open_all(point: Point, volunteer: Volunteer, *wanted: int) -> None:
    found, _ = walk_ups.asked_for(point, wanted)
    walk_ups.open_for(point, [one.walk_up.id for one in found], volunteer.id)


def clean_all(point: Point) -> None:
    while (work := cleaning.next_work(point)) is not None:
        cleaning.save_cleaned(point, work, cleaned(work.master, work.order))


def pages_in(point: Point, dossier_id: str) -> list[str]:
    return [page.id for page in dossiers.look_at(point, dossier_id).pages_in(SLOT)]


def test_a_press_without_a_dossier_is_kept_under_a_short_number(point: Point) -> None:
    press(point, pages=3)
    (one,) = walk_ups.waiting(point)
    assert (one.walk_up.number, one.sides, one.is_running) == (1, 3, False)
    assert one.left.total_seconds() == 30 * 60


def test_two_presses_are_two_numbers_however_close_they_come(point: Point) -> None:
    press(point)
    press(point)
    assert numbers(point) == [1, 2]


def test_a_number_is_not_given_twice_a_day_and_begins_anew_the_next(
    point: Point, clock: TellingClock
) -> None:
    press(point)
    clock.pass_by(minutes=31)
    upkeep.run(point)
    press(point)
    assert numbers(point) == [2]
    clock.pass_by(days=1)
    upkeep.run(point)
    press(point)
    assert numbers(point) == [1]


def test_a_clock_that_jumps_to_another_day_calls_no_two_people_by_one_number(
    point: Point, clock: TellingClock
) -> None:
    press(point)
    clock.jump(days=400)
    press(point)
    assert numbers(point) == [1, 2]  # and nobody's papers went with the jump
    clock.jump(days=-500)
    press(point)
    assert numbers(point) == [1, 2, 3]


def test_an_empty_tray_takes_no_number(point: Point) -> None:
    scanning.end_request(point, begin(point), "feeder-empty")
    assert numbers(point) == []
    assert key_files(point) == set()
    press(point)
    assert numbers(point) == [1]


def test_with_a_dossier_on_the_desk_the_button_scans_into_it_as_ever(
    point: Point, dossier_id: str
) -> None:
    scan_into(point, dossier_id, SLOT)
    assert numbers(point) == []


def test_where_walk_ups_are_switched_off_a_press_calls_the_helper(point: Point) -> None:
    drafts = point.config.drafts.model_copy(update={"walk_ups": False})
    off = open_point(point.config.model_copy(update={"drafts": drafts}), point.clock)
    with pytest.raises(NoDossierOpen):
        scanning.press(off, scanning.AskedBy.PANEL)
    off.database.close()


def test_after_a_power_cut_the_next_press_does_not_go_into_the_dossier_of_before(
    point: Point, dossier_id: str
) -> None:
    shutil.rmtree(point.config.paths.runtime)
    press(point)
    assert numbers(point) == [1]
    assert pages_in(point, dossier_id) == []


def test_claimed_pages_are_ordinary_pages_of_the_dossier(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    dossiers.leave_desk(point)
    press(point, pages=2)
    clean_all(point)
    open_all(point, helper, 1)
    before = point.pages.names()
    assert walk_up_claims.claim(point, [1], helper.id, dossier_id, SLOT) == 2
    view = dossiers.look_at(point, dossier_id)
    assert [page.position for page in view.pages_in(SLOT)] == [1, 2]
    assert view.scan is not None
    assert view.scan.pages == 2
    for page in view.pages:
        assert not page.awaits_cleaning
        for wanted in scanning.PageImage:
            assert scanning.page_image(point, dossier_id, page.id, wanted)[:2] == b"\xff\xd8"
        assert scanning.findings_of(point, page) is not None
    assert numbers(point) == []
    assert not before & point.pages.names()  # nothing under the old key is left
    assert key_files(point) == {view_key(point, dossier_id)}
    found = upkeep.run(point)
    assert found.all_well


def view_key(point: Point, dossier_id: str) -> str:
    with point.database.reading() as connection:
        return owners.key_of_dossier(connection, dossier_id)


def test_several_numbers_of_one_person_go_into_one_slot_in_the_order_they_are_said(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    dossiers.leave_desk(point)
    press(point, pages=2)
    press(point)
    press(point)
    open_all(point, helper, 1, 2, 3)
    with point.database.reading() as connection:
        ids = {n: [p.id for p in stored.held_pages(connection, n)] for n in (1, 2, 3)}
    walk_up_claims.claim(point, [3, 1], helper.id, dossier_id, SLOT)
    assert pages_in(point, dossier_id) == [*ids[3], *ids[1]]
    assert numbers(point) == [2]


def test_of_several_numbers_all_are_claimed_or_none(
    point: Point, dossier_id: str, helper: Volunteer, second: Volunteer
) -> None:
    dossiers.leave_desk(point)
    press(point)
    press(point)
    open_all(point, helper, 1, 2)
    open_all(point, second, 2)
    with pytest.raises(WalkUpElsewhere):
        walk_up_claims.claim(point, [1, 2], helper.id, dossier_id, SLOT)
    assert numbers(point) == [1, 2]
    assert pages_in(point, dossier_id) == []


def test_two_volunteers_claim_one_number_and_one_of_them_wins(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    other = dossiers.open_dossier(point, "khai-sinh", helper.id)
    dossiers.leave_desk(point)
    press(point, pages=3)
    clean_all(point)
    open_all(point, helper, 1)
    outcomes: list[str] = []

    def claim(number: int) -> None:
        try:
            walk_up_claims.claim(point, [1], helper.id, [dossier_id, other][number % 2], SLOT)
            outcomes.append("won")
        except WalkUpGone:
            outcomes.append("told")

    in_threads(4, claim)
    assert sorted(outcomes) == ["told", "told", "told", "won"]
    assert sorted(len(pages_in(point, one)) for one in (dossier_id, other)) == [0, 3]
    with point.database.reading() as connection:
        assert stored.file_names(connection) == point.pages.names()  # the losers left nothing


def test_nobody_sees_a_page_who_did_not_open_the_number(
    point: Point, dossier_id: str, helper: Volunteer, second: Volunteer
) -> None:
    dossiers.leave_desk(point)
    press(point)
    clean_all(point)
    with point.database.reading() as connection:
        (page,) = stored.held_pages(connection, 1)
    with pytest.raises(WalkUpElsewhere):
        walk_ups.picture(point, 1, page.id, helper.id)
    open_all(point, helper, 1)
    assert walk_ups.picture(point, 1, page.id, helper.id)[:2] == b"\xff\xd8"
    with pytest.raises(WalkUpElsewhere):
        walk_ups.picture(point, 1, page.id, second.id)
    open_all(point, second, 1)  # asked again, with the citizen, at the other screen
    with pytest.raises(WalkUpElsewhere):
        walk_ups.picture(point, 1, page.id, helper.id)
    with pytest.raises(WalkUpElsewhere):
        walk_up_claims.claim(point, [1], helper.id, dossier_id, SLOT)


def test_a_walk_ups_page_is_no_page_of_any_dossier(point: Point, dossier_id: str) -> None:
    dossiers.leave_desk(point)
    press(point)
    with point.database.reading() as connection:
        (page,) = stored.held_pages(connection, 1)
    for wanted in (dossier_id, ""):
        with pytest.raises(DossierUnknown):
            scanning.page_image(point, wanted, page.id, scanning.PageImage.MASTER)


def test_a_number_whose_paper_still_moves_cannot_be_claimed(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    dossiers.leave_desk(point)
    request = begin(point)
    bring(point, request, 1)
    open_all(point, helper, 1)
    with pytest.raises(AlreadyScanning):
        walk_up_claims.claim(point, [1], helper.id, dossier_id, SLOT)
    bring(point, request, 2)
    scanning.end_request(point, request, "paper-jam")
    (one,) = walk_ups.waiting(point)
    assert (one.sides, one.error_code) == (2, "paper-jam")
    assert walk_up_claims.claim(point, [1], helper.id, dossier_id, SLOT) == 2


def test_a_page_that_is_cleaned_while_it_is_claimed_is_cleaned_again_in_its_dossier(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    dossiers.leave_desk(point)
    press(point)
    work = cleaning.next_work(point)
    assert work is not None
    things = cleaned(work.master, work.order)
    open_all(point, helper, 1)
    walk_up_claims.claim(point, [1], helper.id, dossier_id, SLOT)
    with pytest.raises(DossierMovedOn):
        cleaning.save_cleaned(point, work, things)
    clean_all(point)
    (page,) = dossiers.look_at(point, dossier_id).pages
    assert scanning.page_image(point, dossier_id, page.id, scanning.PageImage.PREVIEW)
    with point.database.reading() as connection:
        assert stored.file_names(connection) == point.pages.names()


def test_on_a_full_card_nothing_is_claimed_and_nothing_is_lost(
    point: Point, dossier_id: str, helper: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossiers.leave_desk(point)
    press(point, pages=2)
    open_all(point, helper, 1)
    before = point.pages.names()
    monkeypatch.setattr(page_files, "RESERVE_BYTES", 1 << 60)
    with pytest.raises(DiskFull):
        walk_up_claims.claim(point, [1], helper.id, dossier_id, SLOT)
    monkeypatch.undo()
    assert point.pages.names() == before
    assert walk_up_claims.claim(point, [1], helper.id, dossier_id, SLOT) == 2


def test_a_page_that_finds_no_room_leaves_no_number_and_no_key(
    point: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = begin(point)
    monkeypatch.setattr(page_files, "RESERVE_BYTES", 1 << 60)
    with pytest.raises(DiskFull):
        bring(point, request, 1)
    assert (numbers(point), key_files(point)) == ([], set())


def test_a_dossier_that_was_sealed_or_lacks_the_slot_takes_no_walk_up(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    dossiers.leave_desk(point)
    press(point)
    open_all(point, helper, 1)
    with pytest.raises(DossierUnknown):
        walk_up_claims.claim(point, [1], helper.id, dossier_id, "no-such-slot")
    with point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE dossier SET state = 'sealed'")
    with pytest.raises(DossierMovedOn):
        walk_up_claims.claim(point, [1], helper.id, dossier_id, SLOT)
    assert numbers(point) == [1]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12", (12,)),
        ("số 12, 13 và 15", (12, 13, 15)),
        ("3-5", (3, 4, 5)),
        ("7 – 8, 7", (7, 8)),
        ("9-3", (9, 3)),
        ("1-99999", (1, 99999)),
        ("<script>", ()),
        (" ".join(map(str, range(1, 50))), tuple(range(1, 21))),
    ],
)
def test_numbers_are_understood_as_people_type_them(typed: str, meant: tuple[int, ...]) -> None:
    assert numbers_in(typed) == meant
