"""A draft that nobody works on goes by itself, and never without a day's warning."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appliance.core.dossiers.dossier import DossierState
from appliance.desk.dossier import dossiers
from appliance.desk.ending.draft_clock import erased_on, look_after_drafts
from appliance.desk.pages import scanning
from appliance.desk.people import holding
from appliance.desk.point import Point
from appliance.desk.sending import supplements
from appliance.services import upkeep
from appliance.store.people import audit
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import *
from tests.point.conftest import TellingClock, scan_into
from tests.point.test_point_supplement import arrive, ask_for
from tests.privacy.conftest import SLOT, key_names


def stands(point: Point, dossier_id: str) -> tuple[DossierState, bool]:
    one = dossiers.dossier_of(point, dossier_id)
    return one.state, one.warned_at is not None


def test_it_is_warned_of_the_day_before_and_erased_on_its_day(
    point: Point, draft: str, clock: TellingClock
) -> None:
    clock.pass_by(days=28, hours=23)
    assert (look_after_drafts(point), stands(point, draft)) == ([], (DossierState.OPEN, False))
    clock.pass_by(hours=1)
    assert (look_after_drafts(point), stands(point, draft)) == ([], (DossierState.OPEN, True))
    assert erased_on(point, dossiers.dossier_of(point, draft)) == clock.now + timedelta(days=1)
    clock.pass_by(hours=23, minutes=59)
    assert look_after_drafts(point) == []
    clock.pass_by(minutes=1)
    assert upkeep.run(point).erased_drafts == 1
    assert stands(point, draft) == (DossierState.ERASED, False)
    assert (point.pages.names(), key_names(point)) == (set(), set())
    one = dossiers.dossier_of(point, draft)
    assert (one.erased_at, one.erased_why) == (clock.now, "time-over")
    with point.database.reading() as connection:
        (line,) = [line for line in audit.lines(connection) if line.what == "dossier.erased"]
    assert (line.who, line.facts) == (None, {"why": "time-over"})


def test_whoever_opens_it_keeps_it(
    point: Point, draft: str, clock: TellingClock, helper: Volunteer
) -> None:
    clock.pass_by(days=29)
    look_after_drafts(point)
    holding.hold(point, draft, helper.id)
    assert stands(point, draft) == (DossierState.OPEN, False)
    clock.pass_by(days=28)
    assert look_after_drafts(point) == []
    assert stands(point, draft) == (DossierState.OPEN, False)


def test_a_box_that_was_off_for_months_warns_first_and_waits_a_day(
    point: Point, draft: str, clock: TellingClock
) -> None:
    clock.pass_by(days=90)
    assert look_after_drafts(point) == []
    assert stands(point, draft) == (DossierState.OPEN, True)
    clock.pass_by(hours=23)
    assert look_after_drafts(point) == []
    clock.pass_by(hours=1)
    assert look_after_drafts(point) == [draft]


def test_a_clock_that_jumped_years_ahead_and_back_costs_no_draft(
    point: Point, draft: str, clock: TellingClock
) -> None:
    clock.pass_by(days=4000)
    assert look_after_drafts(point) == []
    clock.pass_by(days=-4000, hours=1)
    assert look_after_drafts(point) == []
    assert stands(point, draft) == (DossierState.OPEN, False)
    clock.pass_by(days=-9000)  # 2002
    assert look_after_drafts(point) == []
    assert stands(point, draft) == (DossierState.OPEN, False)


def test_a_warning_from_a_future_that_was_none_counts_anew(
    point: Point, draft: str, clock: TellingClock
) -> None:
    clock.pass_by(days=400)
    look_after_drafts(point)
    clock.pass_by(days=-370)
    assert look_after_drafts(point) == []
    assert dossiers.dossier_of(point, draft).warned_at == clock.now


def test_while_paper_moves_into_it_the_clock_waits(
    point: Point, draft: str, clock: TellingClock
) -> None:
    clock.pass_by(days=29)
    look_after_drafts(point)
    dossiers.choose_slot(point, draft, SLOT)
    scanning.press(point, scanning.AskedBy.PANEL)
    clock.pass_by(days=1)
    assert look_after_drafts(point) == []
    assert stands(point, draft)[0] is DossierState.OPEN


def test_a_supplement_that_nobody_finishes_goes_back_to_waiting_at_the_ward(
    point: Point, sealed: str, clock: TellingClock, helper: Volunteer
) -> None:
    arrive(point, sealed)
    clock.pass_by(days=100)
    ask_for(point, sealed, 1, (SLOT, None))
    supplements.begin(point, sealed, helper.id)
    scan_into(point, sealed, SLOT)
    assert look_after_drafts(point) == []  # it is young, however old the dossier is
    assert stands(point, sealed) == (DossierState.OPEN, False)
    clock.pass_by(days=29)
    look_after_drafts(point)
    clock.pass_by(days=1)
    assert look_after_drafts(point) == [sealed]
    assert stands(point, sealed)[0] is DossierState.DELIVERED
    assert point.pages.names() == set()
    assert [one.id for one in dossiers.asked_by_ward(point)] == [sealed]


@pytest.mark.parametrize("days", [2, 365])
def test_a_point_sets_its_own_days(
    point: Point, draft: str, clock: TellingClock, days: int
) -> None:
    from appliance.config import DraftsSection
    from appliance.desk.point import open_point

    own = open_point(
        point.config.model_copy(update={"drafts": DraftsSection(keep_days=days)}), clock
    )
    clock.pass_by(days=days - 1)
    assert look_after_drafts(own) == []
    clock.pass_by(days=1)
    assert look_after_drafts(own) == [draft]
    own.database.close()
