"""A damaged database is found at the start; what people were promised is there again."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import StoreInUse
from appliance.desk.dossier import dossiers
from appliance.desk.keeping import restoring
from appliance.desk.pages import page_edits, scanning
from appliance.desk.point import Point
from appliance.services import upkeep
from appliance.store.card import in_use
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Volunteer
from appliance.wording import notice_for
from tests.point.conftest import TellingClock, scan_into
from tests.restoring.conftest import (
    SLOT,
    fall,
    fill,
    hurt_header,
    hurt_pages,
    hurt_to_nothing,
    seal,
    start_again,
)

Hurt = Callable[[Path], None]


@pytest.fixture
def restart(
    point: Point, config: Config, clock: TellingClock
) -> Iterator[Callable[[Hurt | None], Point]]:
    opened: list[Point] = []

    def restart(hurt: Hurt | None) -> Point:
        fall(point)
        if hurt is not None:
            hurt(point.database.path)
        again, found = start_again(config, clock)
        opened.append(again)
        assert (found.damage is None) == (hurt is None)
        return again

    yield restart
    for again in opened:
        again.database.close()


def test_a_damaged_database_gives_way_to_the_last_good_copy(
    point: Point, dossier_id: str, restart, hurt: Hurt
) -> None:
    fill(point, dossier_id)
    scan_into(point, dossier_id, SLOT, 2)
    restoring.make_copy(point)
    before = dossiers.look_at(point, dossier_id)
    again = restart(hurt)
    after = dossiers.look_at(again, dossier_id)
    assert (after.answers, after.pages) == (before.answers, before.pages)
    if hurt.__name__ != "hurt_by_loss":
        assert list((again.config.paths.state / "set-aside").glob("database-*/point.db"))


def test_what_was_saved_after_the_copy_is_found_again(
    point: Point, helper: Volunteer, dossier_id: str, restart
) -> None:
    restoring.make_copy(point)
    fill(point, dossier_id)
    scan_into(point, dossier_id, SLOT, 3)
    later = dossiers.open_dossier(point, "ket-hon", helper.id)
    before = dossiers.look_at(point, dossier_id)
    again = restart(hurt_pages)
    after = dossiers.look_at(again, dossier_id)
    assert after.answers == before.answers
    assert [page.id for page in after.pages] == [page.id for page in before.pages]
    for page in after.pages:
        scanning.page_image(again, dossier_id, page.id, scanning.PageImage.MASTER)
    assert all(page.awaits_cleaning for page in after.pages)
    assert dossiers.look_at(again, later).dossier.number.endswith("-02")
    new = dossiers.open_dossier(again, "khai-sinh", helper.id)
    assert dossiers.look_at(again, new).dossier.number.endswith("-03")


def test_the_volunteer_reads_what_was_found_again(point: Point, dossier_id: str, restart) -> None:
    restoring.make_copy(point)
    scan_into(point, dossier_id, SLOT, 2)
    again = restart(hurt_pages)
    scan = dossiers.look_at(again, dossier_id).scan
    assert scan is not None
    assert (scan.state, scan.error_code, scan.pages) == ("failed", "found-again", 2)
    assert "khôi phục" in notice_for("found-again").what


def test_commits_that_went_with_a_lost_wal_are_found_again(
    point: Point, dossier_id: str, config: Config, clock: TellingClock
) -> None:
    """For SQLite nothing is damaged then: the commits are just not there."""
    restoring.make_copy(point)  # also empties the WAL
    scan_into(point, dossier_id, SLOT, 2)
    fill(point, dossier_id)
    before = dossiers.look_at(point, dossier_id)
    state = point.config.paths.state
    lost = (state / "point.db").read_bytes()
    point.database.close()
    for path in state.glob("point.db*"):
        path.unlink()
    (state / "point.db").write_bytes(lost)
    again, found = start_again(config, clock)
    after = dossiers.look_at(again, dossier_id)
    assert found.damage is None
    assert found.found_again >= 3
    assert (after.answers, [p.id for p in after.pages]) == (
        before.answers,
        [p.id for p in before.pages],
    )
    again.database.close()


def test_without_any_copy_the_papers_since_the_first_day_are_still_found(
    point: Point, helper: Volunteer, dossier_id: str, restart
) -> None:
    scan_into(point, dossier_id, SLOT, 2)
    again = restart(hurt_to_nothing)
    assert len(dossiers.look_at(again, dossier_id).pages) == 2


def test_a_sound_start_finds_nothing_and_changes_nothing(
    point: Point, helper: Volunteer, dossier_id: str, restart
) -> None:
    fill(point, dossier_id)
    pages = scan_into(point, dossier_id, SLOT, 3)
    page_edits.turn_page(point, pages[0], 90)
    page_edits.remove_page(point, pages[1])
    gone = dossiers.open_dossier(point, "khai-sinh", helper.id)
    fill(point, gone)
    scan_into(point, gone, SLOT)
    seal(point, gone, helper.id)
    before = _everything(point)
    again = restart(None)
    assert _everything(again) == before
    assert _everything(again) == before
    assert upkeep.run(again).found_again == 0


def test_a_seal_after_the_copy_stands_and_the_desk_copies_stay_erased(
    point: Point, helper: Volunteer, dossier_id: str, restart
) -> None:
    fill(point, dossier_id)
    scan_into(point, dossier_id, SLOT, 2)
    restoring.make_copy(point)
    seal(point, dossier_id, helper.id)
    with point.database.reading() as connection:
        sent = outbox.submission_of(connection, dossier_id)
    again = restart(hurt_header)
    view = dossiers.look_at(again, dossier_id)
    assert view.dossier.state is DossierState.SEALED
    assert view.dossier.follow_secret
    assert view.pages == ()
    assert again.pages.names() == set()
    assert view.submission == sent


def test_a_database_that_services_work_with_is_not_replaced(point: Point, dossier_id: str) -> None:
    restoring.make_copy(point)
    holding = in_use.hold(point.config.paths.state)
    fall(point)
    hurt_pages(point.database.path)
    before = point.database.path.read_bytes()
    with pytest.raises(StoreInUse), in_use.alone(point.config.paths.state):
        pass
    assert point.database.path.read_bytes() == before
    os.close(holding)


def test_the_technician_reads_and_restores_by_a_command(
    point: Point, dossier_id: str, tmp_path: Path
) -> None:
    scan_into(point, dossier_id, SLOT)
    restoring.make_copy(point)
    fall(point)
    told = tmp_path / "config.toml"
    state, runtime = point.config.paths.state, point.config.paths.runtime
    told.write_text(f'[paths]\nstate = "{state}"\nruntime = "{runtime}"\n')
    assert "sound" in _command(told, "restore", "--list")
    assert "nothing was replaced" in _command(told, "restore")
    hurt_pages(point.database.path)
    assert "damaged" in _command(told, "upkeep")
    assert "replaced (asked for)" in _command(told, "restore", "--force")
    assert json.loads(_command(told, "upkeep", "--json"))["all_well"]
    assert len(dossiers.look_at(point, dossier_id).pages) == 1


def _command(config: Path, *words: str) -> str:
    command = [sys.executable, "-m", "appliance.cli", "--config", str(config), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def _everything(point: Point) -> list[str]:
    # closed at once: a process that still has it open when its log is taken away goes on with that
    with closing(sqlite3.connect(f"file:{point.database.path}?mode=ro", uri=True)) as database:
        lines = list(database.iterdump())
    # but for when upkeep looked last
    return [line for line in lines if "service_status" not in line and "'clock-seen'" not in line]
