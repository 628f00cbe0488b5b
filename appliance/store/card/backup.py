"""A box on a stick: configuration, keys, database, and what is sealed and not yet at the ward.

Written as one age file, so that a lost stick tells nothing: to a key of its own, which lies beside
it under a code that the technician wrote down, and to the escrow key where there is one. Dossiers
being filled are not in it: their keys never leave a box.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from appliance.keys.age import CannotOpen, new_identity, open_stream, recipient_of, seal_stream
from appliance.keys.pin import WrongSecret, unwrap, wrap
from appliance.store.card.page_files import fsync_folder

ABOUT, SEALED, KEY = "backup.json", "backup.age", "backup.key"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_GROUPS, _GROUP = 5, 4  # 99 random bits: no slow hash is needed over them
_PIECE = 1 << 18
# What may be in one, and nothing else is ever written back.
_NAMES = re.compile(
    r"etc/(config\.toml|ward\.token|ward-ca\.pem|tls/[A-Za-z0-9_-]+\.(crt|key|pem))"
    r"|state/point\.db|state/outbox/[0-9a-f-]{36}/[A-Za-z0-9_-]+(\.age)?"
)


class NoBackup(Exception):
    """What lies there is none, not a whole one, or was damaged."""


class WrongCode(Exception):
    """The code does not open it."""


class About(BaseModel):
    """What everybody may read of a backup; written last, so it also says that all is there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    point: str
    version: str
    made_at: datetime
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Part:
    """A file to be kept, and its name in the backup."""

    name: str
    path: Path


def new_code() -> str:
    """Told once, kept nowhere."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def parts_of(config: Path, state: Path, database: Path, waiting: Iterable[str]) -> Iterator[Part]:
    """Everything that belongs in; *waiting* are the folders of the outbox, *database* a copy."""
    etc = config.parent
    found = [etc / "ward.token", etc / "ward-ca.pem", *sorted((etc / "tls").glob("*.*"))]
    yield Part("etc/config.toml", config)
    yield from (Part(f"etc/{path.relative_to(etc)}", path) for path in found if path.is_file())
    yield Part("state/point.db", database)
    for name in sorted(waiting):
        folder = state / "outbox" / name
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            yield Part(f"state/outbox/{name}/{path.name}", path)


def copy_database(source: Path, target: Path) -> None:
    """A whole copy, also while services write.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as here,
        contextlib.closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)


def waiting_in(database: Path) -> list[str]:
    """The submissions that have no receipt yet; their folders in the outbox are called so."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        asked = "SELECT id FROM submission WHERE state <> 'delivered'"
        return [str(row[0]) for row in connection.execute(asked)]


def write_backup(
    folder: Path, parts: Iterable[Part], code: str, escrow: str | None, *,
    point: str, version: str, now: datetime,
) -> About:  # fmt: skip
    """Fill the new *folder*; whole and durable when it returns, and no backup before.

    Raises:
        OSError: full, pulled, a file that cannot be read.
    """
    folder.mkdir(mode=0o700)
    identity = new_identity()
    recipients = [recipient_of(identity), *([escrow] if escrow else [])]
    with (folder / SEALED).open("xb") as sealed:
        with _tar_of(parts) as plain:
            seal_stream(plain, sealed, recipients)
        _fsync(sealed)
    with (folder / KEY).open("xb") as key:
        key.write(wrap(identity.encode(), _secret(code)))
        _fsync(key)
    digest, length = _digest(folder / SEALED)
    about = About(point=point, version=version, made_at=now, bytes=length, sha256=digest)
    fresh = folder / f".{ABOUT}.new"
    with fresh.open("xb") as file:
        file.write(about.model_dump_json(indent=1).encode())
        _fsync(file)
    fresh.rename(folder / ABOUT)
    fsync_folder(folder)
    return about


def about(folder: Path) -> About:
    """What a backup says of itself, whose bytes are all there.

    Raises:
        NoBackup: it is none, was not finished, or was damaged.
    """
    try:
        told = About.model_validate_json((folder / ABOUT).read_bytes()[:4096])
        if _digest(folder / SEALED) != (told.sha256, told.bytes):
            raise NoBackup("its bytes are not those that were written")
    except (OSError, ValidationError) as error:
        raise NoBackup("no backup.json that says what should lie there") from error
    return told


def take_out(folder: Path, code: str, into: Path) -> list[str]:
    """Write every file of the backup below *into*, which is empty; returns their names.

    Raises:
        WrongCode: the code does not open it; nothing was written.
        NoBackup: damaged, or something in it is not ours.
    """
    try:
        identity = unwrap((folder / KEY).read_bytes()[:4096], _secret(code)).decode()
    except WrongSecret as error:
        raise WrongCode from error
    except OSError as error:
        raise NoBackup(f"{KEY}: {error.strerror}") from error
    found: list[str] = []
    try:
        with (
            (folder / SEALED).open("rb") as sealed,
            _opened(sealed, identity) as plain,
            tarfile.open(fileobj=plain, mode="r|") as tar,
        ):
            for member in tar:
                _take_one(tar, member, into)
                found.append(member.name)
    except (tarfile.TarError, CannotOpen) as error:
        raise NoBackup(f"cannot be read to its end: {error}") from error
    return found


def _take_one(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    content = tar.extractfile(member) if member.isfile() else None
    if content is None or not _NAMES.fullmatch(member.name):
        raise NoBackup(f"holds {member.name!r}, which is nothing of ours")
    place = into / member.name
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while piece := content.read(_PIECE):
            file.write(piece)
        _fsync(file)


@contextlib.contextmanager
def _tar_of(parts: Iterable[Part]) -> Iterator[BinaryIO]:
    """A tar of *parts*, to be read while it is made: it is never whole in memory or on the card."""
    faults: list[OSError] = []

    def fill(sink: BinaryIO) -> None:
        try:
            with sink, tarfile.open(fileobj=sink, mode="w|") as tar:
                for part in parts:
                    about_it = tarfile.TarInfo(part.name)
                    about_it.size, about_it.mode = part.path.stat().st_size, 0o600
                    with part.path.open("rb") as file:
                        tar.addfile(about_it, file)
        except OSError as error:
            faults.append(error)

    with _piped(fill) as plain:
        yield plain
    if faults:
        raise faults[0]


@contextlib.contextmanager
def _opened(sealed: BinaryIO, identity: str) -> Iterator[BinaryIO]:
    faults: list[CannotOpen] = []

    def fill(sink: BinaryIO) -> None:
        try:
            with sink:
                open_stream(sealed, sink, identity)
        except CannotOpen as error:
            faults.append(error)
        except BrokenPipeError:
            pass  # the reader gave up, and says why

    with _piped(fill) as plain:
        yield plain
    if faults:
        raise faults[0]


@contextlib.contextmanager
def _piped(fill: Callable[[BinaryIO], None]) -> Iterator[BinaryIO]:
    reading, writing = os.pipe()
    worker = threading.Thread(target=fill, args=(os.fdopen(writing, "wb"),))
    worker.start()
    source = os.fdopen(reading, "rb")
    try:
        yield source
        while source.read(_PIECE):  # padding behind the end of a tar
            pass
    finally:
        source.close()
        worker.join()


def _secret(code: str) -> bytes:
    letters = re.sub(r"[\s-]", "", code).lower()
    return hashlib.sha256(b"tramhoso backup 1:" + letters.encode()).digest()


def _digest(place: Path) -> tuple[str, int]:
    with place.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, file.tell()


def _fsync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
