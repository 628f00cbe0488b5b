"""A desk key lives as long as a dossier needs it, and is destroyed then."""

from __future__ import annotations

import threading

from appliance.config import Config
from appliance.desk.dossier import dossiers
from appliance.desk.people import desk_keys
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.desk.walk_up import walk_ups
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import owners
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import *
from tests.point.conftest import PIN, in_threads, scan_into

SLOT = "giay_chung_sinh"


def keys(point: Point) -> set[str]:
    return point.vault.known()


def key_of(point: Point, dossier_id: str) -> str:
    with point.database.reading() as connection:
        return owners.key_of_dossier(connection, dossier_id)


def opened(point: Point, helper: Volunteer) -> str:
    return dossiers.open_dossier(point, "khai-sinh", helper.id)


def leave_the_desk(point: Point, dossier_id: str) -> None:
    with point.database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE dossier SET state = 'sealed' WHERE id = ?", (dossier_id,)
        )


def test_each_dossier_has_a_key_that_no_other_one_shares(point: Point, helper: Volunteer) -> None:
    assert key_of(point, opened(point, helper)) != key_of(point, opened(point, helper))
    assert desk_keys.retire(point) == 0


def test_a_dossier_that_leaves_the_desk_takes_its_key_along_whatever_else_lies_open(
    point: Point, helper: Volunteer, config: Config
) -> None:
    desk_keys.sign_in(point, helper.name, PIN)
    first, second = opened(point, helper), opened(point, helper)
    copies = config.paths.state / "keys" / "desk"
    assert {path.parent.name for path in copies.glob("age1*/*")} == keys(point)
    leave_the_desk(point, first)
    assert (desk_keys.retire(point), keys(point)) == (1, {key_of(point, second)})
    assert {path.name for path in copies.glob("age1*")} == keys(point)
    leave_the_desk(point, second)
    assert (desk_keys.retire(point), keys(point)) == (1, set())
    assert list(copies.glob("age1*")) == []


def test_a_real_seal_leaves_nothing_that_the_old_key_could_open(
    point: Point, helper: Volunteer
) -> None:
    dossier_id = opened(point, helper)
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, SLOT)
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    from appliance.imaging.child.main import cleaned

    other = opened(point, helper)
    assert sealing.grant_next(point, cleaned) == dossier_id
    assert (point.pages.names(), keys(point)) == (set(), {key_of(point, other)})


def test_keys_that_no_row_knows_go_at_the_next_start_and_those_in_use_stay(
    point: Point, helper: Volunteer
) -> None:
    dossier_id = opened(point, helper)
    stray = point.vault.short_lived_key()
    assert stray in keys(point)
    desk_keys.begin(point)
    assert keys(point) == {key_of(point, dossier_id)}


def test_opening_and_retiring_at_the_same_moment_never_costs_an_open_dossier_its_key(
    point: Point, helper: Volunteer
) -> None:
    stop = threading.Event()

    def retire() -> None:
        while not stop.is_set():
            desk_keys.retire(point)

    retiring = threading.Thread(target=retire)
    retiring.start()
    try:
        in_threads(3, lambda _: [leave_the_desk(point, opened(point, helper)) for _ in range(8)])
        last = [opened(point, helper) for _ in range(5)]
    finally:
        stop.set()
        retiring.join()
    for dossier_id in last:
        assert not dossiers.look_at(point, dossier_id).locked


def test_nobody_destroys_a_key_while_a_dossier_is_just_being_opened_onto_it(
    point: Point, helper: Volunteer
) -> None:
    dossier_id = opened(point, helper)
    leave_the_desk(point, dossier_id)
    retiring = threading.Thread(target=desk_keys.retire, args=(point,))
    with point.database.writing() as connection:
        key = desk_keys.key_for_dossier(point, connection)
        retiring.start()
        retiring.join(0.5)  # it has every time to come first, if anything lets it
        connection.exec_driver_sql(
            "UPDATE dossier SET state = 'open', answers = NULL, desk_key = ?", (key,)
        )
    retiring.join()
    assert key in keys(point)
    assert key == key_of(point, dossier_id)
    assert not dossiers.look_at(point, dossier_id).locked


def test_a_walk_up_has_a_key_that_no_dossier_shares(point: Point, helper: Volunteer) -> None:
    from tests.walk_ups.conftest import press

    press(point)
    dossier_id = opened(point, helper)
    (one,) = walk_ups.waiting(point)
    assert one.walk_up.desk_key != key_of(point, dossier_id)
    desk_keys.begin(point)
    assert walk_ups.waiting(point)
