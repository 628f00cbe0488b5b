"""A press, the pages it brings, and what a person does with them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection
from uuid6 import uuid7

from appliance.core.cards.seen import Seen, seen_of
from appliance.core.dossiers.dossier import DossierState, Page
from appliance.core.dossiers.submission import ScanRequestState
from appliance.core.errors import DossierUnknown, PageDamaged
from appliance.core.paper.scan import ScannedPage
from appliance.core.paper.two_sizes import large_in, small_in
from appliance.desk import noting
from appliance.desk.dossier.dossiers import put_on_desk
from appliance.desk.files import files_until_noted
from appliance.desk.pages.damaged import look_over
from appliance.desk.point import Point
from appliance.desk.walk_up import walk_ups
from appliance.failpoints import passing
from appliance.store.dossier import dossiers, owners, page_order, pages, scan_requests


class AskedBy(StrEnum):
    """Which door a press came through. Stored as written."""

    PANEL = "panel"
    SCREEN = "screen"


class PageImage(StrEnum):
    """Which picture of a page is wanted."""

    MASTER = "master"
    PREVIEW = "preview"
    SMALL = "small"


def press(point: Point, asked_by: AskedBy) -> int:
    """One press or touch becomes one scan request; returns its number.

    Where nobody's dossier lies open on the desk the button begins a walk-up; a touch does not,
    for whoever touches the screen can open a dossier.

    Raises:
        NoDossierOpen, AlreadyScanning: answered, never queued.
    """
    with point.database.writing() as connection:
        walks_up = asked_by is AskedBy.PANEL and point.config.drafts.walk_ups
        if walks_up and not _desk_takes_pages(point, connection):
            return scan_requests.ask_without_dossier(connection, asked_by, point.clock())
        return scan_requests.ask(connection, asked_by, point.clock())


def _desk_takes_pages(point: Point, connection: Connection) -> bool:
    """Whether what is on the desk is open, and readable: whose else would the papers be?

    After a power cut nobody has asked for that dossier yet; the next press may be another's.
    """
    desk = scan_requests.get_on_desk(connection)
    if desk is None:
        return False
    dossier = dossiers.get_dossier(connection, desk.dossier_id)
    key = owners.key_of_dossier(connection, desk.dossier_id)
    return dossier.state is DossierState.OPEN and point.vault.is_open(key)


def press_into(point: Point, dossier_id: str, slot_key: str, asked_by: AskedBy) -> int:
    """Choose the slot and press, both or neither: a refused touch leaves the desk as it was.

    Raises:
        AlreadyScanning: answered, never queued.
        DossierUnknown, DossierMovedOn: as ``dossiers.choose_slot``.
    """
    with point.database.writing() as connection:
        put_on_desk(point, connection, dossier_id, slot_key)
        return scan_requests.ask(connection, asked_by, point.clock())


def save_page(point: Point, request_id: int, slot: scan_requests.OnDesk, side: ScannedPage) -> str:
    """Encrypt one scanned side, make it durable, then add its row; returns the page's id.

    The plain file in the spool is removed last: until then a crash costs nothing.
    """
    if not slot.dossier_id:
        return walk_ups.save_page(point, request_id, side)
    master = side.path.read_bytes()
    with point.database.reading() as connection:
        desk_key = dossiers.row_of(connection, slot.dossier_id).desk_key
    page_id = str(uuid7())
    with files_until_noted(point) as save:
        name = save(point.vault.seal(master, desk_key))
        if __debug__:
            passing("page-file-before-row")
        with point.database.writing() as connection:
            pages.add_page(
                connection,
                slot.dossier_id,
                slot.slot_key,
                id=page_id,
                scan_request_id=request_id,
                master=name,
                made_at=point.clock(),
                **side.facts,
            )
            page_order.take_the_place(connection, request_id, page_id)
            scan_requests.count_page(connection, request_id)
            if __debug__:
                passing("page-row-before-commit")
    noting.page_saved(point, page_id)
    if __debug__:
        passing("page-row-before-spool")
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


def page_image(point: Point, dossier_id: str, page_id: str, wanted: PageImage) -> bytes:
    """A JPEG of the page; the master stands in while the preview is being made.

    Raises:
        DossierUnknown: no such page in this dossier.
        DossierLocked, PageDamaged: it cannot be shown.
    """
    page, shown = _shown(point, dossier_id, page_id, wanted)
    try:
        content = point.pages.read(shown)
    except PageDamaged:
        page, again = _shown(point, dossier_id, page_id, wanted)
        if again == shown:
            look_over(point, [page])  # from now on the page says so
            raise
        content = point.pages.read(again)  # cleaned anew between the two looks
    with point.database.reading() as connection:
        desk_key = dossiers.row_of(connection, page.dossier_id).desk_key
    opened = point.vault.open(content, desk_key)
    if wanted is PageImage.MASTER:
        return opened
    return small_in(opened) if wanted is PageImage.SMALL else large_in(opened)


def _shown(point: Point, dossier_id: str, page_id: str, wanted: PageImage) -> tuple[Page, str]:
    """A page and the name of the wanted picture of it."""
    with point.database.reading() as connection:
        page = pages.get_page(connection, page_id)
    if page.dossier_id != dossier_id:
        raise DossierUnknown(f"page {page_id} is not in dossier {dossier_id}")
    return page, (wanted is not PageImage.MASTER and page.preview) or page.master


def findings_of(point: Point, page: Page) -> Seen | None:
    """What was seen of a page, codes and cards included; None before it was cleaned.

    Personal data: for the form that it fills, never for a log.

    Raises:
        DossierLocked, PageDamaged: it cannot be opened.
    """
    if page.findings is None:
        return None
    with point.database.reading() as connection:
        desk_key = dossiers.row_of(connection, page.dossier_id).desk_key
    return seen_of(point.vault.open(point.pages.read(page.findings), desk_key))


def fail_interrupted(point: Point, error_code: str, now: datetime) -> int:
    """After a start: a batch that was running when the power went is over."""
    with point.database.writing() as connection:
        return scan_requests.fail_interrupted(connection, error_code, now)
