"""A sealed file on the card: is it still the one in the manifest, and its bytes on their way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from appliance.core.errors import SealedFileDamaged
from appliance.core.wire.manifest import ManifestFile


def check_sealed_file(listed: ManifestFile, path: Path | None) -> None:
    """Read the whole file once, before anything of its dossier is sent.

    Raises:
        SealedFileDamaged: it is gone, or not a single byte as it was sealed.
    """
    if path is None:
        raise SealedFileDamaged(f"no file given for {listed.sha256}")
    try:
        with path.open("rb") as file:
            size = file.seek(0, SEEK_END)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SealedFileDamaged(f"{listed.sha256}: {error.strerror}") from error
    if (digest, size) != (listed.sha256, listed.bytes):
        raise SealedFileDamaged(f"{listed.sha256}: {size} bytes with digest {digest}")


class FilePart:
    """A stretch of a file as a request body, read piece by piece.

    Given whole, a chunk would have to leave within one socket time-out, and 4 MiB over a
    rural line do not; piece by piece, every piece has its own.
    """

    def __init__(
        self,
        content: BinaryIO,
        start: int,
        length: int,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self.start = start
        self._content, self._alive = content, alive
        self._length = self._left = length
        content.seek(start)

    def __len__(self) -> int:
        return self._length

    def read(self, size: int = -1, /) -> bytes:
        self._alive()
        wanted = self._left if size < 0 else min(size, self._left)
        try:
            piece = self._content.read(wanted)
        except OSError as error:  # else it would look like a cut line and be tried for ever
            raise SealedFileDamaged(f"reading failed: {error.strerror}") from error
        if len(piece) < wanted:
            raise SealedFileDamaged("the file became shorter while it was sent")
        self._left -= wanted
        return piece
