"""A database that comes back from a copy brings back no old PIN, nobody who left, no old key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.core.errors import WrongPin
from appliance.core.wire.ward_orders import WardKey
from appliance.desk.keeping import restoring
from appliance.desk.people import desk_keys, people
from appliance.desk.point import Point
from appliance.desk.sending.ward_key import recipients_now, take_ward_key
from appliance.keys import age
from appliance.keys.signing import signed
from appliance.services import upkeep
from appliance.store.card import diary
from appliance.store.card.diary import Diary
from appliance.store.people import sessions
from appliance.store.people.volunteers import Role, Volunteer
from tests.point.conftest import PIN, TellingClock, WardKeys
from tests.restoring.conftest import fall, hurt_header, start_again

Restart = Callable[[], Point]


@pytest.fixture
def restart(point: Point, config: Config, clock: TellingClock) -> Iterator[Restart]:
    opened: list[Point] = []

    def restart() -> Point:
        fall(point)
        hurt_header(point.database.path)
        opened.append(start_again(config, clock)[0])
        return opened[0]

    yield restart
    opened[0].database.close()


def test_an_old_pin_does_not_come_back_with_an_older_copy(
    point: Point, helper: Volunteer, restart: Restart
) -> None:
    restoring.make_copy(point)
    fresh = people.fresh_pin(point, helper.id)
    assert fresh is not None
    newest = people.fresh_pin(point, helper.id)
    assert newest is not None
    again = restart()
    for old in (PIN, fresh):
        with pytest.raises(WrongPin):
            desk_keys.sign_in(again, helper.name, old)
    assert desk_keys.sign_in(again, helper.name, newest)[0] == helper


def test_who_came_after_the_copy_is_there_and_who_left_is_not(
    point: Point, helper: Volunteer, restart: Restart
) -> None:
    restoring.make_copy(point)
    pin = people.add_person(point, "Bình", Role.VOLUNTEER)
    assert pin is not None
    assert people.let_go_home(point, helper.id)
    again = restart()
    assert [one.name for one in people.everybody(again)] == ["Bình"]
    assert desk_keys.sign_in(again, "Bình", pin)[0].name == "Bình"


def test_what_the_new_pin_opens_opens_after_the_copy_too(
    point: Point, helper: Volunteer, restart: Restart
) -> None:
    """The key under the PIN is made at the first sign-in: an older copy knows none."""
    restoring.make_copy(point)
    desk_keys.sign_in(point, helper.name, PIN)
    with point.database.reading() as connection:
        before = desk_keys.volunteers.key_of(connection, helper.id)
    again = restart()
    with again.database.reading() as connection:
        assert desk_keys.volunteers.key_of(connection, helper.id) == before


def test_everybody_signs_in_again_after_a_copy_took_the_place(
    point: Point, helper: Volunteer, restart: Restart, clock: TellingClock
) -> None:
    with point.database.writing() as connection:
        sessions.begin(connection, "of a browser", helper.id, clock())
    restoring.make_copy(point)
    with point.database.writing() as connection:
        sessions.end(connection, "of a browser")
    with restart().database.reading() as connection:
        assert sessions.of(connection, "of a browser") is None


def test_wrong_tries_are_not_forgiven_by_switching_off_and_on(
    point: Point, helper: Volunteer, config: Config, clock: TellingClock
) -> None:
    desk_keys.sign_in(point, helper.name, PIN)  # which makes the key, and so a line of the diary
    for _ in range(3):
        with pytest.raises(WrongPin):
            desk_keys.sign_in(point, helper.name, "000000")
    fall(point)
    again, found = start_again(config, clock)
    assert found.found_again == 0
    with pytest.raises(WrongPin, match="number 4"):
        desk_keys.sign_in(again, helper.name, "000000")
    again.database.close()


def test_a_newer_key_of_the_ward_stands_after_an_older_copy(
    point: Point, helper: Volunteer, ward_keys: WardKeys, restart: Restart
) -> None:
    restoring.make_copy(point)
    newer = [age.recipient_of(age.new_identity()) for _ in range(2)]
    for number, recipient in enumerate(newer, start=2):
        told = WardKey(number=number, recipient=recipient)
        assert take_ward_key(point, signed(told, ward_keys.signing_key))
    assert recipients_now(restart())[0] == newer[-1]


def test_both_copies_know_of_a_new_pin_at_the_next_upkeep(
    point: Point, helper: Volunteer, clock: TellingClock
) -> None:
    for _ in range(2):
        restoring.make_copy(point)
    before = restoring.copies_of(point).finished()
    clock.pass_by(minutes=15)
    assert upkeep.run(point).copied_bytes is None
    asked = point.config.paths.state / "upkeep-wanted"  # which tramhoso-upkeep.path looks at
    asked.unlink(missing_ok=True)
    people.fresh_pin(point, helper.id)
    assert asked.exists()
    assert upkeep.run(point).copied_bytes is not None
    after = restoring.copies_of(point).finished()
    assert not set(before) & set(after)
    assert len(after) == 2
    clock.pass_by(minutes=15)
    assert upkeep.run(point).copied_bytes is None


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diary, "MOST_BYTES", 20_000)
    monkeypatch.setattr(diary, "PAGE_BYTES", 2_000)
    monkeypatch.setattr(diary, "MOST_PAGES", 40)


@pytest.mark.usefixtures("little")
def test_a_diary_that_no_copy_lets_go_of_keeps_its_newest_pages(tmp_path: Path) -> None:
    kept = Diary(tmp_path)
    for number in range(500):
        kept.note("page", {"id": number, "more": "x" * 100})
    told = [entry.row["id"] for entry in kept.entries()]
    assert told[-1] == 499
    assert told == list(range(told[0], 500))
    assert 15_000 < sum(path.stat().st_size for path in tmp_path.iterdir()) < 23_000


@pytest.mark.usefixtures("little")
def test_tries_that_fail_fill_no_folder_with_empty_pages(tmp_path: Path) -> None:
    kept = Diary(tmp_path)
    kept.note("page", {"id": 1})
    for _ in range(300):
        kept.turn_page()
    kept.note("page", {"id": 2})
    assert [entry.row["id"] for entry in kept.entries()] == [1, 2]
    assert len(list(tmp_path.iterdir())) <= 41
    assert kept.page() == 301


def test_copies_that_fail_for_hours_are_told_and_told_no_more_when_one_is_made(
    point: Point, dossier_id: str, monkeypatch: pytest.MonkeyPatch, clock: TellingClock
) -> None:
    restoring.make_copy(point)
    with monkeypatch.context() as full:
        full.setattr("appliance.store.card.copies.RESERVE_BYTES", 1 << 60)
        clock.pass_by(hours=2)
        told = []
        for _ in range(26):
            clock.pass_by(minutes=15)
            told.append(upkeep.run(point).no_fresh_copy)
    assert not any(told[:20])
    assert told[-1]
    assert report_of(point) == "no-fresh-copy"
    found = upkeep.run(point)
    assert not found.no_fresh_copy
    assert report_of(point) is None


def report_of(point: Point) -> str | None:
    from appliance.desk.sending.status import UPKEEP
    from appliance.store import status

    with point.database.reading() as connection:
        told = status.last_report(connection, UPKEEP)
    return told.error_code if told else None
