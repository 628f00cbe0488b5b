"""Who works with the database: each service holds it, and only alone may it be replaced."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.core.errors import StoreInUse
from appliance.store.card.page_files import card_told


def hold(state: Path) -> int:
    """From now on, until this process ends, nobody replaces the database; returns the handle.

    Waits while somebody is just replacing it.
    """
    handle = _open(state)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """While this lasts no service begins its work.

    Raises:
        StoreInUse: one is at work already.
    """
    handle = _open(state)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreInUse(f"{state}: stop the services first") from error
        yield
    finally:
        os.close(handle)


def _open(state: Path) -> int:
    with card_told(state):
        return os.open(state / "point.lock", os.O_RDONLY | os.O_CREAT, 0o600)
