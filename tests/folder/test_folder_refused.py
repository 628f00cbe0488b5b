"""Dossiers on a stick that the ward or the box must not believe: each is told, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.core.dossiers.submission import Bound, SubmissionState
from appliance.core.wire.carried import CarriedAnswer, Proof
from appliance.desk.sending.waiting import send_by
from appliance.keys.canonical import canonical_json
from appliance.keys.signing import new_signing_key, signed, verify_key_of
from appliance.stick import marker_of, prepare
from appliance.store.dossier import outbox
from tests.folder.boxes import CarryingBox, on_real
from tests.folder.media import Stick
from tests.folder.office import Office
from web.ward.boxes.by_hand import NotAStick
from web.ward.boxes.devices import revoke_device
from web.ward.database import writing
from web.ward.init import WardMade
from web.ward.wording import words


def only_file(folder: Path, pattern: str = "?" * 64) -> Path:
    return min(folder.glob(pattern))


def troubles(office: Office, place: Path) -> list[str | None]:
    return [brought.trouble for brought in office.take_in(place)]


# ── at the ward ──────────────────────────────────────────────────────────────


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [("?" * 64, "damaged"), ("manifest.json", "tampered"), ("proof.json", "tampered")],
)
def test_one_changed_bit_is_refused_and_the_box_copies_again_by_itself(
    spoilt: str, why: str, box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    if spoilt == "proof.json":  # inside the signature, so that it can still be read
        path = box.on_stick(made) / spoilt
        proof = json.loads(path.read_text())
        proof["signature"] = ("A" if proof["signature"][0] != "A" else "B") + proof["signature"][1:]
        path.write_text(json.dumps(proof))
    else:
        spoil(only_file(box.on_stick(made), spoilt))
    assert troubles(office, place) == [why]
    assert office.count() == (0, 0, 0)
    assert box.look() == 1, "copied anew"
    assert troubles(office, place) == [None]
    assert box.look() == 1
    assert box.state_of(made) is SubmissionState.DELIVERED


@pytest.mark.parametrize("left_out", ["?" * 64, "manifest.json"])
def test_a_file_that_is_gone_is_refused(
    left_out: str, box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    only_file(box.on_stick(made), left_out).unlink()
    assert troubles(office, place) == ["damaged"]
    assert office.count() == (0, 0, 0)


def test_a_folder_that_was_not_written_to_its_end_is_nothing_yet(
    box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    (box.on_stick(made) / "proof.json").unlink()
    assert troubles(office, place) == ["unfinished"]
    assert office.count() == (0, 0, 0)


def test_a_manifest_that_somebody_else_signed_is_refused(
    box: CarryingBox, new_box: Callable[..., CarryingBox], office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    path = box.on_stick(made) / "proof.json"
    proof = Proof.model_validate_json(path.read_bytes())
    path.write_bytes(canonical_json(signed(proof, new_signing_key())))
    assert troubles(office, place) == ["tampered"]
    stranger = new_signing_key()
    theirs = proof.model_copy(update={"device": verify_key_of(stranger)})
    path.write_bytes(canonical_json(signed(theirs, stranger)))
    assert troubles(office, place) == ["unknown-box"]


def test_one_box_cannot_bring_a_dossier_under_anothers_id(
    box: CarryingBox, new_box: Callable[..., CarryingBox], office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    office.take_in(place)
    other = new_box(office.add_box("hop-2"))
    stolen = other.seal()
    with other.point.database.writing() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    changed = stolen.manifest.model_copy(update={"dossier_id": made.id})
    files = {digest: other.point.sealed_files(stolen.id).folder / digest for digest in stolen.files}
    other.find().put(changed, canonical_json(changed), files)
    assert troubles(office, place) == ["other-content"]
    assert office.count() == (1, 1, 0)


def test_a_lost_boxs_dossier_is_refused_and_the_box_hears_of_it(
    box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    with writing(office.engine) as conn:
        assert revoke_device(conn, "hop-1", box.point.clock())
    assert troubles(office, place) == ["lost-box"]
    box.look()
    assert box.submission(made).error_code == "device-refused"
    assert box.has_sealed_bytes(made)
    # the box was found and has a new token: the same dossier, proven anew
    box.token = office.add_box("hop-1b")
    assert send_by(box.point, made.id, Bound.FOLDER)
    box.look()
    assert troubles(office, place) == [None]
    assert box.look() == 1


def test_another_wards_dossier_is_sent_back(
    box: CarryingBox,
    new_box: Callable[..., CarryingBox],
    office: Office,
    other_office: Office,
    place: Path,
) -> None:
    with pytest.raises(NotAStick) as refused:
        other_office.take_in(place)
    assert refused.value.why == "stick-of-another-ward"
    stray = new_box(str(other_office.made.token), other_office.made)
    marker = marker_of(place)
    assert marker is not None
    prepare(place, marker.model_copy(update={"ward": other_office.made.verify_key}))
    stray.seal()
    stray.look()
    prepare(place, marker)  # as if somebody had copied the folder over
    assert troubles(office, place) == ["another-ward"]


def test_a_supplement_waits_for_the_dossier_it_belongs_to(
    box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal(to=Bound.WARD)
    second = box.seal_revision(made)
    box.look()
    assert troubles(office, place) == ["wrong-revision"]
    box.look()
    assert box.state_of(second) is SubmissionState.WAITING
    assert box.on_stick(second).exists(), "it stays until the first has come"


def test_a_receipt_that_cannot_be_written_is_told_and_comes_with_the_next_import(
    box: CarryingBox, office: Office, place: Path, real_stick: Callable[[str], Stick]
) -> None:
    stick = real_stick("ext4")
    on_real(box, place, stick)
    made = box.seal()
    box.look()
    stick.take_out()
    stick.plug_in(read_only=True)
    assert troubles(office, stick.place) == ["no-answer-written"]
    assert office.count() == (1, 1, 0)
    stick.take_out()
    stick.plug_in()
    assert troubles(office, stick.place) == [None]
    assert box.look() == 1
    assert box.state_of(made) is SubmissionState.DELIVERED


@pytest.mark.parametrize("field", ["signature", "manifest_sha256", "code"])
def test_a_forged_receipt_on_the_stick_erases_nothing(
    field: str, box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    office.take_in(place)
    path = place / "tramhoso/answers" / f"{made.id}.json"
    answer = CarriedAnswer.model_validate_json(path.read_bytes())
    assert answer.receipt is not None
    forged = {"signature": "A" * 86, "manifest_sha256": "0" * 64, "code": "BD-0000-0000"}
    receipt = answer.receipt.model_copy(update={field: forged[field]})
    path.write_bytes(canonical_json(CarriedAnswer(receipt=receipt)))
    box.look()
    assert box.submission(made).error_code == "receipt-forged"
    assert box.state_of(made) is SubmissionState.NEEDS_PERSON
    assert box.has_sealed_bytes(made)
    # the technician has looked: it is copied again, and the ward gives the genuine one
    assert send_by(box.point, made.id, Bound.FOLDER)
    box.look()
    assert troubles(office, place) == [None]
    assert box.look() == 1


def test_a_refusal_that_our_ward_did_not_sign_stops_nothing(
    box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    spoil(only_file(box.on_stick(made)))
    office.take_in(place)
    path = place / "tramhoso/answers" / f"{made.id}.json"
    refusal = CarriedAnswer.model_validate_json(path.read_bytes()).refusal
    assert refusal is not None
    path.write_bytes(
        canonical_json(
            CarriedAnswer(refusal=refusal.model_copy(update={"problem": "other-content"}))
        )
    )
    box.look()
    assert box.state_of(made) is SubmissionState.WAITING


def test_the_ward_says_three_sentences_about_everything_that_can_go_wrong() -> None:
    spoken = words()["by_hand"]
    for why, told in spoken.items():
        assert set(told) == {"what", "safe", "next"}, why
        assert all(s[0].isupper() and s.endswith(".") for s in told.values()), why


@pytest.fixture
def other_office(tmp_path: Path) -> Office:
    """Another ward, with keys of its own."""
    from web.ward.init import init_ward
    from web.ward.settings import WardSettings

    made: WardMade = init_ward(WardSettings(tmp_path / "other-ward"))
    return Office(tmp_path / "other-ward", made)


def test_nothing_in_the_outbox_is_ever_out_of_sight(box: CarryingBox) -> None:
    box.seal()
    with box.point.database.reading() as connection:
        assert outbox.queue(connection).waiting == 1
