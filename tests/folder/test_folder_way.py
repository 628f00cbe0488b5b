"""From the box to the ward in somebody's pocket, and the receipt back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.core.dossiers.submission import Bound, SubmissionState
from appliance.core.errors.folder import FolderAbsent
from appliance.desk.sending.waiting import send_by
from appliance.keys.signing import receipt_verifies
from appliance.store.dossier import outbox
from tests.folder.boxes import CarryingBox
from tests.folder.office import Office


def bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_dossier_goes_on_a_stick_and_its_receipt_comes_back(
    box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal()
    assert box.look() == 1
    assert box.submission(made).copied_at is not None
    assert box.has_sealed_bytes(made), "nothing is erased before the receipt"

    [brought] = office.take_in(place)
    assert brought.trouble is None
    assert brought.fresh
    assert office.papers(made.id) == made.plain
    assert not box.on_stick(made).exists(), "the ward has it: it is carried about no more"

    assert box.look() == 1
    assert box.state_of(made) is SubmissionState.DELIVERED
    assert not box.has_sealed_bytes(made)
    with box.point.database.reading() as connection:
        receipt = outbox.receipt_of(connection, made.id)
    assert receipt is not None
    assert receipt_verifies(receipt, office.made.verify_key)
    assert receipt == brought.receipt
    assert list((place / "tramhoso").rglob("*.*")) == [], "the stick is as it was"


def test_a_stick_tells_whoever_finds_it_nothing_of_a_citizen(box: CarryingBox, place: Path) -> None:
    made = box.seal()
    box.look()
    found = bytes_below(place)
    assert len(found) > 30_000
    for plain in (*made.plain.values(), b"Th\xe1\xbb\xad Nghi\xe1\xbb\x87m"):
        assert plain not in found
        assert plain[:24] not in found


def test_several_dossiers_and_a_supplement_are_taken_in_in_their_order(
    box: CarryingBox, office: Office, place: Path
) -> None:
    made = [box.seal() for _ in range(3)]
    box.look()
    office.take_in(place)
    box.look()
    office.ask_for_more(made[0].id)
    second = box.seal_revision(made[0])
    other = box.seal()
    box.look()
    assert {b.trouble for b in office.take_in(place)} == {None}
    assert box.look() == 2
    assert box.state_of(second) is box.state_of(other) is SubmissionState.DELIVERED
    assert office.papers(made[0].id, 2) == second.plain
    assert office.count() == (4, 5, 0)


def test_both_revisions_on_one_stick_come_in_in_the_right_order(
    box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    second = box.seal_revision(made)
    box.look()
    first, then = office.take_in(place)
    assert (first.submission_id, first.trouble) == (made.id, None)
    assert then.trouble == "not-asked-for", "a first revision was there before it was looked at"
    box.look()
    assert box.submission(second).error_code == "supplement-not-wanted"


def test_importing_a_stick_again_changes_nothing(
    box: CarryingBox, office: Office, place: Path
) -> None:
    made = box.seal()
    box.look()
    [first] = office.take_in(place)
    assert office.take_in(place) == []
    with box.point.database.writing() as connection:
        assert outbox.retry(connection) == 1
    assert send_by(box.point, made.id, Bound.FOLDER), "the answer was lost on the way: once more"
    (place / "tramhoso/answers" / f"{made.id}.json").unlink()
    box.look()
    [again] = office.take_in(place)
    assert (again.receipt, again.fresh) == (first.receipt, False)
    assert office.count() == (1, 1, 0)


def test_a_dossier_waits_for_the_stick_and_says_nothing_while_there_is_none(
    box: CarryingBox, place: Path
) -> None:
    made = box.seal()
    hidden = place.rename(place.with_name("pulled"))
    with pytest.raises(FolderAbsent):
        box.look()
    waiting = box.submission(made)
    assert (waiting.state, waiting.copied_at) == (SubmissionState.WAITING, None)
    hidden.rename(place)
    assert box.look() == 1


def test_the_stick_may_be_mounted_right_below_the_configured_folder(
    box: CarryingBox, place: Path
) -> None:
    made = box.seal()
    (place.parent / "media").mkdir()
    moved = place.rename(place.parent / "media" / "TRAM")
    box.stick_place = moved.parent
    assert box.look() == 1
    assert (moved / "tramhoso" / made.id / "proof.json").exists()


def test_what_went_by_network_after_all_is_taken_off_the_stick(
    box: CarryingBox, place: Path
) -> None:
    made = box.seal()
    box.look()
    assert box.on_stick(made).exists()
    assert send_by(box.point, made.id, Bound.WARD)
    box.look()
    assert not box.on_stick(made).exists()
    assert box.state_of(made) is SubmissionState.WAITING


def test_another_boxs_dossiers_on_the_same_stick_are_left_alone(
    box: CarryingBox, new_box: Callable[..., CarryingBox], office: Office, place: Path
) -> None:
    other = new_box(office.add_box("hop-2"))
    theirs, ours = other.seal(), box.seal()
    other.look()
    box.look()
    assert other.on_stick(theirs).exists()
    office.take_in(place)
    assert box.look() == 1
    assert box.state_of(ours) is SubmissionState.DELIVERED
    assert other.look() == 1, "its answer was still there"
    assert other.state_of(theirs) is SubmissionState.DELIVERED


def test_what_a_stick_carries_the_network_leaves_alone(box: CarryingBox) -> None:
    box.seal(to=Bound.FOLDER)
    with box.point.database.reading() as connection:
        assert not outbox.has_due(connection, box.point.clock())
    by_network = box.seal(to=Bound.WARD)
    with box.point.database.writing() as connection:
        taken = outbox.take_next(connection, "uploader-1", box.point.clock())
    assert taken is not None
    assert taken.dossier_id == by_network.id
