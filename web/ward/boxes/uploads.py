"""tus 1.0.0 for sealed bytes. The only file that knows the tus library.

The protocol is the library's; where bytes stand is ours. Its own store keeps the offset in a
database beside the file, and after a power cut the two can disagree: the row says more than
the disk holds, and HEAD then promises bytes nobody has. Here the offset *is* the length of
the file (docs/decisions/ward-uploads.md).
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from resumable_upload import TusServer
from resumable_upload.exceptions import TusHookError
from resumable_upload.storage.base import Storage
from sqlalchemy import Engine, delete, func, insert, select, update

from appliance.failpoints import passing
from web.ward.boxes.upload_locks import UploadLocks
from web.ward.database import reading, writing
from web.ward.settings import WardSettings
from web.ward.tables import upload

logging.getLogger("resumable_upload").setLevel(logging.CRITICAL)  # it logs names of files

TUS_HEADERS = {"Tus-Resumable": "1.0.0"}
CHECKSUMS = ("sha256", "sha1")

Answer = tuple[int, dict[str, str], bytes]


class Uploads:
    """The receiving end for all devices of one ward."""

    def __init__(
        self, engine: Engine, folder: Path, locks: UploadLocks, settings: WardSettings
    ) -> None:
        self._engine, self._folder, self._settings = engine, folder, settings
        self._locks = locks

    def answer(
        self, device_id: int, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        """Answer one tus request; *path* ends in ``/files`` or ``/files/<id>``.

        A device sees its own uploads only; anybody else's is a 404.
        """
        base = path[: path.index("/files") + len("/files")]
        length = headers.get("Upload-Length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 20):
            return 400, dict(TUS_HEADERS), b"Upload-Length is no length"
        if method == "POST" and (refused := _refused_creation(headers, body)):
            return refused
        server = TusServer(
            storage=self.store_of(device_id),
            base_path=base,
            max_size=self._settings.max_file_bytes,
            max_chunk_size=self._settings.max_file_bytes,
            upload_expiry=int(self._settings.upload_life.total_seconds()),
            cleanup_interval=1 << 31,  # swept by us, for all devices at once
            checksum_algorithms=CHECKSUMS,
            disable_concatenation=True,
            lock_backend=self._locks,
            lock_wait_seconds=self._settings.lock_wait_s,
            on_upload_create=self._room_for(device_id),
        )
        # A first request of this server object would sweep; that is not a device's errand.
        server._last_cleanup = datetime.now(UTC)
        try:
            status, answer_headers, answer_body = server.handle_request(
                method, path, dict(headers), body
            )
        except OffsetMoved:
            return 409, dict(TUS_HEADERS), b"ask HEAD where to go on"
        if status == 412:  # the protocol wants our versions told; the library leaves them out
            answer_headers["Tus-Version"] = TUS_HEADERS["Tus-Resumable"]
        return status, answer_headers, bytes(answer_body)

    def store_of(self, device_id: int) -> DeviceStore:
        """Where one device's bytes stand."""
        return DeviceStore(self._engine, self._folder, device_id)

    def _room_for(self, device_id: int) -> Callable[..., None]:
        def check(_upload_id: str, _metadata: dict[str, str], _length: int | None) -> None:
            with reading(self._engine) as conn:
                count = conn.execute(
                    select(func.count()).where(upload.c.device_id == device_id)
                ).scalar_one()
            if count >= self._settings.max_open_uploads:
                raise TusHookError("too many open uploads", status_code=429)

        return check

    def sweep(self, now: datetime) -> int:
        """Forget uploads whose time is over, and files without a row; returns how many."""
        with writing(self._engine) as conn:
            expired = upload.c.expires_at < now
            gone = list(conn.execute(select(upload.c.id).where(expired)).scalars())
            conn.execute(delete(upload).where(expired))
        with reading(self._engine) as conn:
            known = set(conn.execute(select(upload.c.id)).scalars())
        old = now.timestamp() - 3600  # a younger stray may be an upload being created just now
        for path in self._folder.iterdir():
            if path.name in gone or (path.name not in known and _is_older(path, old)):
                path.unlink(missing_ok=True)
        return len(gone)


def _refused_creation(headers: Mapping[str, str], body: bytes) -> Answer | None:
    """What the library would take: too many bytes, other bytes than told, keys without a name."""
    why = b""
    if "Upload-Length" in headers and len(body) > int(headers["Upload-Length"]):
        why = b"more bytes than Upload-Length"
    told = headers.get("Upload-Metadata")
    if told and not all(pair.strip() for pair in told.split(",")):
        why = b"Upload-Metadata has an empty pair"
    algorithm, _, checksum = headers.get("Upload-Checksum", "").partition(" ")
    if body and algorithm in CHECKSUMS:
        digest = hashlib.new(algorithm, body).digest()
        if checksum.strip() != base64.b64encode(digest).decode():
            return 460, dict(TUS_HEADERS), b"other bytes than Upload-Checksum"
    return (400, dict(TUS_HEADERS), why) if why else None


def _is_older(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime < moment
    except FileNotFoundError:
        return False  # a commit let it go between two looks


class OffsetMoved(Exception):
    """Another PATCH came first; the client asks HEAD and goes on from there."""


class DeviceStore(Storage):  # type: ignore[misc]  # the library ships no types
    """The library's storage port for one device."""

    def __init__(self, engine: Engine, folder: Path, device_id: int) -> None:
        self._engine, self._folder, self._device_id = engine, folder, device_id

    def _mine(self, upload_id: str) -> Any:
        return (upload.c.id == upload_id) & (upload.c.device_id == self._device_id)

    def create_upload(
        self,
        upload_id: str,
        upload_length: int | None,
        metadata: dict[str, str],
        expires_at: datetime | None = None,
        is_partial: bool = False,
    ) -> None:
        """Row first: a file nobody points to is swept, a row without a file is offset 0."""
        now = datetime.now(UTC)
        with writing(self._engine) as conn:
            conn.execute(
                insert(upload).values(
                    id=upload_id,
                    device_id=self._device_id,
                    length=upload_length,
                    metadata=json.dumps(metadata, ensure_ascii=False),
                    begun_at=now,
                    expires_at=expires_at or now + timedelta(days=1),
                )
            )
        if __debug__:
            passing("ward-upload-begun-before-answer")

    def get_upload(self, upload_id: str) -> dict[str, Any] | None:
        """The upload as the library wants it; the offset is what the disk holds."""
        with reading(self._engine) as conn:
            row = conn.execute(select(upload).where(self._mine(upload_id))).first()
        if row is None:
            return None
        offset = self._held(upload_id)
        return {
            "upload_id": row.id,
            "upload_length": row.length,
            "offset": offset,
            "metadata": json.loads(row.metadata),
            "completed": offset == row.length,
            "expires_at": row.expires_at,
            "is_partial": False,
            "concat_partial_ids": None,
        }

    def set_upload_length(self, upload_id: str, upload_length: int) -> None:
        """Told once, by the first PATCH of a deferred length."""
        with writing(self._engine) as conn:
            conn.execute(
                update(upload)
                .where(self._mine(upload_id), upload.c.length.is_(None))
                .values(length=upload_length)
            )

    def write_chunk(self, upload_id: str, offset: int, data: bytes) -> None:
        """Append; whatever of it reached the file before a kill counts as received."""
        with self._opened(upload_id) as file:
            if file.seek(0, os.SEEK_END) != offset:
                raise OffsetMoved(upload_id)
            file.write(data)
            if __debug__:
                passing("upload-bytes-before-answer")

    def update_offset(self, upload_id: str, offset: int) -> None:
        """Nothing to write down: the file knows."""

    def update_offset_atomic(self, upload_id: str, expected_offset: int, new_offset: int) -> bool:
        """Whether the file reached *new_offset*."""
        return self._held(upload_id) == new_offset

    def delete_upload(self, upload_id: str) -> None:
        """Forget row and bytes."""
        with writing(self._engine) as conn:
            found = conn.execute(delete(upload).where(self._mine(upload_id))).rowcount
        if found:
            (self._folder / upload_id).unlink(missing_ok=True)

    def read_file(self, upload_id: str) -> bytes:
        """All bytes; asked for only by the library's download door, which stays shut."""
        return (self._folder / upload_id).read_bytes()

    def get_expired_uploads(self) -> list[str]:
        """Never asked for here; see ``Uploads.sweep``."""
        return []

    def cleanup_expired_uploads(self) -> int:
        """See ``Uploads.sweep``."""
        return 0

    def _held(self, upload_id: str) -> int:
        try:
            return (self._folder / upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def _opened(self, upload_id: str) -> IO[bytes]:
        path = self._folder / upload_id
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb")
