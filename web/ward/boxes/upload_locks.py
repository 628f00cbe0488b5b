"""One writer per upload, in whichever process on whichever machine it is.

The tus library asks for ``acquire`` and ``release``; what stands behind them is the kernel's
``flock`` in the ward's folder, so a lock ends with the process that held it, also after kill -9.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from pathlib import Path

LOOK_EVERY_S = 0.02


class UploadLocks:
    """Locks by upload id.

    Ids share 256 lock files by their first two letters. The files are never removed: one that
    goes away while somebody waits for it locks nothing. Two uploads that share a file wait for
    each other as long as one append takes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}  # token: open file

    def acquire(self, key: str, ttl_seconds: float, wait_timeout: float = 0.0) -> str | None:
        """A token for ``release``; None when somebody else held on for *wait_timeout* seconds.

        *ttl_seconds* is not needed: the kernel knows when a holder is gone.
        """
        deadline = time.monotonic() + wait_timeout
        # Opened anew each time: flock tells apart open files, so threads exclude each other too.
        descriptor = os.open(self._folder / key[:2], os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not _locked(descriptor):
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    return None
                time.sleep(LOOK_EVERY_S)
        except OSError:
            os.close(descriptor)
            raise
        token = secrets.token_hex(8)
        self._held[token] = descriptor
        return token

    def release(self, key: str, token: str) -> None:
        """Let the next one in; a token that is not held changes nothing."""
        descriptor = self._held.pop(token, None)
        if descriptor is not None:
            os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
