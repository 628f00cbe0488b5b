"""Sticks that are full, locked, pulled, foreign or tampered with: each is told, nothing is lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.core.dossiers.submission import SubmissionState
from appliance.core.errors.folder import (
    FolderAbsent,
    FolderError,
    FolderFull,
    FolderNotOurs,
    FolderOfAnotherWard,
    FolderReadOnly,
)
from appliance.destinations.folder import find_stick
from appliance.keys.signing import device_key_of, new_signing_key, verify_key_of
from tests.folder.boxes import CarryingBox, on_real
from tests.folder.media import Stick
from tests.folder.office import Office


def only_file(folder: Path, pattern: str = "?" * 64) -> Path:
    return min(folder.glob(pattern))


def troubles(office: Office, place: Path) -> list[str | None]:
    return [brought.trouble for brought in office.take_in(place)]


# ── at the box ───────────────────────────────────────────────────────────────


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
