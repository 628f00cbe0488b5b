"""The ward renews its key: boxes follow by themselves, and nothing sealed before is lost."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from appliance.cli import tramhoso
from appliance.core.wire.manifest import Manifest
from appliance.desk.sending.ward_key import recipients_now, take_ward_key
from appliance.destinations.ward_service import HeartbeatAnswer
from appliance.keys import age
from appliance.keys.signing import new_signing_key, signed
from appliance.store.dossier import outbox
from tests.folder.boxes import CarryingBox
from tests.folder.office import Office
from tests.ward.test_ward_contract import Promise, contract, promise
from web.ward.home import open_home
from web.ward.ward_key import announced, renew_key

__all__ = ["contract", "promise"]
Heard = Callable[[], HeartbeatAnswer]


def follow(box: CarryingBox, heard: Heard) -> bool:
    """What the uploader does with the answer to its heartbeat."""
    told = heard().ward_key
    return told is not None and take_ward_key(box.point, told)


def sealed_for(box: CarryingBox, dossier_id: str) -> str | None:
    with box.point.database.reading() as connection:
        body = outbox.get_submission(connection, dossier_id).body
    return Manifest.model_validate_json(body).encrypted_for


def test_what_was_sealed_before_and_after_opens_at_the_ward(
    box: CarryingBox, office: Office, place: Path, heard: Heard, seal: Callable[[], str]
) -> None:
    before = seal()
    first = office.made.recipient
    newest = renew_key(open_home(office.settings.home))
    assert follow(box, heard)
    after = seal()
    assert (sealed_for(box, before), sealed_for(box, after)) == (first, newest)
    with box.point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE submission SET destination = 'folder'")
    box.look()
    assert [b.trouble for b in office.take_in(place)] == [None, None]
    for dossier_id in (before, after):
        assert office.papers(dossier_id)["giay_chung_sinh"].startswith(b"%PDF")


def test_the_new_key_opens_nothing_old_and_the_old_one_nothing_new(
    box: CarryingBox, office: Office, heard: Heard, seal: Callable[[], str]
) -> None:
    home = open_home(office.settings.home)
    old = home.identity
    renew_key(home)
    follow(box, heard)
    dossier_id = seal()
    for path in box.point.sealed_files(dossier_id).folder.iterdir():
        assert age.open_sealed(path.read_bytes(), home.identity)
        with pytest.raises(age.CannotOpen):
            age.open_sealed(path.read_bytes(), old)


def test_a_ward_with_its_first_key_announces_nothing(heard: Heard, box: CarryingBox) -> None:
    assert heard().ward_key is None
    assert recipients_now(box.point) == (box.ward.recipient,)


def test_the_announcement_keeps_the_contract(
    office: Office, beat: Callable[[], tuple[int, dict[str, Any]]], promise: Promise
) -> None:
    renew_key(open_home(office.settings.home))
    status, told = beat()
    assert status == 200
    assert told["ward_key"]["number"] == 2
    assert promise.faults("HeartbeatAnswer", told) == []


def test_a_key_that_somebody_else_signed_is_not_used(box: CarryingBox, office: Office) -> None:
    home = open_home(office.settings.home)
    renew_key(home)
    told = announced(home)
    assert told is not None
    stranger = age.recipient_of(age.new_identity())
    for forged in (
        told.model_copy(update={"recipient": stranger}),
        signed(told.model_copy(update={"recipient": stranger}), new_signing_key()),
        told.model_copy(update={"number": 99}),
    ):
        assert not take_ward_key(box.point, forged)
    assert recipients_now(box.point) == (box.ward.recipient,)


def test_an_old_announcement_brings_no_old_key_back(box: CarryingBox, office: Office) -> None:
    home = open_home(office.settings.home)
    renew_key(home)
    second = announced(home)
    newest = renew_key(home)
    third = announced(home)
    assert second is not None
    assert third is not None
    assert take_ward_key(box.point, third)
    assert not take_ward_key(box.point, second)
    assert not take_ward_key(box.point, third), "the same again is no news"
    assert recipients_now(box.point) == (newest,)


def test_a_box_that_moves_to_another_ward_forgets_the_key(box: CarryingBox, office: Office) -> None:
    home = open_home(office.settings.home)
    renew_key(home)
    told = announced(home)
    assert told is not None
    assert take_ward_key(box.point, told)
    other = age.recipient_of(age.new_identity())
    object.__setattr__(box.point.config.ward, "recipient", other)
    assert recipients_now(box.point) == (other,)


def test_the_escrow_key_stays_beside_the_new_one(box: CarryingBox, office: Office) -> None:
    escrow = age.recipient_of(age.new_identity())
    object.__setattr__(box.point.config.ward, "escrow_recipient", escrow)
    home = open_home(office.settings.home)
    newest = renew_key(home)
    told = announced(home)
    assert told is not None
    take_ward_key(box.point, told)
    assert recipients_now(box.point) == (newest, escrow)


def test_a_cut_between_keeping_and_replacing_changes_nothing(office: Office) -> None:
    home = open_home(office.settings.home)
    earlier = home.earlier_keys
    earlier.mkdir()
    (earlier / f"{home.recipient}.key").write_text(home.identity + "\n")
    assert announced(home) is None
    newest = renew_key(home)
    told = announced(home)
    assert told is not None
    assert (told.number, told.recipient) == (2, newest)
    assert len(list(home.identities)) == 2


def test_the_command_asks_first_and_leaves_keys_that_only_the_ward_reads(office: Office) -> None:
    home = office.settings.home
    typed = CliRunner().invoke(tramhoso, ["ward", "renew-key", str(home)], input="n\n")
    assert typed.exit_code == 1
    assert open_home(home).recipient == office.made.recipient
    typed = CliRunner().invoke(tramhoso, ["ward", "renew-key", str(home), "--yes"])
    assert typed.exit_code == 0, typed.output
    assert open_home(home).recipient in typed.output
    for path in (home / "age.key", *(home / "earlier-keys").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
