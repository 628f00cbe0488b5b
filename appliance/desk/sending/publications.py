"""What the ward sends down is fetched, proven, looked through and put in its place; or refused.

A cut at any line leaves what stood before, or the new one whole. What arrived stays, so the next
try goes on where this one ended.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from appliance import __version__
from appliance.core.errors.publication import PublicationForged, PublicationWrong
from appliance.core.wire.manifest import PublishedHere
from appliance.core.wire.publication import Publication, PublishedFile
from appliance.desk.point import Point
from appliance.failpoints import passing
from appliance.keys.signing import document_verifies
from appliance.published.checking_child import check_apart
from appliance.published.keeping import LIST, Shelf, is_whole, write_durably
from appliance.store.card.page_files import RESERVE_BYTES, PageFiles, card_told

log = logging.getLogger(__name__)

PIECE = 256 << 10  # bytes asked for at once: on 2G some ten seconds, and never more in memory


class Source(Protocol):
    """Where publications come from. Every call may raise a ``DeliveryError``."""

    def publication(self, number: int) -> bytes:
        """The signed list, as JSON."""
        ...

    def piece(self, number: int, sha256: str, begin: int, most: int) -> bytes:
        """At most *most* bytes of a file from *begin* on; none when that is its end."""
        ...


def is_wanted(point: Point, number: int) -> bool:
    """Whether the publication that the ward names is one to fetch: never a lower one again."""
    now = point.shelf.standing()
    if number > now.highest:
        return True
    left = now.refused
    return left is not None and left.number == number and left.by not in ("", __version__)


def take_publication(
    point: Point,
    source: Source,
    number: int,
    going_on: Callable[[], bool] = lambda: True,
    check: Callable[[Path], None] = check_apart,
) -> bool:
    """Fetch *number* and let it stand; False when *going_on* said to stop on the way.

    Raises:
        PublicationForged: signature, number or bytes are not our ward's; tried again later.
        PublicationWrong: a file of it cannot be used; it is left for good, and the ward hears why.
        DiskFull: there is no room for it now.
        DeliveryError: the ward could not be asked.
    """
    shelf = point.shelf
    listed, raw = _proven(point, source.publication(number), number)
    there = number in shelf.numbers() and shelf.list_of(number) == listed
    if there and not shelf.damaged_files(number):  # a cut came just before it was said to stand
        shelf.put_in_place(number)
        return True
    place = shelf.arriving(number)
    if not _gather(point, source, listed, place, going_on):
        return False
    try:
        check(place)
    except PublicationWrong as error:
        shelf.refuse(number, str(error).splitlines()[0], __version__)
        raise
    write_durably(place / LIST, raw)
    shelf.put_in_place(number)
    log.info("publication %d stands, %d files", number, len(listed.known_files))
    return True


def published_here(point: Point) -> PublishedHere | None:
    """For the heartbeat; None when no publication ever came."""
    now = point.shelf.standing()
    if not now.highest:
        return None
    left = now.refused
    return PublishedHere(
        number=now.number, refused=left.number if left else None, why=left.why if left else None
    )


def _proven(point: Point, raw: bytes, number: int) -> tuple[Publication, bytes]:
    try:
        document: Any = json.loads(raw)
    except (ValueError, RecursionError):
        document = None
    key = point.config.ward.verify_key
    if not key:
        raise PublicationForged("ward.verify_key is not set, so nothing that is sent is believed")
    if not isinstance(document, dict) or not document_verifies(document, key):
        raise PublicationForged(f"publication {number}: not signed by the ward.verify_key")
    try:
        listed = Publication.model_validate(document)
    except ValidationError as error:
        if document.get("number") == number:  # signed by our ward, so it is not asked for again
            why = f"its list cannot be read ({error.error_count()} faults)"
            point.shelf.refuse(number, why, __version__)
        raise PublicationWrong(f"publication {number}: {error}") from error
    if listed.number != number or not is_wanted(point, listed.number):
        raise PublicationForged(f"asked for publication {number}, got {listed.number}")
    return listed, raw


def _gather(
    point: Point,
    source: Source,
    listed: Publication,
    place: Path,
    going_on: Callable[[], bool],
) -> bool:
    """Every file at its path; what is here already, from the one that stands or from a try
    before, is not sent again."""
    shelf = point.shelf
    now = shelf.standing().number
    missing = [one for one in listed.known_files if not is_whole(place, one)]
    room = PageFiles(shelf.folder)
    room.must_have_room(sum(one.bytes for one in missing) + RESERVE_BYTES)
    for one in missing:
        with card_told(place):
            (place / one.path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if now and _linked(shelf, now, one, place):
                continue
            if not _fetched(source, listed.number, one, place / one.path, going_on):
                return False
            if not is_whole(place, one):
                (place / one.path).unlink(missing_ok=True)
                raise PublicationForged(f"{one.path}: not the bytes that the ward signed")
        if __debug__:
            passing("publication-file-before-the-next")
    _without_strangers(place, {one.path for one in listed.known_files})
    return True


def _linked(shelf: Shelf, now: int, one: PublishedFile, place: Path) -> bool:
    """Take over a file that did not change; two names of one file, which nobody writes to."""
    there = shelf.place_of(now)
    if not is_whole(there, one):
        return False
    (place / one.path).unlink(missing_ok=True)
    os.link(there / one.path, place / one.path)
    return True


def _fetched(
    source: Source,
    number: int,
    one: PublishedFile,
    path: Path,
    going_on: Callable[[], bool],
) -> bool:
    begun = path.stat().st_size if path.exists() else 0
    if begun >= one.bytes:  # longer, or of other bytes: from its start
        begun = 0
    with path.open("r+b" if begun else "wb") as file:
        file.seek(begun)
        while begun < one.bytes:
            if not going_on():
                return False
            piece = source.piece(number, one.sha256, begun, min(PIECE, one.bytes - begun))
            if not piece or len(piece) > one.bytes - begun:
                raise PublicationForged(f"{one.path}: not as long as the ward's list says")
            file.write(piece)
            begun += len(piece)
            if __debug__:
                passing("publication-piece-on-the-card")
        file.flush()
        os.fsync(file.fileno())
    return True


def _without_strangers(place: Path, paths: set[str]) -> None:
    """Nothing that is not on the list, say of a list of the same number that was signed anew."""
    for path in place.rglob("*"):
        if path.is_file() and path.relative_to(place).as_posix() not in paths:
            with suppress(OSError):
                path.unlink()
