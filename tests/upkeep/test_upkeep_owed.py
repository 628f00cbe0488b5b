"""A page that dies between an erasing and the line that tells of it beside the database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.core.dossiers.dossier import DossierState, Why
from appliance.core.dossiers.submission import revision_id
from appliance.desk import noting
from appliance.desk.dossier import dossiers
from appliance.desk.ending import erasing
from appliance.desk.keeping import restoring
from appliance.desk.point import Point, open_point
from appliance.desk.sending import supplements
from appliance.services import upkeep
from appliance.store.card import in_use
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Volunteer
from tests.campaigns.parts.dying import dies_at
from tests.point.conftest import TellingClock, scan_into
from tests.point.supplements import ask_for, delivered  # noqa: F401 - a fixture
from tests.restoring.conftest import SLOT, fall, fill, hurt_header, seal, start_again

WISH = Why.WITHDRAWN
Die = Callable[[str, Callable[[Point], object]], None]


@pytest.fixture
def dies(point: Point, config: Config, clock: TellingClock, tmp_path: Path) -> Die:
    """The page alone: nobody starts again, nobody looks after anything."""

    def dies(step: str, work: Callable[[Point], object]) -> None:
        point.database.close()
        dies_at(step, tmp_path, lambda: work(open_point(config, clock)))

    return dies


@pytest.fixture
def others_at_work(point: Point) -> Iterator[None]:
    """Station and uploader go on: upkeep is not alone, and this is no start."""
    handle = in_use.hold(point.config.paths.state)
    yield
    os.close(handle)


def noted(point: Point, kind: str) -> list[str]:
    return [entry.row["id"] for entry in point.diary.entries() if entry.kind == kind]


@pytest.mark.usefixtures("others_at_work")
def test_an_erasing_is_noted_by_the_next_upkeep_while_the_others_go_on(
    point: Point, dossier_id: str, dies: Die
) -> None:
    fill(point, dossier_id)
    dies("draft-row-before-noted", lambda point: erasing.erase_draft(point, dossier_id, WISH))
    assert noted(point, noting.ERASED) == []
    upkeep.run(point)
    upkeep.run(point)
    assert noted(point, noting.ERASED) == [dossier_id]  # and once


def test_a_dossier_erased_just_before_the_copy_does_not_come_back_with_it(
    point: Point,
    dossier_id: str,
    helper: Volunteer,
    config: Config,
    clock: TellingClock,
    dies: Die,
) -> None:
    fill(point, dossier_id)
    scan_into(point, dossier_id, SLOT)
    seal(point, dossier_id, helper.id)
    dies("taken-back-row-before-noted", lambda point: erasing.take_back(point, dossier_id, WISH))
    restoring.make_copy(point)
    fall(point)
    hurt_header(point.database.path)
    again, _ = start_again(config, clock)
    assert dossiers.dossier_of(again, dossier_id).state is DossierState.ERASED
    with again.database.reading() as connection:
        assert outbox.submissions_of(connection, dossier_id) == []


def test_a_second_supplement_is_found_again_though_the_first_ones_end_was_never_noted(
    point: Point,
    delivered: str,
    helper: Volunteer,
    config: Config,
    clock: TellingClock,
    dies: Die,
) -> None:
    ask_for(point, delivered, 7, (SLOT, None))
    restoring.make_copy(point)
    supplements.begin(point, delivered, 1)
    scan_into(point, delivered, SLOT)
    seal(point, delivered, helper.id)
    dies("taken-back-row-before-noted", lambda point: erasing.take_back(point, delivered, WISH))
    supplements.begin(point, delivered, 1)
    pages = scan_into(point, delivered, SLOT)
    fall(point)
    hurt_header(point.database.path)
    again, _ = start_again(config, clock)
    view = dossiers.look_at(again, delivered)
    assert (view.dossier.state, view.dossier.revision) == (DossierState.OPEN, 2)
    assert [one.id for one in view.pages] == pages
    with again.database.reading() as connection:
        sent = [one.id for one in outbox.submissions_of(connection, delivered)]
    assert revision_id(delivered, 2) not in sent
