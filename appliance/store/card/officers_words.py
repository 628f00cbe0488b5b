"""The key that officers' words lie under: its private half is in memory only, one a start.

The page makes it and publishes the public half; the uploader, which has neither this folder nor
the desk key, encrypts to it. After a power cut there is a new key, and the ward is asked again.
"""

from __future__ import annotations

import os
from pathlib import Path

from appliance.keys import age


class OfficersWordsKey:
    """In the runtime folder, a tmpfs."""

    def __init__(self, runtime: Path) -> None:
        self._path = runtime / "officers-words.key"

    def make_ready(self) -> str:
        """The public half; the key is made when there is none since the machine started."""
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return age.recipient_of(self._path.read_text(encoding="ascii"))
        identity = age.new_identity()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(identity)
        return age.recipient_of(identity)

    def open(self, sealed: bytes) -> bytes | None:
        """What was written; None when it lies under a key of an earlier start."""
        try:
            return age.open_sealed(sealed, self._path.read_text(encoding="ascii"))
        except (age.CannotOpen, FileNotFoundError):
            return None
