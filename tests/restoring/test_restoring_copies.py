"""Two copies in turn, few bytes written, and one of them whole whatever happens."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from appliance.core.errors import StoreDamaged
from appliance.desk.dossier import dossiers
from appliance.desk.keeping import restoring
from appliance.desk.point import Point
from appliance.services import upkeep
from appliance.store.card.copies import Copies, damage_of
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import TellingClock
from tests.restoring.conftest import checkpoint, hurt_pages


def test_a_copy_is_the_database_byte_for_byte(point: Point, dossier_id: str) -> None:
    copy = restoring.make_copy(point)
    assert copy is not None
    point.database.close()
    held = restoring.copies_of(point).path_of(copy).read_bytes()
    assert held == point.database.path.read_bytes()
    assert damage_of(restoring.copies_of(point).path_of(copy), finished=True) is None


def test_upkeep_copies_once_an_hour_also_when_the_clock_jumped(
    point: Point, clock: TellingClock
) -> None:
    assert upkeep.run(point).copied_bytes
    clock.pass_by(minutes=45)
    assert upkeep.run(point).copied_bytes is None
    clock.pass_by(minutes=20)
    assert upkeep.run(point).copied_bytes is not None
    clock.pass_by(days=-3000)
    assert upkeep.run(point).copied_bytes is not None


def test_the_two_copies_are_made_in_turn(point: Point, clock: TellingClock) -> None:
    made = [restoring.make_copy(point) for _ in range(4)]
    assert [copy.name for copy in made if copy] in (["a", "b"] * 2, ["b", "a"] * 2)
    assert len(restoring.copies_of(point).finished()) == 2


def test_a_copy_writes_what_changed_and_no_more(point: Point, helper: Volunteer) -> None:
    for _ in range(60):
        dossiers.open_dossier(point, "khai-sinh", helper.id)
    restoring.make_copy(point)
    restoring.make_copy(point)
    dossiers.open_dossier(point, "khai-sinh", helper.id)
    copy = restoring.make_copy(point)
    assert copy is not None
    assert 0 < copy.written < copy.bytes / 4


def test_a_copy_is_made_while_others_write(point: Point, helper: Volunteer) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            dossiers.open_dossier(point, "khai-sinh", helper.id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [restoring.make_copy(point) for _ in range(6)]
    finally:
        stop.set()
        writer.join()
    made = [copy for copy in copies if copy]
    assert len(made) >= 3
    for copy in restoring.copies_of(point).finished():
        assert damage_of(restoring.copies_of(point).path_of(copy), finished=True) is None


def test_what_a_copy_reads_never_takes_the_locks_of_those_who_write(
    point: Point, dossier_id: str
) -> None:
    """A process that closes a file loses every lock it has on it, those of SQLite too."""
    with point.database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO cursor VALUES ('x', '1')")
        assert restoring.copies_of(point).make(point.database.path, point.clock(), 1) is None
    with point.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT value FROM cursor").scalar() == "1"


def test_a_damaged_database_never_becomes_the_last_good_copy(
    point: Point, helper: Volunteer, clock: TellingClock
) -> None:
    for _ in range(20):
        dossiers.open_dossier(point, "khai-sinh", helper.id)
    good = [restoring.make_copy(point), restoring.make_copy(point)]
    checkpoint(point)
    point.database.close()
    hurt_pages(point.database.path)
    for _ in range(3):
        with pytest.raises(StoreDamaged):
            restoring.make_copy(point)
    kept = restoring.copies_of(point).finished()
    assert kept
    assert set(kept) <= set(good)


def test_a_cut_while_a_copy_is_made_leaves_the_other_one(point: Point, dossier_id: str) -> None:
    first, second = restoring.make_copy(point), restoring.make_copy(point)
    assert first is not None
    assert second is not None
    copies = restoring.copies_of(point)
    (copies.folder / f"{first.name}.json").unlink()  # the first thing that the next one does
    copies.path_of(first).write_bytes(b"half a copy")
    assert copies.finished() == [second]
    assert copies.bring_back(second, point.database.path.with_name("other.db"))
    third = restoring.make_copy(point)
    assert third is not None
    assert third.name == first.name


def test_a_copy_that_rotted_is_not_taken(point: Point, tmp_path: Path) -> None:
    copy = restoring.make_copy(point)
    assert copy is not None
    copies = restoring.copies_of(point)
    content = bytearray(copies.path_of(copy).read_bytes())
    content[-1] ^= 1
    copies.path_of(copy).write_bytes(content)
    target = tmp_path / "new.db"
    assert copies.bring_back(copy, target) is False
    assert not list(tmp_path.glob("*new*"))


def test_no_room_for_a_copy_costs_the_copy_and_nothing_else(
    point: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.store.card.copies.RESERVE_BYTES", 1 << 60)
    found = upkeep.run(point)
    assert found.copied_bytes is None
    assert not Copies(point.config.paths.state / "copies").finished()


def test_old_pages_of_the_diary_go_once_both_copies_hold_them(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    assert len(list(point.diary.entries())) == 1
    for _ in range(3):
        restoring.make_copy(point)
    assert list(point.diary.entries()) == []
    dossiers.open_dossier(point, "khai-sinh", helper.id)
    restoring.make_copy(point)
    assert len(list(point.diary.entries())) == 1  # the older copy does not hold it


def test_a_diary_that_got_lost_makes_no_old_copy_the_newest(
    point: Point, dossier_id: str, clock: TellingClock
) -> None:
    for _ in range(3):
        restoring.make_copy(point)
    shutil.rmtree(point.config.paths.state / "diary")
    clock.pass_by(days=-1)  # and the clock went back: the count alone tells
    latest = [restoring.make_copy(point) for _ in range(2)]
    assert restoring.copies_of(point).finished() == latest[::-1]


def test_the_last_whole_copy_is_not_written_over_where_the_newer_one_rotted(point: Point) -> None:
    older, newer = restoring.make_copy(point), restoring.make_copy(point)
    assert older is not None
    assert newer is not None
    copies = restoring.copies_of(point)
    hurt_pages(copies.path_of(newer))
    again = restoring.make_copy(point)
    assert again is not None
    assert again.name == newer.name
    assert copies.finished() == [again, older]
