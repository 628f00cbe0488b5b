"""The ward orders a box to erase a dossier, or everything: it is gone, and that it was is dated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select

from appliance.cli import tramhoso
from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import DossierLocked
from appliance.core.wire.manifest import EventPage
from appliance.core.wire.ward_orders import EraseAll
from appliance.desk.dossier import dossiers
from appliance.desk.ending import erase_orders
from appliance.desk.ending.erase_all import note_erase_all
from appliance.desk.sending.feed import read_feed
from appliance.destinations.ward_service import HeartbeatAnswer
from appliance.keys.signing import device_key_of, new_signing_key, signed, verify_key_of
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier.dossiers import row_of
from appliance.store.people import audit
from tests.folder.boxes import LAN, CarryingBox
from tests.folder.office import Office
from tests.point.conftest import scan_into
from tests.ward.test_ward_contract import Promise, contract, promise
from web.ward.boxes.devices import revoke_device
from web.ward.boxes.erase_orders import order_dossier, order_everything
from web.ward.database import reading, writing
from web.ward.tables import device

__all__ = ["contract", "promise"]
SLOT = "giay_chung_sinh"
Beat = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def hear(box: CarryingBox, door: FlaskClient) -> Callable[[], int]:
    """The uploader reads the ward's feed."""

    def ask(after: str | None) -> EventPage:
        path = "/intake/v1/events" + (f"?after={after}" if after else "")
        answer = door.get(path, headers={"Authorization": f"Bearer {box.token}"})
        return EventPage.model_validate(answer.get_json())

    return lambda: read_feed(box.point, ask)


def key_of(box: CarryingBox) -> str:
    return verify_key_of(device_key_of(box.token))


def told_of(box: CarryingBox) -> list[tuple[str, str | None]]:
    with box.point.database.reading() as connection:
        return [(line.what, line.about) for line in audit.lines(connection)]


def state_of(box: CarryingBox, dossier_id: str) -> DossierState:
    return dossiers.look_at(box.point, dossier_id).dossier.state


def deliver(box: CarryingBox, office: Office, place: Path) -> str:
    made = box.seal()
    with box.point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE dossier SET follow_secret = 'GEHEIM4711'")
    box.look()
    office.take_in(place)
    box.look()
    return made.id


def draft(box: CarryingBox) -> str:
    dossier_id = dossiers.open_dossier(box.point, "khai-sinh", LAN)
    dossiers.save_answers(box.point, dossier_id, sample_answers("khai-sinh", box.point.today()))
    scan_into(box.point, dossier_id, SLOT)
    return dossier_id


def order(office: Office, dossier_id: str) -> None:
    with writing(office.engine) as conn:
        assert order_dossier(conn, dossier_id, datetime.now(UTC))


def everything_below(box: CarryingBox, but: str = "") -> bytes:
    """Every byte of the card's folders and of the memory that holds the keys."""
    paths = sorted(box.config.paths.state.parent.rglob("*"))
    return b"".join(p.read_bytes() for p in paths if p.is_file() and p.parent.name != but)


def test_a_delivered_dossiers_codes_go(
    box: CarryingBox, office: Office, place: Path, hear: Callable[[], int]
) -> None:
    dossier_id = deliver(box, office, place)
    order(office, dossier_id)
    assert hear() == 1
    assert erase_orders.is_ordered(box.point)
    assert not erase_orders.obey(box.point)
    assert not erase_orders.is_ordered(box.point)
    with box.point.database.reading() as connection:
        assert row_of(connection, dossier_id).follow_secret is None
    assert ("dossier.codes-erased", dossier_id) in told_of(box)


def test_an_open_supplement_goes_and_the_dossier_stays_the_wards(
    box: CarryingBox, office: Office, place: Path, hear: Callable[[], int]
) -> None:
    from appliance.desk.sending import supplements

    dossier_id = deliver(box, office, place)
    office.ask_for_more(dossier_id)
    hear()
    supplements.begin(box.point, dossier_id, LAN)
    scan_into(box.point, dossier_id, SLOT)
    assert box.point.pages.names()
    order(office, dossier_id)
    hear()
    erase_orders.obey(box.point)
    assert state_of(box, dossier_id) is DossierState.DELIVERED
    assert not box.point.pages.names()
    assert not box.point.vault.known(), "its key is destroyed"
    assert ("supplement.erased", dossier_id) in told_of(box)


def test_an_order_that_is_heard_twice_is_obeyed_once(
    box: CarryingBox, office: Office, place: Path, hear: Callable[[], int]
) -> None:
    dossier_id = deliver(box, office, place)
    order(office, dossier_id)
    order(office, dossier_id)
    hear()
    erase_orders.obey(box.point)
    before = told_of(box)
    erase_orders.obey(box.point)
    assert told_of(box) == before


def test_everything_goes_with_its_keys_and_the_ward_hears_of_it(
    box: CarryingBox, office: Office, place: Path, beat: Beat, promise: Promise
) -> None:
    delivered = deliver(box, office, place)
    sealed, opened = box.seal(), draft(box)
    desk_key = row_key(box, opened)
    kept = [box.point.pages.read(name) for name in box.point.pages.names()]
    assert kept
    (box.config.paths.state / "set-aside").mkdir()
    (box.config.paths.state / "set-aside/stray").write_bytes(kept[0])
    with writing(office.engine) as conn:
        assert order_everything(conn, "hop-1", datetime.now(UTC))

    status, told = beat()
    assert status == 200
    assert promise.faults("HeartbeatAnswer", told) == []
    told_order = HeartbeatAnswer.model_validate(told).erase_all
    assert told_order is not None
    assert note_erase_all(box.point, told_order, key_of(box))
    while erase_orders.is_ordered(box.point):
        erase_orders.obey(box.point)

    left = everything_below(box)
    for ciphertext in (*kept, *sealed.files.values()):
        assert ciphertext not in left
    for words in (b"AGE-SECRET-KEY", "CAO MINH MẪU".encode()):
        assert words not in left
    # the diary beside the database keeps rows until the next copies are made, an hour each
    assert b"GEHEIM4711" not in everything_below(box, but="diary")
    for ciphertext in kept:  # what the raw card may still hold of them opens no more
        with pytest.raises(DossierLocked):
            box.point.vault.open(ciphertext, desk_key)
    assert state_of(box, delivered) is DossierState.DELIVERED, "that the ward took it stays proven"
    assert ("everything.erased", None) in told_of(box)

    status, told = beat()
    assert "erase_all" not in told
    with reading(office.engine) as conn:
        row = conn.execute(select(device).where(device.c.name == "hop-1")).one()
    assert row.erased_number == 1
    assert row.erased_at is not None
    assert not note_erase_all(box.point, told_order, key_of(box)), "an old order does nothing"


def row_key(box: CarryingBox, dossier_id: str) -> str:
    with box.point.database.reading() as connection:
        return str(row_of(connection, dossier_id).desk_key)


def test_the_control_finds_what_was_not_erased(box: CarryingBox) -> None:
    draft(box)
    left = everything_below(box)
    assert b"AGE-SECRET-KEY" in left
    assert all(box.point.pages.read(name) in left for name in box.point.pages.names())


def test_nobody_else_can_empty_a_box(box: CarryingBox, office: Office) -> None:
    opened = draft(box)
    ours = signed_order(office, key_of(box))
    for order_ in (
        signed(ours, new_signing_key()),
        ours.model_copy(update={"number": 7}),
        signed_order(office, verify_key_of(new_signing_key())),  # another box's
    ):
        assert not note_erase_all(box.point, order_, key_of(box))
    assert not erase_orders.is_ordered(box.point)
    assert state_of(box, opened) is DossierState.OPEN


def signed_order(office: Office, device_key: str) -> EraseAll:
    from web.ward.home import open_home

    told = EraseAll(number=1, device=device_key, at=datetime.now(UTC))
    return signed(told, open_home(office.settings.home).signing_key)


def test_a_box_whose_token_was_taken_back_still_hears_it(
    box: CarryingBox, office: Office, beat: Beat, promise: Promise
) -> None:
    with writing(office.engine) as conn:
        revoke_device(conn, "hop-1", datetime.now(UTC))
    status, told = beat()
    assert (status, "erase_all" in told) == (401, False)
    with writing(office.engine) as conn:
        assert order_everything(conn, "hop-1", datetime.now(UTC))
    status, told = beat()
    assert status == 401
    assert promise.faults("Problem", told) == []
    heard = HeartbeatAnswer.model_validate(told).erase_all
    assert heard is not None
    assert note_erase_all(box.point, heard, key_of(box))


def test_what_is_on_the_line_or_under_the_scanner_goes_as_soon_as_it_can(
    box: CarryingBox, office: Office
) -> None:
    from appliance.desk.pages import scanning

    opened = draft(box)
    request = scanning.press(box.point, scanning.AskedBy.PANEL)
    scanning.start_request(box.point, request)
    assert note_erase_all(box.point, signed_order(office, key_of(box)), key_of(box))
    assert not erase_orders.obey(box.point)
    assert state_of(box, opened) is DossierState.OPEN
    scanning.end_request(box.point, request, None)
    erase_orders.obey(box.point)
    assert state_of(box, opened) is DossierState.ERASED
    assert not erase_orders.is_ordered(box.point)


def test_the_command_orders_what_it_is_told_and_nothing_else(
    box: CarryingBox, office: Office, place: Path, hear: Callable[[], int]
) -> None:
    dossier_id = deliver(box, office, place)
    home = str(office.settings.home)

    def typed(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(tramhoso, ["ward", "erase-local", home, *words])
        return done.exit_code, done.output

    assert typed("--yes")[0] == 2
    assert typed("0" * 36, "--yes")[0] == 1
    assert typed("--box", "hop-9", "--yes")[0] == 1
    assert hear() == 0
    assert typed(dossier_id, "--yes") == (0, "ordered: 1\n")
    assert hear() == 1
    assert typed("--box", "hop-1", "--yes") == (0, "ordered: hop-1\n")
