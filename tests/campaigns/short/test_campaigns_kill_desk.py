"""kill -9 between two effects at the desk, one after the other: begun again, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.core.dossiers.dossier import DossierState, Why
from appliance.core.dossiers.submission import revision_id
from appliance.core.errors import SupplementNotWanted
from appliance.desk.dossier import dossiers
from appliance.desk.ending import erase_orders, erasing
from appliance.desk.keeping.set_aside import set_pages_of_earlier_life_aside
from appliance.desk.pages import texts
from appliance.desk.pages.cleaning import next_work, save_cleaned
from appliance.desk.people import desk_keys
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing, supplements
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.services import upkeep
from appliance.store import erase_orders as orders
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Volunteer
from tests.campaigns.parts.dying import dies_at
from tests.campaigns.parts.kill_end import at_the_point
from tests.campaigns.parts.promises import Promises, broken, promises_in
from tests.point.conftest import *
from tests.point.conftest import TellingClock, scan_into
from tests.point.supplements import ask_for, delivered  # noqa: F401 - a fixture

SLOT, WISH = "giay_chung_sinh", Why.WITHDRAWN
Die = Callable[..., None]


@pytest.fixture
def dies(point: Point, config: Config, clock: TellingClock, tmp_path: Path) -> Die:
    """Work that dies at a step; then the box starts again, and every promise is looked for."""

    def dies(step: str, work: Callable[[Point], object], erases: str = "") -> None:
        promised = without(promises_in(config.paths.state), erases)
        point.database.close()
        dies_at(step, tmp_path, lambda: work(open_point(config, clock)))
        begin_again(point)
        assert not broken(promised, config.paths.state), step

    return dies


def without(promised: Promises, dossier_id: str) -> Promises:
    """All but what was promised of a dossier that somebody erases."""
    return replace(
        promised,
        pages={page: of for page, of in promised.pages.items() if of[0] != dossier_id},
        sealed_files={file: of for file, of in promised.sealed_files.items() if of != dossier_id},
    )


def begin_again(point: Point) -> None:
    """What upkeep and the station do first."""
    upkeep.run(point)
    sealing.finish_erasing(point)
    set_pages_of_earlier_life_aside(point)
    desk_keys.begin(point)


def draft(point: Point, helper: Volunteer) -> str:
    dossier_id = dossiers.open_dossier(point, "khai-sinh", helper.id)
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, SLOT)
    return dossier_id


def sealed(point: Point, helper: Volunteer) -> str:
    dossier_id = draft(point, helper)
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    assert sealing.grant_next(point, cleaned) == dossier_id
    return dossier_id


def test_words_whose_row_was_cut_off_are_read_again(
    point: Point, helper: Volunteer, dies: Die
) -> None:
    dossier_id = draft(point, helper)
    work = next_work(point)
    assert work is not None
    save_cleaned(point, work, cleaned(work.master, work.order))

    def read(point: Point) -> bool:
        found = texts.page_to_read(point)
        return found is not None and texts.save_text(point, found[0], b"%PDF words")

    dies("text-file-before-row", read)
    assert read(point)
    assert texts.page_to_read(point) is None
    erasing.erase_draft(point, dossier_id, WISH)
    assert not at_the_point(point)  # what was set aside, no key opens any more


def test_what_was_committed_stands_whatever_becomes_of_its_line(
    point: Point, helper: Volunteer, dies: Die
) -> None:
    dossier_id = draft(point, helper)
    for step in ("committed-before-diary-line", "diary-line-before-synced"):
        typed = sample_answers("khai-sinh", point.today()) | {"child_name": f"Mẫu {step}"}
        dies(step, lambda point, typed=typed: dossiers.save_answers(point, dossier_id, typed))
        assert dossiers.look_at(point, dossier_id).answers["child_name"] == f"Mẫu {step}"


def test_a_draft_whose_erasing_was_cut_off_is_gone_with_the_next_start(
    point: Point, helper: Volunteer, dies: Die
) -> None:
    for step in ("draft-row-before-noted", "draft-noted-before-pages-gone"):
        goes, stays = draft(point, helper), draft(point, helper)
        dies(step, lambda point, goes=goes: erasing.erase_draft(point, goes, WISH, 1), erases=goes)
        must_be_gone(point, goes, step)
        assert dossiers.look_at(point, stays).pages, step


def test_a_dossier_whose_taking_back_was_cut_off_leaves_no_sealed_file(
    point: Point, helper: Volunteer, dies: Die
) -> None:
    for step in (
        "taken-back-row-before-noted",
        "taken-back-noted-before-files-gone",
        "taken-back-files-gone-before-pages",
    ):
        goes = sealed(point, helper)
        dies(step, lambda point, goes=goes: erasing.take_back(point, goes, WISH, 1), erases=goes)
        must_be_gone(point, goes, step)


@pytest.mark.parametrize("step", ["withdrawn-row-before-noted", "taken-back-row-before-noted"])
def test_a_supplement_that_was_taken_back_is_not_sent_after_all(
    point: Point, delivered: str, helper: Volunteer, dies: Die, step: str
) -> None:
    ask_for(point, delivered, 7, (SLOT, None))
    supplements.begin(point, delivered, 1)
    scan_into(point, delivered, SLOT)
    sealing.ask_to_seal(point, delivered, helper.id, consented=True)
    sealing.grant_next(point, cleaned)
    second = revision_id(delivered, 2)
    if step.startswith("withdrawn"):
        with point.database.writing() as connection:
            outbox.needs_person(connection, second, SupplementNotWanted.code, "409")
        dies(step, lambda point: supplements.withdraw(point, delivered), erases=second)
    else:
        dies(step, lambda point: erasing.take_back(point, delivered, WISH), erases=second)
    view = dossiers.look_at(point, delivered)
    assert (view.dossier.state, view.dossier.revision) == (DossierState.DELIVERED, 1)
    with point.database.reading() as connection:
        assert [one.id for one in outbox.submissions_of(connection, delivered)] == [delivered]
    supplements.begin(point, delivered, 1)  # the same number is free again


def must_be_gone(point: Point, dossier_id: str, step: str) -> None:
    """And a database that comes back from its copy learns of it."""
    assert dossiers.dossier_of(point, dossier_id).state is DossierState.ERASED, step
    assert not at_the_point(point), step
    noted = {entry.row["id"] for entry in point.diary.entries() if entry.kind == "erased"}
    assert dossier_id in noted, step


def test_an_order_to_erase_that_was_cut_off_is_obeyed_once_more(
    point: Point, helper: Volunteer, dies: Die
) -> None:
    dossier_id = draft(point, helper)
    with point.database.writing() as connection:
        orders.note(connection, [dossier_id])
    dies("ordered-erased-before-forgotten", erase_orders.obey, erases=dossier_id)
    assert erase_orders.is_ordered(point)
    erase_orders.obey(point)
    assert not erase_orders.is_ordered(point)
    assert dossiers.dossier_of(point, dossier_id).state is DossierState.ERASED
    assert not at_the_point(point)


def test_an_order_to_erase_everything_counts_as_done_only_when_nothing_is_left(
    point: Point, helper: Volunteer, dies: Die
) -> None:
    dossier_id = draft(point, helper)
    with point.database.writing() as connection:
        orders.note(connection, [dossier_id])
        orders.want_all(connection, 7)

    def obey(point: Point) -> None:
        while erase_orders.obey(point):
            pass

    dies("all-erased-before-row", obey, erases=dossier_id)
    with point.database.reading() as connection:
        assert (orders.all_wanted(connection), orders.all_done(connection)) == (7, None)
    obey(point)
    with point.database.reading() as connection:
        assert (orders.all_wanted(connection), orders.all_done(connection)) == (None, 7)
    assert not at_the_point(point)
