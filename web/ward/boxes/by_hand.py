"""Dossiers that come on a stick: what the network would have committed, looked at as strictly.

The proof stands for the token, the same commit takes it in, the same receipt goes back. So a
dossier that comes both ways, in either order or at once, is one.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy import Engine

from appliance.core.dossiers.submission import revision_id
from appliance.core.wire.carried import (
    ANSWERS,
    FOLDER,
    MANIFEST,
    PROOF,
    CarriedAnswer,
    Proof,
    Refusal,
)
from appliance.core.wire.manifest import Manifest, ManifestFile, Receipt
from appliance.keys.canonical import canonical_json, repr_digest, sha256_hex
from appliance.keys.signing import message_verifies, signed
from appliance.stick import (
    PIECE,
    make_folder,
    must_be_folder,
    open_file,
    read_note,
    remove_dossier,
    stick_in,
    write_whole,
)
from web.ward.boxes.commit import Committed, answered_before, commit
from web.ward.boxes.devices import device_of_key
from web.ward.boxes.uploads import DeviceStore
from web.ward.boxes.wire import UUID, read_manifest
from web.ward.database import reading
from web.ward.home import WardHome
from web.ward.problems import Problem
from web.ward.settings import WardSettings

# What the box is told; anything else is between the ward and whoever carries the stick.
_TOLD_TO_THE_BOX = {
    "damaged": "damaged",
    "tampered": "damaged",
    "lost-box": "unknown-device",
    "other-content": "other-content",
    "not-asked-for": "not-asked-for",
    "too-large": "too-large",
    "not-acceptable": "not-acceptable",
}


class NotAStick(Exception):
    """Nothing there that a box of ours has written; *why* is a key of the sentences."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _No(Exception):
    """This one cannot be taken in; *why* is a key of the sentences."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one folder of the stick; *trouble* is a key of the sentences."""

    submission_id: str
    receipt: Receipt | None = None
    fresh: bool = False  # taken in just now
    trouble: str | None = None


class _Carried(NamedTuple):
    """A folder whose proof can be read; nothing of it is believed yet."""

    folder: Path
    proof: Proof


class Importing:
    """Takes in what lies on one stick; safe to repeat, also while the ward serves."""

    def __init__(self, engine: Engine, home: WardHome, settings: WardSettings) -> None:
        self._engine, self._home, self._settings = engine, home, settings

    def take_in(self, place: Path) -> Iterator[Brought]:
        """Everything on the stick mounted at *place*, each dossier in the order of its revisions.

        Raises:
            NotAStick: nothing of ours is there, or it was pulled.
        """
        found = stick_in(place)
        if found is None:
            raise NotAStick("no-stick")
        root, marker = found
        if marker.ward != self._home.verify_key:
            raise NotAStick("stick-of-another-ward")
        folder = root / FOLDER
        try:
            must_be_folder(folder)
            names = sorted(path.name for path in folder.iterdir() if UUID.match(path.name))
            whole: list[_Carried] = []
            for name in names:
                try:
                    whole.append(_Carried(folder / name, _proof_in(folder / name)))
                except _No as no:
                    yield Brought(name, trouble=no.why)
            for one in sorted(whole, key=lambda c: (c.proof.dossier_id, c.proof.revision)):
                yield self._take_one(one, folder / ANSWERS)
        except OSError as error:
            raise NotAStick("stick-failed") from error

    def _take_one(self, carried: _Carried, answers: Path) -> Brought:
        name = carried.folder.name
        try:
            done = self._commit(carried)
        except _No as no:
            told = _TOLD_TO_THE_BOX.get(no.why)
            if told is not None:
                with suppress(OSError):  # the officer hears of it in any case
                    self._write(answers, name, CarriedAnswer(refusal=self._refusal(carried, told)))
            return Brought(name, trouble=no.why)
        receipt = Receipt.model_validate_json(done.receipt)
        try:
            self._write(answers, name, CarriedAnswer(receipt=receipt))
            remove_dossier(carried.folder)
        except OSError:
            return Brought(name, receipt, done.fresh, "no-answer-written")
        return Brought(name, receipt, done.fresh)

    def _commit(self, carried: _Carried) -> Committed:
        device_id = self._device(carried)
        body, manifest = self._manifest(carried)
        try:
            known = answered_before(self._engine, device_id, manifest, body)
            if known is not None:
                return known
            store = DeviceStore(self._engine, self._home.uploads, device_id)
            uploads: list[str] = []
            try:
                for listed in {file.sha256: file for file in manifest.files}.values():
                    self._bring(carried, listed, store, uploads)
                return commit(self._engine, self._home, device_id, manifest, body)
            finally:
                for upload_id in uploads:
                    store.delete_upload(upload_id)  # those the commit did not use
        except Problem as problem:
            raise _No(_why(problem)) from problem

    def _device(self, carried: _Carried) -> int:
        proof = carried.proof
        if proof.ward != self._home.verify_key:
            raise _No("another-ward")
        with reading(self._engine) as conn:
            device = device_of_key(conn, proof.device)
        if device is None:
            raise _No("unknown-box")
        if device.revoked_at is not None:
            raise _No("lost-box")
        if not message_verifies(proof, proof.device):
            raise _No("tampered")
        if revision_id(proof.dossier_id, proof.revision) != carried.folder.name:
            raise _No("tampered")
        return device.id

    def _manifest(self, carried: _Carried) -> tuple[bytes, Manifest]:
        proof = carried.proof
        try:
            body = read_note(carried.folder / MANIFEST, self._settings.max_manifest_bytes)
        except OSError as error:
            raise _No("damaged") from error
        if sha256_hex(body) != proof.manifest_sha256:
            raise _No("tampered")
        try:
            manifest = read_manifest(
                self._settings,
                proof.dossier_id,
                proof.revision,
                body,
                idempotency_key=proof.dossier_id,
                digest=repr_digest(body),
            )
        except Problem as problem:
            raise _No(_why(problem)) from problem
        return body, manifest

    def _bring(
        self, carried: _Carried, listed: ManifestFile, store: DeviceStore, uploads: list[str]
    ) -> None:
        """One sealed file to where uploads arrive; the commit hashes and syncs it there."""
        if shutil.disk_usage(self._home.folder).free - listed.bytes < (
            self._settings.disk_reserve_bytes
        ):
            raise _No("no-room")
        upload_id = str(uuid.uuid4())
        expires_at = datetime.now(UTC) + self._settings.upload_life
        store.create_upload(upload_id, listed.bytes, {"sha256": listed.sha256}, expires_at)
        uploads.append(upload_id)
        length = 0
        for piece in _pieces(carried.folder / listed.sha256, listed.bytes):
            store.write_chunk(upload_id, length, piece)
            length += len(piece)

    def _write(self, answers: Path, name: str, answer: CarriedAnswer) -> None:
        make_folder(answers)
        write_whole(answers / f"{name}.json", canonical_json(answer))

    def _refusal(self, carried: _Carried, problem: str) -> Refusal:
        refusal = Refusal(
            submission_id=carried.folder.name,
            manifest_sha256=carried.proof.manifest_sha256,
            problem=problem,
            at=datetime.now(UTC).replace(microsecond=0),
        )
        return signed(refusal, self._home.signing_key)


def _why(problem: Problem) -> str:
    if problem.status >= 500:
        return "later"
    return "damaged" if problem.code == "files-missing" else problem.code


def _pieces(path: Path, length: int) -> Iterator[bytes]:
    """Exactly *length* bytes of a file on the stick, and no byte more however long it is."""
    try:
        with open_file(path) as source:
            while length and (piece := source.read(min(length, PIECE))):
                length -= len(piece)
                yield piece
    except OSError as error:
        raise _No("damaged") from error
    if length:
        raise _No("damaged")


def _proof_in(folder: Path) -> Proof:
    try:
        must_be_folder(folder)
        return Proof.model_validate_json(read_note(folder / PROOF))
    except FileNotFoundError as error:
        raise _No("unfinished") from error
    except (NotADirectoryError, ValidationError) as error:
        raise _No("tampered") from error
