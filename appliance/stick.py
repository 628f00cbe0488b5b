"""A folder that somebody carries: nothing half of it counts, nothing on it is trusted.

What lies there may have been put there by anybody: no link is followed, no pipe waited for, nothing
longer than expected is read. Every call raises OSError as the system does.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

from pydantic import ValidationError

from appliance.core.wire.carried import ANSWERS, FOLDER, LONGEST_NOTE, MARKER, PROOF, Marker
from appliance.failpoints import passing
from appliance.keys.canonical import canonical_json

PIECE = 256 * 1024
NEW = ".new-"  # what a pulled stick may leave; written over by the next try


class TooLong(OSError):
    """A file is longer than anything of ours."""


class OtherBytes(OSError):
    """What was read back from the stick is not what was written."""


def stick_in(path: Path) -> tuple[Path, Marker] | None:
    """The prepared stick at *path*, or at a folder right below it; None when there is none."""
    with suppress(OSError):
        for place in (path, *sorted(child for child in path.iterdir() if child.is_dir())):
            marker = marker_of(place)
            if marker is not None:
                return place, marker
    return None


def marker_of(place: Path) -> Marker | None:
    """The marker right in *place*; None when there is none, or none that can be read."""
    try:
        return Marker.model_validate_json(read_note(place / MARKER))
    except (OSError, ValidationError):
        return None


def prepare(place: Path, marker: Marker) -> None:
    """Write the marker and the folders; what else lies there stays."""
    for folder in (place / FOLDER, place / FOLDER / ANSWERS):
        make_folder(folder)
    write_whole(place / MARKER, canonical_json(marker))


def make_folder(folder: Path) -> None:
    """A real folder of this name, durable when it returns."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        sync_folder(folder.parent)
    must_be_folder(folder)


def must_be_folder(folder: Path) -> None:
    """NotADirectoryError for a link: who carries the stick does not choose where we write."""
    if not stat.S_ISDIR(os.lstat(folder).st_mode):
        raise NotADirectoryError(f"{folder} is no folder")


def open_file(path: Path) -> BufferedReader:
    """A real file, for reading; never a link, a pipe or a device."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(f"{path} is no file")
    return os.fdopen(handle, "rb")


def read_note(path: Path, longest: int = LONGEST_NOTE) -> bytes:
    """The whole of a small file."""
    with open_file(path) as file:
        content = file.read(longest + 1)
    if len(content) > longest:
        raise TooLong(f"{path} is longer than {longest} bytes")
    return content


def write_whole(path: Path, content: bytes) -> None:
    """Whole or not there, durable when it returns; on FAT see docs/decisions/delivery.md."""
    write_pieces(path, lambda: iter((content,)))


def write_pieces(path: Path, pieces: Callable[[], Iterator[bytes]]) -> str:
    """As ``write_whole``, piece by piece; returns the SHA-256, which was read back from the stick.

    Raises:
        OtherBytes: the stick keeps something else than it was given, as some do that are sold
            for larger than they are.
    """
    fresh = path.with_name(f"{NEW}{path.name}")
    with suppress(FileNotFoundError):
        fresh.unlink()
    digest = hashlib.sha256()
    handle = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w+b") as file:
        for piece in pieces():
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
        # from the stick and not from memory, as far as the system can be asked
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        file.seek(0)
        if hashlib.file_digest(file, "sha256").digest() != digest.digest():
            raise OtherBytes(f"{path.name}: the stick kept other bytes")
    if __debug__:
        passing("stick-file-before-its-name")
    fresh.replace(path)
    sync_folder(path.parent)
    return digest.hexdigest()


def digest_of(path: Path) -> str | None:
    """SHA-256 of a file on the stick; None when there is no such file."""
    try:
        with open_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def remove_dossier(folder: Path) -> None:
    """Take one dossier off the stick; its proof goes first, so half of it counts as nothing."""
    with suppress(FileNotFoundError):
        must_be_folder(folder)
        (folder / PROOF).unlink(missing_ok=True)
        sync_folder(folder)
        if __debug__:
            passing("stick-proof-gone-before-files")
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make names in *folder* survive a pulled stick."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
