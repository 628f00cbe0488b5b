"""Photographs of papers that a citizen's phone brings: kept at once, made into pages after.

The page's process only encrypts what it is given; the station opens it, in a child.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from uuid6 import uuid7

from appliance.core.dossiers.dossier import CAMERA, DossierState
from appliance.core.errors import ApplianceError, DossierMovedOn
from appliance.desk import noting
from appliance.desk.dossier.dossiers import must_have_slot
from appliance.desk.files import files_until_noted
from appliance.desk.point import Point
from appliance.failpoints import passing
from appliance.store.dossier import dossiers, pages, photos, scan_requests

MOST_WAITING = 6  # of one dossier; more only fill the card
LARGEST_BYTES = 30_000_000


class ManyWaiting(Exception):
    """Earlier photographs of this dossier are not pages yet."""


@dataclass(frozen=True, slots=True)
class BroughtPhoto:
    """A photograph that waits for the station."""

    id: int
    dossier_id: str
    slot_key: str
    file: str
    desk_key: str


def bring(point: Point, dossier_id: str, slot_key: str, photo: BinaryIO, size: int) -> int:
    """Encrypt *photo* piece by piece and note it; returns its number.

    Raises:
        ManyWaiting: try again in a moment; nothing was kept.
        DossierMovedOn, DossierUnknown, DiskFull: nothing was kept.
    """
    with point.database.reading() as connection:
        must_have_slot(connection, dossier_id, slot_key)
        desk_key = dossiers.row_of(connection, dossier_id).desk_key
        if photos.count_waiting(connection, dossier_id) >= MOST_WAITING:
            raise ManyWaiting
    name = point.pages.save_stream(
        lambda out: point.vault.seal_stream(photo, out, desk_key), expected=size
    )
    if __debug__:
        passing("photo-file-before-row")
    try:
        with point.database.writing() as connection:
            state = dossiers.get_dossier(connection, dossier_id).state
            if state is not DossierState.OPEN:
                raise DossierMovedOn(f"dossier {dossier_id} is {state}")
            if not point.pages.path_of(name).exists():
                raise ManyWaiting  # a station that started just now took it for a left-over
            return photos.add(connection, dossier_id, slot_key, name, point.clock())
    except ApplianceError:
        point.pages.remove(name)
        raise


def next_photo(point: Point) -> BroughtPhoto | None:
    """The oldest one that can be opened; a locked one waits until somebody signs in."""
    with point.database.reading() as connection:
        for row in photos.waiting(connection):
            dossier = dossiers.row_of(connection, row.dossier_id)
            if dossier.state == DossierState.OPEN and point.vault.is_open(dossier.desk_key):
                return BroughtPhoto(
                    row.id, row.dossier_id, row.slot_key, row.file, dossier.desk_key
                )
    return None


def lay_out(point: Point, photo: BroughtPhoto, path: Path) -> None:
    """Write the photograph in plain to *path*, which must lie in the spool.

    Raises:
        PageDamaged, DossierLocked: it cannot be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    point.vault.open_file(point.pages.path_of(photo.file), path, photo.desk_key)


def take_in(point: Point, photo: BroughtPhoto, jpeg: bytes, size_px: tuple[int, int]) -> str:
    """The photograph became a page of its slot, the last one; returns the page's id.

    Raises:
        DossierMovedOn, DiskFull: it is no page.
    """
    page_id = str(uuid7())
    with files_until_noted(point) as save:
        master = save(point.vault.seal(jpeg, photo.desk_key))
        if __debug__:
            passing("photo-page-file-before-row")
        with point.database.writing() as connection:
            now = point.clock()
            request = scan_requests.add_brought(connection, photo.dossier_id, photo.slot_key, now)
            pages.add_page(
                connection,
                photo.dossier_id,
                photo.slot_key,
                id=page_id,
                scan_request_id=request,
                number=1,
                master=master,
                width_px=size_px[0],
                height_px=size_px[1],
                resolution_dpi=as_if_a4(size_px),
                mode=CAMERA,
                made_at=now,
            )
            photos.end(connection, photo.id)
    noting.page_saved(point, page_id)
    if __debug__:
        passing("photo-page-before-erase")
    point.pages.remove(photo.file)
    return page_id


def refuse(point: Point, photo: BroughtPhoto, error_code: str) -> None:
    """It can never become a page; the phone is told why, the file goes."""
    with point.database.writing() as connection:
        photos.end(connection, photo.id, error_code)
    point.pages.remove(photo.file)


def as_if_a4(size_px: tuple[int, int]) -> int:
    """The resolution at which the whole picture fills a sheet of A4: a camera knows none.

    >>> as_if_a4((3024, 4032))
    345
    """
    return max(1, round(max(size_px) / (297 / 25.4)))


def on_their_way(point: Point, dossier_id: str) -> dict[str, list[str | None]]:
    """By slot, one entry a photograph: None while it waits, else why it will not be a page."""
    told: dict[str, list[str | None]] = {}
    with point.database.reading() as connection:
        for row in photos.told_of(connection, dossier_id):
            told.setdefault(row.slot_key, []).append(row.error_code)
    return told
