"""Sticks that are full, locked, pulled, foreign or tampered with: each is told, nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.core.carried import CarriedAnswer, Proof
from appliance.core.folder_errors import (
    FolderAbsent,
    FolderError,
    FolderFull,
    FolderNotOurs,
    FolderOfAnotherWard,
    FolderReadOnly,
)
from appliance.core.submission import Bound, SubmissionState
from appliance.desk.waiting import send_by
from appliance.destinations.folder import find_stick
from appliance.keys.canonical import canonical_json
from appliance.keys.signing import device_key_of, new_signing_key, signed, verify_key_of
from appliance.stick import marker_of, prepare
from appliance.store import outbox
from tests.folder.boxes import CarryingBox
from tests.folder.media import Stick
from tests.folder.office import Office
from web.ward.by_hand import NotAStick
from web.ward.database import writing
from web.ward.devices import revoke_device
from web.ward.init import WardMade
from web.ward.wording import words


def only_file(folder: Path, pattern: str = "?" * 64) -> Path:
    return min(folder.glob(pattern))


def troubles(office: Office, place: Path) -> list[str | None]:
    return [brought.trouble for brought in office.take_in(place)]


# ── at the box ───────────────────────────────────────────────────────────────


def on_real(box: CarryingBox, place: Path, stick: Stick) -> None:
    """Another stick of the same ward, as a real file system."""
    marker = marker_of(place)
    assert marker is not None
    stick.plug_in()
    prepare(stick.place, marker.model_copy(update={"stick": str(uuid.uuid4())}))
    box.stick_place = stick.place


@pytest.mark.parametrize("kind", ["ext4", "vfat", "exfat"])
def test_a_full_stick_says_so_and_the_next_one_takes_it(
    kind: str, box: CarryingBox, place: Path, real_stick: Callable[[str], Stick]
) -> None:
    stick = real_stick(kind)
    on_real(box, place, stick)
    first = box.seal()
    assert box.look() == 1
    stick.fill()
    made = box.seal()
    with pytest.raises(FolderFull):
        box.look()
    assert box.submission(made).error_code == "folder-full"
    assert box.submission(first).copied_at is not None
    assert box.on_stick(first).joinpath("proof.json").exists()
    box.stick_place = place
    assert box.look() == 1
    assert box.submission(made).error_code is None


@pytest.mark.parametrize("kind", ["ext4", "vfat", "exfat"])
def test_a_locked_stick_says_so(
    kind: str, box: CarryingBox, place: Path, real_stick: Callable[[str], Stick]
) -> None:
    stick = real_stick(kind)
    on_real(box, place, stick)
    stick.take_out()
    stick.plug_in(read_only=True)
    made = box.seal()
    with pytest.raises(FolderReadOnly):
        box.look()
    assert box.submission(made).error_code == "folder-read-only"
    stick.take_out()
    stick.plug_in()
    assert box.look() == 1


def test_a_stick_that_nobody_prepared_is_never_written(
    box: CarryingBox, real_stick: Callable[[str], Stick]
) -> None:
    stick = real_stick("ext4")
    stick.plug_in()
    before = sorted(stick.place.iterdir())
    made = box.seal()
    box.stick_place = stick.place
    with pytest.raises(FolderNotOurs):
        box.look()
    assert box.submission(made).error_code == "folder-not-ours"
    assert sorted(stick.place.iterdir()) == before


def test_a_stick_of_another_ward_is_never_written(box: CarryingBox, place: Path) -> None:
    made = box.seal()
    with pytest.raises(FolderOfAnotherWard):
        find_stick(place, verify_key_of(new_signing_key()), device_key_of(box.token))
    assert not box.on_stick(made).exists()


def test_a_folder_of_the_card_without_a_marker_is_no_stick(box: CarryingBox, place: Path) -> None:
    (place / "tramhoso-stick.json").unlink()
    box.seal()
    with pytest.raises(FolderAbsent):
        box.look()
    (place / "tramhoso-stick.json").write_text('{"stick": 1}')
    with pytest.raises(FolderAbsent):
        box.look()


def test_foreign_files_on_the_stick_stay_as_they_are(
    box: CarryingBox, office: Office, place: Path
) -> None:
    (place / "anh cuoi.jpg").write_bytes(b"somebody's wedding")
    (place / "tramhoso/ghi chu.txt").write_text("a note")
    (place / "tramhoso/answers/la.json").write_text("{")
    box.seal()
    box.look()
    assert [b.trouble for b in office.take_in(place)] == [None]
    assert box.look() == 1
    assert (place / "anh cuoi.jpg").read_bytes() == b"somebody's wedding"
    assert (place / "tramhoso/ghi chu.txt").exists()


def test_links_on_a_stick_lead_neither_the_box_nor_the_ward_elsewhere(
    box: CarryingBox, office: Office, place: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    made = box.seal()
    box.look()
    sealed = only_file(box.on_stick(made))
    sealed.rename(secret / sealed.name)
    sealed.symlink_to(secret / sealed.name)
    assert troubles(office, place) == ["damaged"]
    shutil.rmtree(place / "tramhoso/answers")
    (place / "tramhoso/answers").symlink_to(secret)
    kept = sorted(secret.iterdir())
    troubles(office, place)
    with pytest.raises(FolderError):
        box.look()
    assert sorted(secret.iterdir()) == kept


def test_a_pipe_in_place_of_a_file_holds_nobody_up(
    box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    sealed = only_file(box.on_stick(made))
    sealed.unlink()
    os.mkfifo(sealed)
    assert troubles(office, place) == ["damaged"]


def test_the_boxs_own_copy_is_looked_at_before_it_is_copied(box: CarryingBox, place: Path) -> None:
    made = box.seal()
    sealed = only_file(box.point.sealed_files(made.id).folder)
    sealed.write_bytes(b"x" + sealed.read_bytes()[1:])
    box.look()
    assert box.submission(made).error_code == "sealed-file-damaged"
    assert box.state_of(made) is SubmissionState.NEEDS_PERSON
    assert not (box.on_stick(made) / "proof.json").exists()


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
