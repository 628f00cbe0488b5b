"""Whoever looks at the end of a kill matrix finds each kind of damage, made here by hand."""

from __future__ import annotations

import pytest

from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.store.people.volunteers import Volunteer
from tests.campaigns.parts.kill_end import at_the_point, readable
from tests.campaigns.parts.kill_errands import Diary, Errand
from tests.campaigns.parts.kill_watcher import Watcher
from tests.point.conftest import *
from tests.point.conftest import scan_into

SLOT = "giay_chung_sinh"


@pytest.fixture
def watcher(point: Point, dossier_id: str) -> Watcher:
    """It has seen a page and an answer."""
    scan_into(point, dossier_id, SLOT)
    dossiers.save_answers(point, dossier_id, {"child_name": "Cao Minh Mẫu"})
    watching = Watcher(point, Diary())
    watching.look()
    assert watching.pages_seen == 1
    return watching


def after(watcher: Watcher, point: Point, change: str) -> set[str]:
    with point.database.writing() as connection:
        connection.exec_driver_sql(change)
    watcher.look()
    return set(watcher.damage)


def test_what_goes_the_way_of_every_dossier_is_no_damage(
    watcher: Watcher, point: Point, dossier_id: str, helper: Volunteer
) -> None:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    watcher.look()
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    watcher.look()
    sealing.grant_next(point, cleaned)
    watcher.look()
    assert not watcher.damage


def test_a_page_that_was_shown_and_is_gone_is_damage(watcher: Watcher, point: Point) -> None:
    assert after(watcher, point, "DELETE FROM page") == {"page row lost"}


def test_a_page_whose_file_came_to_nothing_is_damage(
    watcher: Watcher, point: Point, dossier_id: str
) -> None:
    scan_into(point, dossier_id, SLOT)
    newest = dossiers.look_at(point, dossier_id).pages[-1]
    point.pages.remove(newest.master)
    watcher.look()
    assert set(watcher.damage) == {"page shown, but not to be opened"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE dossier SET answers_revision = 0", {"answers lost"}),
        ("UPDATE dossier SET revision = 0", {"revision lost", "dossier went back"}),
    ],
)
def test_a_dossier_that_goes_back_is_damage(
    watcher: Watcher, point: Point, change: str, found: set[str]
) -> None:
    assert after(watcher, point, change) == found


def test_each_thing_that_lies_about_is_named(point: Point, dossier_id: str) -> None:
    scan_into(point, dossier_id, SLOT)
    assert not at_the_point(point)
    state = point.config.paths.state
    [page] = point.pages.names()
    (state / "set-aside").mkdir()
    point.pages.path_of(page).rename(state / "set-aside" / page)
    point.pages.save(b"whose is this")
    (point.pages.folder / ".new-0123").touch()
    (state / "outbox" / "somebody").mkdir(parents=True)
    point.vault.short_lived_key()
    point.spool.mkdir(exist_ok=True)
    (point.spool / "page-0001.jpg").touch()
    assert at_the_point(point) == {
        "page files without a row": 1,
        "page rows without a file": 1,
        "unfinished page files": 1,
        "sealed files left in the outbox": 1,
        "keys that nobody needs": 1,
        "plain papers in memory": 1,
        "papers set aside that a key opens": 1,
    }


def test_a_name_in_a_log_and_a_paper_in_a_folder_are_readable(point: Point) -> None:
    state = point.config.paths.state
    assert not readable(state)
    (state / "some.log").write_text(f"saved for {Errand(5, 1).name}", "utf-8")
    (state / "page.bin").write_bytes(b"%PDF-1.7")
    assert readable(state) == {"plain words": 1, "plain papers": 1}
