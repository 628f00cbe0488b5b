"""Papers that nobody claims are gone on time: key, files, rows; also after a cut."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from appliance.core.dossiers.walk_up import WalkUpState
from appliance.core.errors.walk_up import WalkUpElsewhere, WalkUpGone
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point
from appliance.desk.walk_up import walk_up_claims, walk_up_erasing, walk_ups
from appliance.services import upkeep
from appliance.services.walk_ups import WalkUps
from appliance.store.dossier import pages as stored
from appliance.store.dossier import walk_ups as rows
from appliance.store.people.volunteers import Volunteer
from tests.walk_ups.conftest import TellingClock, begin, bring, key_files, press

SLOT = "giay_chung_sinh"


class Cut(Exception):
    """The power goes here."""


def state(point: Point, walk_up_id: int = 1) -> WalkUpState:
    with point.database.reading() as connection:
        return rows.get(connection, walk_up_id).state


def cut_at(monkeypatch: pytest.MonkeyPatch, owner: object, step: str) -> None:
    def cut(*_: object, **__: object) -> None:
        raise Cut

    monkeypatch.setattr(owner, step, cut)


def test_a_walk_up_that_nobody_claims_is_erased_to_the_last_file(
    point: Point, clock: TellingClock
) -> None:
    station = WalkUps(point)
    press(point, pages=3)
    station.look()
    clock.pass_by(minutes=29)
    station.erase_due()
    assert (state(point), len(point.pages.names())) == (WalkUpState.HELD, 3)
    clock.pass_by(minutes=1)
    station.erase_due()
    assert (state(point), point.pages.names(), key_files(point)) == (
        WalkUpState.ERASED,
        set(),
        set(),
    )
    assert [one.number for one in walk_ups.lately_erased(point)] == [1]
    clock.pass_by(hours=2)
    assert walk_ups.lately_erased(point) == []


def test_people_hear_of_it_five_minutes_before(point: Point, clock: TellingClock) -> None:
    press(point)
    clock.pass_by(minutes=24)
    (one,) = walk_ups.waiting(point)
    assert not one.is_nearly_over
    clock.pass_by(minutes=1)
    (one,) = walk_ups.waiting(point)
    assert one.is_nearly_over


def test_a_time_server_that_moves_the_clock_erases_nothing_early_and_keeps_nothing_late(
    point: Point, clock: TellingClock
) -> None:
    press(point)
    for days in (900, -2000):
        clock.jump(days=days)
        assert walk_up_erasing.erase_over(point) == 0
    clock.pass_by(minutes=30)
    assert walk_up_erasing.erase_over(point) == 1


def test_the_page_shows_none_whose_time_is_over_also_while_no_station_runs(
    point: Point, clock: TellingClock, helper: Volunteer
) -> None:
    press(point)
    clock.pass_by(minutes=31)
    assert walk_ups.waiting(point) == []
    with pytest.raises(WalkUpGone):
        walk_ups.open_for(point, [1], helper.id)
    assert upkeep.run(point).erased_walk_ups == 1
    assert point.pages.names() == set()


def test_each_page_of_a_long_batch_puts_the_clock_back(point: Point, clock: TellingClock) -> None:
    request = begin(point)
    for number in range(1, 4):
        bring(point, request, number)
        clock.pass_by(minutes=20)
    assert walk_up_erasing.erase_over(point) == 0
    clock.pass_by(minutes=20)
    assert walk_up_erasing.erase_over(point) == 0  # paper may still move
    scanning.end_request(point, request, "scanner-silent")
    assert walk_up_erasing.erase_over(point) == 1


def test_who_opened_one_at_the_last_minute_has_time_to_look(
    point: Point, clock: TellingClock, helper: Volunteer
) -> None:
    press(point)
    clock.pass_by(minutes=29)
    walk_ups.open_for(point, [1], helper.id)
    clock.pass_by(minutes=9)
    assert walk_up_erasing.erase_over(point) == 0
    clock.pass_by(minutes=1)
    assert walk_up_erasing.erase_over(point) == 1


def test_a_volunteer_who_opened_it_may_erase_it_at_once(
    point: Point, helper: Volunteer, second: Volunteer
) -> None:
    press(point)
    walk_ups.open_for(point, [1], helper.id)
    with pytest.raises(WalkUpElsewhere):
        walk_up_erasing.erase(point, 1, second.id)
    walk_up_erasing.erase(point, 1, helper.id)
    assert (state(point), point.pages.names(), key_files(point)) == (
        WalkUpState.ERASED,
        set(),
        set(),
    )
    with pytest.raises(WalkUpGone):
        walk_up_erasing.erase(point, 1, helper.id)


def test_a_power_cut_erases_what_nobody_claimed(point: Point) -> None:
    press(point, pages=2)
    shutil.rmtree(point.config.paths.runtime)  # a tmpfs
    assert walk_ups.waiting(point) == []
    WalkUps(point).begin()
    assert (state(point), point.pages.names()) == (WalkUpState.ERASED, set())
    assert upkeep.run(point).all_well


def test_a_station_killed_in_mid_batch_keeps_the_pages_under_their_number(point: Point) -> None:
    request = begin(point)
    bring(point, request, 1)
    bring(point, request, 2)
    scanning.fail_interrupted(point, "scan-cancelled", point.clock())  # the next start
    WalkUps(point).begin()
    (one,) = walk_ups.waiting(point)
    assert (one.walk_up.number, one.sides, one.error_code) == (1, 2, "scan-cancelled")


CUTS: dict[str, Callable[[Point], tuple[object, str]]] = {
    "before the key goes": lambda point: (type(point.vault), "destroy"),
    "before the files go": lambda point: (type(point.pages), "remove"),
    "after the files went": lambda _: (stored, "forget_held"),
}


@pytest.mark.parametrize("moment", CUTS)
def test_an_erasing_that_was_cut_is_finished_at_the_next_start(
    point: Point, clock: TellingClock, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    press(point, pages=2)
    clock.pass_by(minutes=30)
    with monkeypatch.context() as patched:
        cut_at(patched, *CUTS[moment](point))
        with pytest.raises(Cut):
            walk_up_erasing.erase_over(point)
    assert walk_ups.waiting(point) == []  # from the first step on nobody sees it
    WalkUps(point).begin()
    assert (state(point), point.pages.names(), key_files(point)) == (
        WalkUpState.ERASED,
        set(),
        set(),
    )


CLAIM_CUTS = {key: CUTS[key] for key in ("before the key goes", "before the files go")}


@pytest.mark.parametrize("moment", CLAIM_CUTS)
def test_a_claim_that_was_cut_after_its_commit_leaves_no_old_file(
    point: Point,
    dossier_id: str,
    helper: Volunteer,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    dossiers.leave_desk(point)
    press(point, pages=2)
    walk_ups.open_for(point, [1], helper.id)
    with monkeypatch.context() as patched:
        cut_at(patched, *CLAIM_CUTS[moment](point))
        with pytest.raises(Cut):
            walk_up_claims.claim(point, [1], helper.id, dossier_id, SLOT)
    view = dossiers.look_at(point, dossier_id)
    assert len(view.pages) == 2  # it was committed
    WalkUps(point).begin()
    with point.database.reading() as connection:
        assert stored.file_names(connection) == point.pages.names()
    assert len(key_files(point)) == 1
    assert scanning.page_image(point, dossier_id, view.pages[0].id, scanning.PageImage.MASTER)


def test_a_claim_that_was_cut_before_its_commit_leaves_the_walk_up(
    point: Point, dossier_id: str, helper: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossiers.leave_desk(point)
    press(point, pages=2)
    walk_ups.open_for(point, [1], helper.id)
    with monkeypatch.context() as patched:
        cut_at(patched, rows, "claim")
        with pytest.raises(Cut):
            walk_up_claims.claim(point, [1], helper.id, dossier_id, SLOT)
    assert len(walk_ups.waiting(point)) == 1
    assert walk_up_claims.claim(point, [1], helper.id, dossier_id, SLOT) == 2
    assert upkeep.run(point).rows_without_file == ()
