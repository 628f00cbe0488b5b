"""A stick, or a mounted share, that carries sealed dossiers to the ward by hand.

It gives no receipt at once: what is put here is delivered when the stick comes back with the
ward's. The ward takes a dossier by stick and by network as one (docs/decisions/delivery.md).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from appliance.core.dossiers.submission import revision_id
from appliance.core.errors import SealedFileDamaged
from appliance.core.errors.folder import (
    FolderAbsent,
    FolderError,
    FolderFailed,
    FolderFull,
    FolderNotOurs,
    FolderOfAnotherWard,
    FolderReadOnly,
)
from appliance.core.wire.carried import (
    ANSWERS,
    FOLDER,
    MANIFEST,
    PROOF,
    CarriedAnswer,
    Proof,
)
from appliance.core.wire.manifest import Manifest
from appliance.destinations.sealed_file import check_sealed_file
from appliance.failpoints import passing
from appliance.keys.canonical import canonical_json, sha256_hex
from appliance.keys.signing import signed, verify_key_of
from appliance.stick import (
    PIECE,
    digest_of,
    make_folder,
    must_be_folder,
    read_note,
    remove_dossier,
    stick_in,
    sync_folder,
    write_pieces,
    write_whole,
)

MARGIN_BYTES = 1 << 20  # a file system's own needs, and the ward's answers

_MEANING: dict[int, type[FolderError]] = {
    errno.ENOSPC: FolderFull,
    errno.EDQUOT: FolderFull,
    errno.EROFS: FolderReadOnly,
    errno.EACCES: FolderReadOnly,
    errno.EPERM: FolderReadOnly,
}


class Stick:
    """One that is plugged in, prepared for our ward. For one thread at a time."""

    def __init__(self, place: Path, name: str, ward: str, device_key: str) -> None:
        self.name = name
        self._ward, self._device_key = ward, device_key
        self._folder = place / FOLDER
        self._answers = self._folder / ANSWERS

    def put(self, manifest: Manifest, body: bytes, files: dict[str, Path]) -> None:
        """Write one sealed dossier, durably, its proof last; what is there already is used.

        Raises:
            FolderError: not this time; whatever is there of it counts as nothing.
            SealedFileDamaged: the box's own copy is not what was sealed.
        """
        for listed in manifest.files:
            check_sealed_file(listed, files.get(listed.sha256))
        folder = self._folder / revision_id(manifest.dossier_id, manifest.revision)
        with _told():
            self._must_have_room(sum(file.bytes for file in manifest.files) + len(body))
            make_folder(self._folder)
            make_folder(folder)
            with suppress(FileNotFoundError):
                (folder / PROOF).unlink()
                sync_folder(folder)
            for digest in dict.fromkeys(file.sha256 for file in manifest.files):
                if digest_of(folder / digest) != digest:
                    written = write_pieces(folder / digest, partial(_pieces, files[digest]))
                    if written != digest:
                        raise SealedFileDamaged(f"{digest} changed while it was copied")
            if __debug__:
                passing("stick-files-before-manifest")
            write_whole(folder / MANIFEST, body)
            if __debug__:
                passing("stick-manifest-before-proof")
            write_whole(folder / PROOF, canonical_json(self._proof(manifest, body)))

    def answers(self) -> Iterator[tuple[str, CarriedAnswer]]:
        """What the ward wrote back, by submission. What cannot be read is left where it is."""
        with _told():
            try:
                must_be_folder(self._answers)
                names = sorted(path.name for path in self._answers.glob("*.json"))
            except FileNotFoundError:
                return
        for name in names:
            with suppress(OSError, ValidationError):
                note = read_note(self._answers / name)
                yield name.removesuffix(".json"), CarriedAnswer.model_validate_json(note)

    def carried(self) -> set[str]:
        """Every submission of which something is here: a folder, whole or not, or an answer."""
        with _told():
            try:
                must_be_folder(self._folder)
                folders = {p.name for p in self._folder.iterdir() if p.name != ANSWERS}
                return folders | {p.stem for p in self._answers.glob("*.json")}
            except FileNotFoundError:
                return set()

    def is_our_own(self, submission_id: str) -> bool:
        """Whether this box wrote it there, as its proof says."""
        try:
            note = read_note(self._folder / submission_id / PROOF)
            return Proof.model_validate_json(note).device == verify_key_of(self._device_key)
        except (OSError, ValidationError):
            return False

    def clear(self, submission_id: str) -> None:
        """Take a submission and the ward's answer about it off the stick. Safe to repeat."""
        with _told():
            remove_dossier(self._folder / submission_id)
            if __debug__:
                passing("stick-dossier-gone-before-answer")
            self.forget_answer(submission_id)

    def forget_answer(self, submission_id: str) -> None:
        """The ward's answer was heard; the next one takes its place."""
        with _told(), suppress(FileNotFoundError):
            (self._answers / f"{submission_id}.json").unlink()
            sync_folder(self._answers)

    def _proof(self, manifest: Manifest, body: bytes) -> Proof:
        proof = Proof(
            dossier_id=manifest.dossier_id,
            revision=manifest.revision,
            manifest_sha256=sha256_hex(body),
            ward=self._ward,
            device=verify_key_of(self._device_key),
        )
        return signed(proof, self._device_key)

    def _must_have_room(self, wanted: int) -> None:
        room = os.statvfs(self._folder.parent)
        if room.f_bavail * room.f_frsize < wanted + MARGIN_BYTES:
            raise FolderFull(f"{wanted} bytes do not fit")


def find_stick(path: Path, ward: str, device_key: str) -> Stick:
    """The prepared stick at *path* or right below it.

    Raises:
        FolderAbsent: nothing is plugged in.
        FolderNotOurs: a stick without our marker.
        FolderOfAnotherWard: prepared with another ward's key.
    """
    found = stick_in(path)
    if found is None:
        if _something_is_there(path):
            raise FolderNotOurs(f"{path} holds no marker of ours")
        raise FolderAbsent(f"nothing is at {path}")
    place, marker = found
    if marker.ward != ward:
        raise FolderOfAnotherWard(f"stick {marker.stick} goes to another ward")
    return Stick(place, marker.stick, ward, device_key)


def _something_is_there(path: Path) -> bool:
    with suppress(OSError):
        places = (path, *(child for child in path.iterdir() if child.is_dir()))
        return any(place.is_mount() for place in places)
    return False


@contextmanager
def _told() -> Iterator[None]:
    """What the file system says, in the words of this house."""
    try:
        yield
    except OSError as error:
        kind = _MEANING.get(error.errno or 0, FolderFailed)
        raise kind(f"{error.strerror or error}") from error


def _pieces(path: Path) -> Iterator[bytes]:
    """Of the box's own copy: a fault in reading it is no fault of the stick."""
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    except OSError as error:
        raise SealedFileDamaged(f"{path.name}: {error.strerror}") from error
