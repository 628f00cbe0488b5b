"""A press, the pages it brings, and what a person does with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum

from uuid6 import uuid7

from appliance.core.dossier import Page
from appliance.core.errors import ApplianceError, DossierUnknown, PageDamaged
from appliance.core.rendition import Rendition
from appliance.core.scan import ScannedPage
from appliance.core.submission import ScanRequestState
from appliance.desk.dossiers import put_on_desk
from appliance.desk.page_edits import keep_blank as keep_blank  # noqa: PLC0414
from appliance.desk.page_edits import put_page_back as put_page_back  # noqa: PLC0414
from appliance.desk.page_edits import remove_page as remove_page  # noqa: PLC0414
from appliance.desk.page_edits import show_as_scanned as show_as_scanned  # noqa: PLC0414
from appliance.desk.page_edits import turn_page as turn_page  # noqa: PLC0414
from appliance.desk.point import Point
from appliance.store import dossiers, pages, scan_requests


class AskedBy(StrEnum):
    """Which door a press came through. Stored as written."""

    PANEL = "panel"
    SCREEN = "screen"


class PageImage(StrEnum):
    """Which picture of a page is wanted."""

    MASTER = "master"
    PREVIEW = "preview"


def press(point: Point, asked_by: AskedBy) -> int:
    """One press or touch becomes one scan request; returns its number.

    Raises:
        NoDossierOpen, AlreadyScanning: answered, never queued.
    """
    with point.database.writing() as connection:
        return scan_requests.ask(connection, asked_by, point.clock())


def press_into(point: Point, dossier_id: str, slot_key: str, asked_by: AskedBy) -> int:
    """Choose the slot and press, both or neither: a refused touch leaves the desk as it was.

    Raises:
        AlreadyScanning: answered, never queued.
        DossierUnknown, DossierMovedOn: as ``dossiers.choose_slot``.
    """
    with point.database.writing() as connection:
        put_on_desk(point, connection, dossier_id, slot_key)
        return scan_requests.ask(connection, asked_by, point.clock())


@contextmanager
def _files_until_noted(point: Point) -> Iterator[Callable[[bytes], str]]:
    """Files first, then their row; when the row is refused the files go again.

    Otherwise each refusal would leave a citizen's paper on the card that no erasing finds.
    """
    saved: list[str] = []

    def save(sealed: bytes) -> str:
        saved.append(point.pages.save(sealed))
        return saved[-1]

    try:
        yield save
    except ApplianceError:
        for name in saved:
            point.pages.remove(name)
        raise


def save_page(point: Point, request_id: int, slot: scan_requests.OnDesk, side: ScannedPage) -> str:
    """Encrypt one scanned side, make it durable, then add its row; returns the page's id.

    The plain file in the spool is removed last: until then a crash costs nothing.
    """
    master = side.path.read_bytes()
    with point.database.reading() as connection:
        desk_key = dossiers.row_of(connection, slot.dossier_id).desk_key
    page_id = str(uuid7())
    with _files_until_noted(point) as save:
        name = save(point.vault.seal(master, desk_key))
        with point.database.writing() as connection:
            pages.add_page(
                connection,
                slot.dossier_id,
                slot.slot_key,
                id=page_id,
                scan_request_id=request_id,
                number=side.number,
                master=name,
                width_px=side.width_px,
                height_px=side.height_px,
                resolution_dpi=side.resolution_dpi,
                mode=side.mode,
                made_at=point.clock(),
            )
            scan_requests.count_page(connection, request_id)
    side.path.unlink(missing_ok=True)
    return page_id


def start_request(point: Point, request_id: int) -> None:
    """The scanner is being asked now."""
    with point.database.writing() as connection:
        scan_requests.move_request(
            connection, request_id, ScanRequestState.ASKED, ScanRequestState.SCANNING
        )


def refuse_request(point: Point, request_id: int, error_code: str) -> None:
    """Asked for, but never started; the paper has not moved."""
    with point.database.writing() as connection:
        scan_requests.move_request(
            connection,
            request_id,
            ScanRequestState.ASKED,
            ScanRequestState.FAILED,
            error_code=error_code,
            ended_at=point.clock(),
        )


def end_request(point: Point, request_id: int, error_code: str | None) -> None:
    """The tray is empty, or something stopped the batch; saved pages stay either way."""
    new = ScanRequestState.FAILED if error_code else ScanRequestState.DONE
    with point.database.writing() as connection:
        scan_requests.move_request(
            connection,
            request_id,
            ScanRequestState.SCANNING,
            new,
            error_code=error_code,
            ended_at=point.clock(),
        )


def save_cleaned(point: Point, page_id: str, rendition: Rendition, preview: bytes) -> None:
    """Keep what cleaning made of a page, encrypted like the page itself.

    Raises:
        DossierUnknown: the page was sealed and erased meanwhile; nothing of it is left.
        DiskFull: nothing was noted.
    """
    with point.database.reading() as connection:
        page = pages.get_page(connection, page_id)
        desk_key = dossiers.row_of(connection, page.dossier_id).desk_key
    with _files_until_noted(point) as save:
        names = {
            "preview": save(point.vault.seal(preview, desk_key)),
            "rendition": save(point.vault.seal(rendition.jpeg, desk_key)),
            "rendition_dpi": rendition.resolution_dpi,
            "clean_bytes": len(rendition.jpeg),
            "cleaned_edits": page.edits,
        }
        with point.database.writing() as connection:
            if not pages.set_cleaned(connection, page.id, **names):
                raise DossierUnknown(f"page {page.id} is gone")


def give_up_cleaning(point: Point, page_id: str, code: str) -> None:
    """A page that cannot be cleaned keeps its master; the screen says so."""
    with point.database.writing() as connection:
        pages.set_cleaned(connection, page_id, clean_error=code)


def page_image(point: Point, dossier_id: str, page_id: str, wanted: PageImage) -> bytes:
    """A JPEG of the page; the master stands in while the preview is being made.

    Raises:
        DossierUnknown: no such page in this dossier.
        DossierLocked, PageDamaged: it cannot be shown.
    """
    with point.database.reading() as connection:
        page = pages.get_page(connection, page_id)
        desk_key = dossiers.row_of(connection, dossier_id).desk_key
    if page.dossier_id != dossier_id:
        raise DossierUnknown(f"page {page_id} is not in dossier {dossier_id}")
    name = page.preview if wanted is PageImage.PREVIEW and page.preview else page.master
    return point.vault.open(point.pages.read(name), desk_key)


def page_to_clean(point: Point) -> tuple[Page, bytes] | None:
    """The oldest page without a preview that can be opened, and its master.

    A damaged page is noted, so that it does not block the ones after it; a locked one waits
    until somebody signs in.
    """
    with point.database.reading() as connection:
        waiting = [
            (page, dossiers.row_of(connection, page.dossier_id).desk_key)
            for page in pages.uncleaned(connection)
        ]
    for page, desk_key in waiting:
        if not point.vault.is_open(desk_key):
            continue
        try:
            return page, point.vault.open(point.pages.read(page.master), desk_key)
        except PageDamaged as error:
            give_up_cleaning(point, page.id, error.code)
    return None


def fail_interrupted(point: Point, error_code: str, now: datetime) -> int:
    """After a start: a batch that was running when the power went is over."""
    with point.database.writing() as connection:
        return scan_requests.fail_interrupted(connection, error_code, now)
