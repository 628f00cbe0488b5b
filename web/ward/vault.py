"""Sealed files, named by their content. What is kept here has been hashed and fsynced."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path

from appliance.failpoints import passing
from web.ward.home import sync_folder

FRESH = ".new"  # a second name that a crash may leave behind


def path_of(sealed: Path, sha256: str) -> Path:
    """Where the file of that digest lies, or would lie."""
    return sealed / sha256[:2] / sha256


def digest_of(path: Path, *, durable: bool = False) -> str | None:
    """SHA-256 of what is on disk now; None when there is no such file.

    With *durable*, the bytes that were hashed survive a power cut afterwards. No tus server
    promises that for a PATCH it has answered.
    """
    try:
        with path.open("rb") as file:
            if durable:
                os.fsync(file.fileno())
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def is_kept(sealed: Path, sha256: str) -> bool:
    """Whether the vault holds exactly these bytes; reads them all."""
    return digest_of(path_of(sealed, sha256), durable=True) == sha256


def keep(sealed: Path, source: Path, sha256: str) -> None:
    """Keep *source*, whose digest was just checked and synced, durably under its digest.

    *source* stays where it is (a second name of the same bytes), so a crash before the
    commit's row loses nothing. A damaged file of that name is replaced.
    """
    target = path_of(sealed, sha256)
    if not target.parent.exists():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        sync_folder(sealed)
    fresh = target.with_name(f"{secrets.token_hex(8)}{FRESH}")
    os.link(source, fresh)
    if __debug__:
        passing("ward-second-name-before-its-place")
    fresh.replace(target)
    fresh.unlink(missing_ok=True)  # rename does nothing between two names of one file
    sync_folder(target.parent)


def drop_strays(sealed: Path, before: datetime | None = None) -> int:
    """Take away second names that a crash left, *before* then; returns how many there were.

    A name that is younger may belong to a commit of this moment. The inode tells when a file got
    its newest name; when its bytes were written tells nothing.
    """
    gone = 0
    for path in sealed.glob(f"*/*{FRESH}"):
        with contextlib.suppress(FileNotFoundError):  # the commit took it between two looks
            if before is None or path.stat().st_ctime < before.timestamp():
                path.unlink()
                gone += 1
    return gone
