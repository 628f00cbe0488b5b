"""kill -9 while upkeep lets go of what is over, and of room: the next round ends it, once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.core.dossiers.dossier import Why
from appliance.core.dossiers.trail import What
from appliance.core.errors import DossierUnknown
from appliance.desk import trail
from appliance.desk.dossier import dossiers
from appliance.desk.ending import erasing
from appliance.desk.point import Point, open_point
from appliance.services import upkeep
from appliance.store.card import space
from appliance.store.people import audit
from appliance.store.people.volunteers import Volunteer
from tests.campaigns.parts.dying import dies_at
from tests.campaigns.parts.kill_end import at_the_point
from tests.campaigns.parts.promises import broken, promises_in
from tests.point.conftest import *
from tests.point.conftest import TellingClock, scan_into
from tests.restoring.conftest import SLOT
from tests.upkeep.conftest import deliver
from tests.upkeep.test_upkeep_space import (  # noqa: F401 - fixtures of a database
    must_be_whole,
    of_before,
    shrunk,
)

FORGETTING = (
    "forgotten-noted-before-rows",
    "forgotten-parts-before-row",
    "forgotten-rows-before-sealed-gone",
    "swept-presses-before-people",
    "swept-before-trail-shortened",
    "trail-shortened-before-more",
)
GIVING_BACK = ("room-given-before-more", "room-given-before-checkpoint")
PACKING = ("database-before-packed",)


def test_what_is_over_goes_once_however_often_upkeep_dies_on_the_way(
    point: Point,
    helper: Volunteer,
    dossier_id: str,
    config: Config,
    clock: TellingClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 4)
    erased = [dossiers.open_dossier(point, "khai-sinh", helper.id) for _ in range(2)]
    for one in erased:
        erasing.erase_draft(point, one, Why.WITHDRAWN, helper.id)
    over = sorted([deliver(point, dossier_id, helper), *erased])
    clock.pass_by(days=400)
    stays = dossiers.open_dossier(point, "khai-sinh", helper.id)
    scan_into(point, stays, SLOT)
    upkeep.run(point)  # sees a clock that jumped
    clock.pass_by(days=1, hours=1)
    promised = promises_in(config.paths.state)
    for gone in (promised.states, promised.answers):
        for one in over:
            del gone[one]
    for kind in (promised.sealed_files, promised.receipts):
        kind.clear()
    point.database.close()
    for step in FORGETTING:
        dies_at(step, tmp_path, lambda: upkeep.run(open_point(config, clock)))
        assert not broken(promised, config.paths.state), step
    upkeep.run(point)
    assert not broken(promised, config.paths.state)
    assert [one for one in over if is_known(point, one)] == []
    with point.database.reading() as connection:
        told = [one.about for one in audit.lines(connection) if one.what == What.DOSSIER_FORGOTTEN]
        oldest = audit.oldest_at(connection)
    assert sorted(map(str, told)) == over
    assert oldest is not None
    assert clock() - oldest < timedelta(days=380)
    trail.check(point)
    erasing.erase_draft(point, stays, Why.WITHDRAWN, helper.id)
    assert not at_the_point(point)


def is_known(point: Point, dossier_id: str) -> bool:
    try:
        dossiers.dossier_of(point, dossier_id)
    except DossierUnknown:
        return False
    return True


@pytest.mark.parametrize("step", GIVING_BACK)
def test_room_that_was_half_given_back_is_given_back_by_the_next_round(
    shrunk: Path,
    tmp_path: Path,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(space, "STEP", 64)
    before = shrunk.stat().st_size
    dies_at(step, tmp_path, lambda: space.give_back(shrunk))
    must_be_whole(shrunk)
    space.give_back(shrunk)
    must_be_whole(shrunk)
    with closing(sqlite3.connect(shrunk)) as own:
        assert own.execute("PRAGMA freelist_count").fetchone()[0] <= 2 * space.KEPT_FREE
    assert shrunk.stat().st_size < before


@pytest.mark.parametrize("step", PACKING)
def test_a_database_of_before_is_packed_by_the_next_start(
    of_before: Path,
    tmp_path: Path,
    step: str,
) -> None:
    before = of_before.stat().st_size
    dies_at(step, tmp_path, lambda: space.pack_once(of_before))
    must_be_whole(of_before)
    assert space.pack_once(of_before)
    must_be_whole(of_before)
    assert of_before.stat().st_size < before / 2
