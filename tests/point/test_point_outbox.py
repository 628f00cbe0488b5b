"""Hold, send, receipt: nothing leaves the outbox without proof, nothing is forgotten in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import HOLD, Submission, SubmissionState
from appliance.core.errors import (
    CaptivePortal,
    ConflictAtWard,
    DeliveryError,
    DestinationUnreachable,
    DeviceRefused,
    SealedFileDamaged,
    SlowDown,
)
from appliance.core.wire.manifest import Event as WardEvent
from appliance.core.wire.manifest import EventPage, EventType, Manifest, Receipt, WardState
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.desk.sending.delivery import (
    Sending,
    deliver,
    health,
    publish_form_versions,
)
from appliance.desk.sending.feed import read_feed
from appliance.imaging.child.main import cleaned
from appliance.keys.canonical import canonical_json, sha256_hex
from appliance.keys.signing import receipt_verifies, sign
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import TellingClock, WardKeys, scan_into


class PretendWard:
    """Signs real receipts, and raises what it is told to, once each."""

    name = "pretend"

    def __init__(self, keys: WardKeys, *troubles: DeliveryError) -> None:
        self._keys, self._troubles = keys, list(troubles)
        self.received: list[tuple[Manifest, bytes, dict[str, Path]]] = []

    def send(self, manifest: Manifest, body: bytes, files: dict[str, Path]) -> Receipt:
        if self._troubles:
            raise self._troubles.pop(0)
        self.received.append((manifest, body, files))
        plain = {
            "dossier_id": manifest.dossier_id,
            "code": "BD-7K3M-94QX",
            "received_at": "2026-11-22T02:00:00Z",
            "manifest_sha256": sha256_hex(body),
        }
        unsigned = Receipt.model_validate(plain | {"signature": ""})
        signed = canonical_json(
            unsigned.model_dump(mode="json", exclude_none=True, exclude={"signature"})
        )
        return unsigned.model_copy(update={"signature": sign(signed, self._keys.signing_key)})


@pytest.fixture
def sealed_id(point: Point, dossier_id: str, helper: Volunteer) -> str:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, "giay_chung_sinh")
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    sealing.grant_next(point, cleaned)
    return dossier_id


def take(point: Point, who: str = "uploader-1") -> Submission | None:
    return Sending(point, who).take()


def try_once(point: Point, ward: PretendWard) -> DeliveryError | None:
    taken = take(point)
    assert taken is not None
    return deliver(point, taken, ward, random=lambda: 0.0)


def stands(point: Point, dossier_id: str) -> tuple[DossierState, SubmissionState]:
    view = dossiers.look_at(point, dossier_id)
    assert view.submission is not None
    return view.dossier.state, view.submission.state


def test_a_verified_receipt_is_the_only_way_out(
    point: Point, sealed_id: str, ward_keys: WardKeys
) -> None:
    assert try_once(point, PretendWard(ward_keys)) is None
    assert stands(point, sealed_id) == (DossierState.DELIVERED, SubmissionState.DELIVERED)
    proof = dossiers.look_at(point, sealed_id).receipt
    assert proof is not None
    assert receipt_verifies(proof, ward_keys.verify_key)  # from the row, without a network
    assert take(point) is None
    assert not point.sealed_files(sealed_id).folder.exists()


def test_a_dossier_waits_out_a_network_cut(
    point: Point, sealed_id: str, ward_keys: WardKeys, clock: TellingClock
) -> None:
    ward = PretendWard(ward_keys, DestinationUnreachable("cut"))
    assert isinstance(try_once(point, ward), DestinationUnreachable)
    assert take(point) is None  # it rests first
    clock.pass_by(seconds=11)
    assert try_once(point, ward) is None
    assert stands(point, sealed_id)[0] is DossierState.DELIVERED


def test_the_bytes_and_the_id_never_change_between_attempts(
    point: Point, sealed_id: str, ward_keys: WardKeys, clock: TellingClock
) -> None:
    first = take(point)
    clock.pass_by(seconds=HOLD.total_seconds() + 1)
    second = take(point)
    assert first is not None
    assert second is not None
    assert (first.id, first.body) == (second.id, second.body)
    assert second.attempts == 2


def test_two_senders_never_hold_the_same_dossier(point: Point, sealed_id: str) -> None:
    assert take(point, "uploader-1") is not None
    assert take(point, "uploader-2") is None


def test_a_killed_sender_blocks_its_dossier_for_ten_minutes_only(
    point: Point, sealed_id: str, clock: TellingClock
) -> None:
    assert take(point, "killed") is not None
    clock.pass_by(seconds=HOLD.total_seconds() - 1)
    assert take(point, "next") is None
    clock.pass_by(seconds=2)
    assert take(point, "next") is not None


def test_a_slow_line_keeps_its_hold_while_bytes_move(
    point: Point, sealed_id: str, clock: TellingClock
) -> None:
    sending = Sending(point, "slow")
    assert sending.take() is not None
    for sent in range(10):
        clock.pass_by(minutes=4)
        sending.progress(sent, 10)
    assert take(point, "hasty") is None


def test_a_line_that_moves_bytes_between_cuts_is_not_given_longer_rests(
    point: Point, sealed_id: str, ward_keys: WardKeys, clock: TellingClock
) -> None:
    for _ in range(8):
        taken = take(point)
        assert taken is not None
        ward = PretendWard(ward_keys, DestinationUnreachable("cut again"))
        deliver(point, taken, ward, random=lambda: 0.0, moved=lambda: True)
        clock.pass_by(seconds=5)


def test_a_clock_that_jumped_years_ahead_and_back_strands_nothing(
    point: Point, sealed_id: str, ward_keys: WardKeys, clock: TellingClock
) -> None:
    clock.pass_by(days=3650)
    assert isinstance(try_once(point, PretendWard(ward_keys, CaptivePortal("x"))), CaptivePortal)
    clock.pass_by(days=-3650)
    assert take(point) is not None


def test_what_can_never_succeed_waits_for_a_person_with_its_reason(
    point: Point, sealed_id: str, ward_keys: WardKeys, clock: TellingClock
) -> None:
    error = try_once(point, PretendWard(ward_keys, ConflictAtWard("other content")))
    assert isinstance(error, ConflictAtWard)
    clock.pass_by(days=30)
    assert take(point) is None
    with point.database.reading() as connection:
        (stuck,) = outbox.list_outbox(connection)
        assert outbox.queue(connection).needs_person == 1
    assert (stuck.error_code, stuck.error_text) == ("conflict-at-ward", "other content")
    with point.database.writing() as connection:
        assert outbox.retry(connection, sealed_id) == 1
    assert try_once(point, PretendWard(ward_keys)) is None


@pytest.mark.parametrize("trouble", [DeviceRefused("401"), SlowDown("503", 120), CaptivePortal("")])
def test_what_somebody_else_can_put_right_is_tried_again_by_itself(
    point: Point, sealed_id: str, ward_keys: WardKeys, clock: TellingClock, trouble: DeliveryError
) -> None:
    try_once(point, PretendWard(ward_keys, trouble))
    assert stands(point, sealed_id) == (DossierState.SEALED, SubmissionState.WAITING)
    clock.pass_by(minutes=16)
    assert try_once(point, PretendWard(ward_keys)) is None


def test_a_damaged_sealed_file_is_never_sent_and_never_forgotten(
    point: Point, sealed_id: str, ward_keys: WardKeys
) -> None:
    try_once(point, PretendWard(ward_keys, SealedFileDamaged("rot")))
    assert stands(point, sealed_id) == (DossierState.SEALED, SubmissionState.NEEDS_PERSON)
    assert point.sealed_files(sealed_id).names()


def test_a_second_receipt_for_the_same_dossier_changes_nothing(
    point: Point, sealed_id: str, ward_keys: WardKeys
) -> None:
    taken = take(point)
    assert taken is not None
    deliver(point, taken, PretendWard(ward_keys), random=lambda: 0.0)
    first = dossiers.look_at(point, sealed_id).receipt
    deliver(point, taken, PretendWard(ward_keys), random=lambda: 0.0)
    assert dossiers.look_at(point, sealed_id).receipt == first
    with point.database.reading() as connection:
        assert outbox.count_receipts(connection) == 1


def test_an_upload_url_outlives_the_sender(point: Point, sealed_id: str) -> None:
    sending = Sending(point, "one")
    taken = sending.take()
    assert taken is not None
    sending.remember(taken.files[0].sha256, "http://ward/files/abc")
    later = Sending(point, "two")
    with point.database.writing() as connection:
        outbox.retry(connection)
    assert later.take() is not None
    assert later.recall(taken.files[0].sha256) == "http://ward/files/abc"
    assert later.recall(taken.files[1].sha256) is None


def test_the_age_of_the_oldest_waiting_dossier_is_told(
    point: Point, sealed_id: str, clock: TellingClock
) -> None:
    clock.pass_by(hours=3)
    publish_form_versions(point)
    beat = health(point, "0.1.0")
    assert [form.id for form in beat.form_versions] == list(point.procedures)
    assert (beat.queue, beat.oldest_waiting_s) == (1, 3 * 3600)


def feed(*pages: EventPage | None) -> tuple[list[str | None], Callable[..., EventPage | None]]:
    asked: list[str | None] = []
    answers = list(pages)

    def ask(after: str | None) -> EventPage | None:
        asked.append(after)
        return answers.pop(0)

    return asked, ask


def event(seq: str, dossier_id: str) -> WardEvent:
    return WardEvent(
        seq=seq,
        dossier_id=dossier_id,
        at=datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
        type=EventType.STATE_CHANGED,
        state=WardState.ACCEPTED,
        text_vi="Đã tiếp nhận",
    )


def test_what_the_office_did_is_kept_once_and_in_order(point: Point, sealed_id: str) -> None:
    page = EventPage(items=(event("1", sealed_id), event("2", sealed_id)), next="2")
    asked, ask = feed(page, EventPage(items=(), next="2"))
    assert read_feed(point, ask) == 2
    assert asked == [None, "2"]
    asked, ask = feed(None, page, EventPage(items=(), next="2"))  # the ward forgot our cursor
    read_feed(point, ask)
    assert asked == ["2", None, "2"]
    assert [e.seq for e in dossiers.look_at(point, sealed_id).events] == ["1", "2"]


def test_what_waits_is_counted_right_through_every_move(
    point: Point, sealed_id: str, ward_keys: WardKeys, clock: TellingClock
) -> None:
    """The count is kept by triggers: it must be what counting would say, whatever happens."""

    def counted() -> tuple[int, int]:
        with point.database.reading() as connection:
            told = outbox.queue(connection)
            rows = connection.exec_driver_sql("SELECT state FROM submission").scalars().all()
        assert told.waiting == rows.count("waiting")
        assert told.needs_person == rows.count("needs-person")
        return told.waiting, told.needs_person

    assert counted() == (1, 0)
    try_once(point, PretendWard(ward_keys, ConflictAtWard("other")))
    assert counted() == (0, 1)
    with point.database.writing() as connection:
        outbox.retry(connection, sealed_id)
    assert counted() == (1, 0)
    try_once(point, PretendWard(ward_keys))
    assert counted() == (0, 0)
    with pytest.raises(RuntimeError), point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE submission SET state = 'waiting'")
        raise RuntimeError
    assert counted() == (0, 0)
