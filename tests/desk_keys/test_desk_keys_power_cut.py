"""After a power cut a PIN opens what was being filled, and nothing else does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from appliance.config import Config, DraftsSection
from appliance.core.errors import DossierLocked, WrongPin
from appliance.desk.dossier import dossiers
from appliance.desk.pages import cleaning, scanning
from appliance.desk.people import desk_keys, holding, people
from appliance.desk.point import Point, open_point
from appliance.desk.walk_up import walk_ups
from appliance.imaging.child.main import cleaned
from appliance.jpeg import check_decodes
from appliance.store.people import volunteers
from appliance.store.people.volunteers import Role, Volunteer, VolunteerKey
from tests.point.conftest import *
from tests.point.conftest import PIN, TellingClock, in_threads, scan_into

SLOT = "giay_chung_sinh"


def cut_power(point: Point) -> None:
    """What a tmpfs holds is gone; the card stays."""
    shutil.rmtree(point.config.paths.runtime)


def clean_all(point: Point) -> None:
    while (work := cleaning.next_work(point)) is not None:
        cleaning.save_cleaned(point, work, cleaned(work.master, work.order))


def sign_in(point: Point, person: Volunteer, pin: str = PIN) -> int:
    return desk_keys.sign_in(point, person.name, pin)[1]


def is_locked(point: Point, dossier_id: str) -> bool:
    return dossiers.look_at(point, dossier_id).locked


@pytest.fixture
def filled(point: Point, helper: Volunteer) -> str:
    """A dossier with an answer and two pages, one of them clean."""
    sign_in(point, helper)
    dossier_id = dossiers.open_dossier(point, "khai-sinh", helper.id)
    dossiers.save_answers(point, dossier_id, {"child_name": "Cao Minh Mẫu"})
    scan_into(point, dossier_id, SLOT)
    clean_all(point)
    scan_into(point, dossier_id, SLOT)
    return dossier_id


def test_pages_and_answers_are_there_again_after_the_next_sign_in(
    point: Point, filled: str, helper: Volunteer
) -> None:
    cut_power(point)
    assert is_locked(point, filled)
    assert sign_in(point, helper) == 1
    view = dossiers.look_at(point, filled)
    assert (view.locked, view.answers["child_name"]) == (False, "Cao Minh Mẫu")
    first, second = view.pages
    for page in (first, second):
        master = scanning.page_image(point, filled, page.id, scanning.PageImage.MASTER)
        assert check_decodes(master) == (620, 877)
    assert scanning.page_image(point, filled, first.id, scanning.PageImage.PREVIEW)
    clean_all(point)  # what was waiting is cleaned now
    assert not any(page.awaits_cleaning for page in dossiers.look_at(point, filled).pages)


def test_a_wrong_pin_opens_nothing(point: Point, filled: str, helper: Volunteer) -> None:
    cut_power(point)
    with pytest.raises(WrongPin):
        sign_in(point, helper, "000000")
    assert is_locked(point, filled)
    with pytest.raises(DossierLocked):
        dossiers.save_answers(point, filled, {"child_name": "Khác"})


def test_who_never_signed_in_while_it_was_open_opens_nothing(
    point: Point, filled: str, helper: Volunteer
) -> None:
    pin = people.add_person(point, "Người mới", Role.VOLUNTEER)
    assert pin
    cut_power(point)
    assert desk_keys.sign_in(point, "Người mới", pin)[1] == 0
    assert is_locked(point, filled)


def test_who_signed_in_while_it_was_open_opens_it_too(
    point: Point, filled: str, helper: Volunteer
) -> None:
    pin = people.add_person(point, "Bình", Role.VOLUNTEER)
    assert pin
    desk_keys.sign_in(point, "Bình", pin)
    cut_power(point)
    assert desk_keys.sign_in(point, "Bình", pin)[1] == 1
    assert not is_locked(point, filled)


def test_who_was_there_before_its_key_opens_it_only_after_working_on_it(
    point: Point, helper: Volunteer
) -> None:
    pin = people.add_person(point, "Cúc", Role.VOLUNTEER)
    assert pin
    cuc, _ = desk_keys.sign_in(point, "Cúc", pin)
    dossier_id = dossiers.open_dossier(point, "khai-sinh", helper.id)
    memory = point.config.paths.runtime / "desk-keys"
    shutil.copytree(memory, kept := memory.with_name("kept"))
    shutil.rmtree(memory)
    assert desk_keys.sign_in(point, "Cúc", pin)[1] == 0
    kept.rename(memory)
    holding.hold(point, dossier_id, cuc.id, take_over=True)
    cut_power(point)
    assert desk_keys.sign_in(point, "Cúc", pin)[1] == 1
    assert not is_locked(point, dossier_id)


def test_a_fresh_pin_opens_nothing_of_before_and_everything_after_it(
    point: Point, filled: str, helper: Volunteer
) -> None:
    fresh = people.fresh_pin(point, helper.id)
    assert fresh
    cut_power(point)
    assert sign_in(point, helper, fresh) == 0
    assert is_locked(point, filled)
    again = dossiers.open_dossier(point, "khai-tu", helper.id)
    cut_power(point)
    assert sign_in(point, helper, fresh) == 1
    assert not is_locked(point, again)


def test_a_fresh_pin_given_before_the_cut_is_enough_when_it_was_used_once(
    point: Point, filled: str, helper: Volunteer
) -> None:
    fresh = people.fresh_pin(point, helper.id)
    assert fresh
    sign_in(point, helper, fresh)
    cut_power(point)
    assert sign_in(point, helper, fresh) == 1
    assert not is_locked(point, filled)


def test_whoever_left_signs_in_no_more_and_opens_nothing(
    point: Point, filled: str, helper: Volunteer, config: Config
) -> None:
    copies = list((config.paths.state / "keys" / "desk").glob(f"age1*/{helper.id}"))
    assert len(copies) == 1
    assert people.let_go_home(point, helper.id)
    cut_power(point)
    with pytest.raises(WrongPin):
        sign_in(point, helper)
    assert not copies[0].exists()
    assert is_locked(point, filled)
    assert people.everybody(point) == []
    assert not people.let_go_home(point, helper.id)
    assert people.add_person(point, helper.name, Role.VOLUNTEER)  # the name is free again


def test_where_drafts_never_resume_nothing_of_the_key_is_on_the_card(
    config: Config, point: Point, helper: Volunteer, clock: TellingClock
) -> None:
    off = config.model_copy(update={"drafts": DraftsSection(resume="never")})
    own = open_point(off, clock)
    sign_in(own, helper)
    dossier_id = dossiers.open_dossier(own, "khai-sinh", helper.id)
    assert list((config.paths.state / "keys" / "desk").glob("age1*/*")) == []
    cut_power(own)
    assert sign_in(own, helper) == 0
    assert is_locked(own, dossier_id)
    own.database.close()


def test_switching_resuming_off_removes_the_copies_at_the_next_start(
    config: Config, point: Point, filled: str, clock: TellingClock
) -> None:
    off = config.model_copy(update={"drafts": DraftsSection(resume="never")})
    own = open_point(off, clock)
    desk_keys.begin(own)
    assert list((config.paths.state / "keys" / "desk").glob("age1*/*")) == []
    assert not is_locked(own, filled)  # it stays open as long as the power does
    own.database.close()


def private_half(point: Point) -> str:
    (path,) = (point.config.paths.runtime / "desk-keys").glob("age1*")
    return path.read_text()


def test_no_byte_of_the_private_key_or_of_the_pin_lies_on_the_card(
    point: Point, filled: str, config: Config
) -> None:
    point.database.close()
    secret = private_half(point)
    card = [path.read_bytes() for path in config.paths.state.rglob("*") if path.is_file()]
    assert len(card) > 5
    for content in card:
        assert secret.encode() not in content
        assert b"AGE-SECRET-KEY" not in content
        assert PIN.encode() not in content


def test_walk_ups_are_no_drafts_a_sign_in_opens_none_of_them(
    point: Point, filled: str, helper: Volunteer
) -> None:
    dossiers.leave_desk(point)
    request = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, request)
    from tests.point.conftest import lay_page

    scanning.save_page(
        point, request, scanning.scan_requests.OnDesk("", ""), lay_page(point.spool / "w")
    )
    cut_power(point)
    assert sign_in(point, helper) == 1
    assert walk_ups.waiting(point) == []


def test_a_first_sign_in_on_two_screens_at_once_makes_one_key(
    point: Point, helper: Volunteer
) -> None:
    dossier_id = dossiers.open_dossier(point, "khai-sinh", helper.id)
    in_threads(4, lambda _: sign_in(point, helper))
    cut_power(point)
    assert sign_in(point, helper) == 1
    assert not is_locked(point, dossier_id)


def test_of_two_keys_made_at_once_the_first_counts_and_none_under_an_older_pin(
    point: Point, helper: Volunteer
) -> None:
    person = volunteers.sign_in(point.database, helper.name, PIN, point.clock())
    first, second = VolunteerKey("age1first", b"1"), VolunteerKey("age1second", b"2")
    with point.database.writing() as connection:
        assert volunteers.set_key(connection, person, first, None)
        assert not volunteers.set_key(connection, person, second, None)
        assert volunteers.key_of(connection, helper.id) == first
        volunteers.set_pin(connection, helper.id, "135799")
        assert not volunteers.set_key(connection, person, second, None)
        assert volunteers.key_of(connection, helper.id) is None


def test_a_card_that_takes_no_copy_keeps_nobody_from_working(
    point: Point, helper: Volunteer, config: Config
) -> None:
    sign_in(point, helper)
    first = dossiers.open_dossier(point, "khai-sinh", helper.id)
    (folder,) = (config.paths.state / "keys" / "desk").glob("age1*")
    shutil.rmtree(folder)
    folder.write_bytes(b"")  # no folder can be made there
    second = dossiers.open_dossier(point, "khai-tu", helper.id)
    assert sign_in(point, helper) == 0
    assert not is_locked(point, first)
    assert not is_locked(point, second)


def test_a_damaged_copy_keeps_nobody_from_signing_in(
    point: Point, filled: str, helper: Volunteer, config: Config
) -> None:
    (copy,) = (config.paths.state / "keys" / "desk").glob("age1*/*")
    copy.write_bytes(copy.read_bytes()[:-5] + b"spoil")
    cut_power(point)
    assert sign_in(point, helper) == 0
    assert is_locked(point, filled)


def test_a_pin_of_the_first_release_still_opens_the_door_and_is_kept_stronger(
    point: Point, helper: Volunteer
) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PIN)
    with point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE volunteer SET pin_hash = ?", (old,))
    with pytest.raises(WrongPin):
        sign_in(point, helper, "111111")
    sign_in(point, helper)
    with point.database.reading() as connection:
        kept = str(connection.exec_driver_sql("SELECT pin_hash FROM volunteer").scalar_one())
    assert kept.startswith("$pin1$m=32768,")
    dossier_id = dossiers.open_dossier(point, "khai-sinh", helper.id)
    cut_power(point)
    assert sign_in(point, helper) == 1
    assert not is_locked(point, dossier_id)


def test_the_state_folder_on_another_box_still_needs_the_pin(
    point: Point, filled: str, helper: Volunteer, tmp_path: Path, clock: TellingClock
) -> None:
    point.database.close()
    stolen = tmp_path / "stolen"
    shutil.copytree(point.config.paths.state, stolen / "state")
    paths = point.config.paths.model_copy(
        update={"state": stolen / "state", "runtime": stolen / "run"}
    )
    thief = open_point(point.config.model_copy(update={"paths": paths}), clock)
    assert is_locked(thief, filled)
    with pytest.raises(WrongPin):
        desk_keys.sign_in(thief, helper.name, "123456")
    assert is_locked(thief, filled)
    thief.database.close()
