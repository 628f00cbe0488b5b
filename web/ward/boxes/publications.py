"""What this ward sends down to its boxes: plain files in its folder, each list signed.

::

    HOME/publications/7.json          the signed list
    HOME/publications/files/<sha256>  every file ever published, once

The list comes last and by one link, so a number is whole or not there, and no number is given
twice, also when two people publish at once.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.core.wire.publication import Publication, PublishedFile
from appliance.keys.canonical import canonical_json, sha256_hex
from appliance.keys.signing import signed
from web.ward.home import WardHome, sync_folder

_NUMBER = re.compile(r"([1-9][0-9]{0,8})\.json")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class NumberTaken(Exception):
    """Somebody else published at the same moment."""


@dataclass(frozen=True, slots=True)
class Published:
    """One publication as the office's page shows it."""

    number: int
    made_at: datetime
    paths: tuple[str, ...]
    total_bytes: int


def publish(home: WardHome, files: dict[str, bytes], now: datetime, after: int = 0) -> Publication:
    """Sign *files*, by their paths, under the next number above all others and above *after*.

    Without files everything is taken back: boxes are then as they were shipped.

    Raises:
        NumberTaken: nothing was published; try again.
        ValueError: more, or larger, than a box would take.
    """
    contents = home.publications / "files"
    contents.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = max(newest_number(home) or 0, after) + 1
    listed = tuple(
        PublishedFile(path=path, sha256=sha256_hex(content), bytes=len(content))
        for path, content in sorted(files.items())
    )
    told = signed(Publication(number=number, made_at=now, files=listed), home.signing_key)
    for content in files.values():
        _keep(contents / sha256_hex(content), content)
    sync_folder(contents)
    fresh = home.publications / f".new-{secrets.token_hex(8)}"
    _write(fresh, canonical_json(told))
    try:
        os.link(fresh, home.publications / f"{number}.json")
    except FileExistsError as error:
        raise NumberTaken(f"publication {number} was made by somebody else just now") from error
    finally:
        fresh.unlink()
    sync_folder(home.publications)
    sync_folder(home.folder)
    return told


def newest_number(home: WardHome) -> int | None:
    """None: nothing was ever published."""
    try:
        names = [path.name for path in home.publications.iterdir()]
    except FileNotFoundError:
        return None
    return max(
        (int(found[1]) for name in names if (found := _NUMBER.fullmatch(name))), default=None
    )


def signed_list(home: WardHome, number: int) -> bytes | None:
    """The bytes that were signed, with their signature."""
    path = home.publications / f"{number}.json"
    return path.read_bytes() if _NUMBER.fullmatch(path.name) and path.exists() else None


def file_of(home: WardHome, number: int, sha256: str) -> Path | None:
    """Where a file of that publication lies."""
    listed = signed_list(home, number)
    if listed is None or not _SHA256.fullmatch(sha256):
        return None
    known = {one["sha256"] for one in json.loads(listed)["files"]}
    path = home.publications / "files" / sha256
    return path if sha256 in known and path.exists() else None


def published(home: WardHome, most: int = 10) -> list[Published]:
    """The newest ones first."""
    newest = newest_number(home) or 0
    numbers = range(newest, 0, -1)
    found = ((number, signed_list(home, number)) for number in numbers)
    there = [(number, raw) for number, raw in found if raw is not None][:most]
    return [_shown(number, Publication.model_validate_json(raw)) for number, raw in there]


def _shown(number: int, told: Publication) -> Published:
    return Published(
        number,
        told.made_at,
        tuple(one.path for one in told.files),
        sum(one.bytes for one in told.files),
    )


def _keep(path: Path, content: bytes) -> None:
    if path.exists() and path.stat().st_size == len(content):
        return
    fresh = path.with_name(f".new-{secrets.token_hex(8)}")
    _write(fresh, content)
    fresh.replace(path)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
