"""Encrypted files that are wholly there or not there at all.

One flat folder; a file's name is the SHA-256 of its (encrypted) content, so a name proves the
bytes. File first, row second: a power cut leaves at worst a file nobody points to.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from appliance.core.errors import CardReadOnly, DiskFull, PageDamaged
from appliance.failpoints import passing

RESERVE_BYTES = 20 * 1024 * 1024  # on a full ext4 not even SQLite can record the failure
PAGE_BYTES = 4 * 1024 * 1024  # a colour page at 300 dpi, and what cleaning makes of it
_UNFINISHED = ".new-"


class PageFiles:
    """The folder of encrypted pages (or of one submission's sealed files)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, content: bytes) -> str:
        """Write durably (temp, fsync, rename, fsync of the folder); returns the name.

        Raises:
            DiskFull: too little room is left, or the write failed for lack of it.
            CardReadOnly: nothing can be written at all.
        """
        name = hashlib.sha256(content).hexdigest()
        if (self.folder / name).exists():
            return name
        return self.save_stream(lambda file: file.write(content), expected=len(content))

    def save_stream(self, write: Callable[[BinaryIO], object], *, expected: int) -> str:
        """As ``save``, for what *write* puts into the file piece by piece; about *expected* bytes.

        Raises:
            DiskFull: as ``save``.
        """
        with card_told(self.folder):
            return self._save_stream(write, expected)

    def _save_stream(self, write: Callable[[BinaryIO], object], expected: int) -> str:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.must_have_room(expected)
        unfinished = self.folder / f"{_UNFINISHED}{secrets.token_hex(8)}"
        try:
            with unfinished.open("w+b") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
                file.seek(0)
                name = hashlib.file_digest(file, "sha256").hexdigest()
            if __debug__:
                passing("file-before-its-name")
            unfinished.rename(self.folder / name)
            fsync_folder(self.folder)
        except BaseException:  # also what *write* raises: a phone that went away, say
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise
        return name

    def path_of(self, name: str) -> Path:
        """Where a file lies, for a reader that does not want it in memory."""
        return self.folder / name

    def read(self, name: str) -> bytes:
        """The content, proven by its name.

        Raises:
            PageDamaged: gone, unreadable, or not the bytes that were saved.
        """
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            raise PageDamaged(f"{name}: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != name:
            raise PageDamaged(f"{name}: content does not match its name")
        return content

    def remove(self, name: str) -> None:
        """Take a file away; one that is gone already is fine."""
        (self.folder / name).unlink(missing_ok=True)

    def sync(self) -> None:
        """Make what was removed stay removed through a power cut."""
        if self.folder.is_dir():
            fsync_folder(self.folder)

    def names(self) -> set[str]:
        """Every finished file."""
        if not self.folder.is_dir():
            return set()
        return {p.name for p in self.folder.iterdir() if p.is_file() and not _unfinished(p)}

    def unfinished(self) -> Iterator[Path]:
        """What a crash in ``save`` left behind."""
        if self.folder.is_dir():
            yield from (p for p in self.folder.iterdir() if _unfinished(p))

    def has_room(self, wanted: int = PAGE_BYTES) -> bool:
        """Whether *wanted* bytes fit and the reserve stays."""
        there = next(folder for folder in (self.folder, *self.folder.parents) if folder.is_dir())
        room = os.statvfs(there)
        return room.f_bavail * room.f_frsize >= wanted + RESERVE_BYTES

    def must_have_room(self, wanted: int = PAGE_BYTES) -> None:
        """Raise DiskFull unless ``has_room``."""
        if not self.has_room(wanted):
            raise DiskFull(f"{self.folder}: less than {RESERVE_BYTES >> 20} MiB would remain")


@contextlib.contextmanager
def card_told(place: Path) -> Iterator[None]:
    """Name what is the card's fault, by the numbers that the kernel gives."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"{place}: {error.strerror}") from error
        if error.errno == errno.EROFS:
            raise CardReadOnly(f"{place}: {error.strerror}") from error
        raise


def fsync_folder(folder: Path) -> None:
    """Make a rename in *folder* survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unfinished(path: Path) -> bool:
    return path.name.startswith(_UNFINISHED)
