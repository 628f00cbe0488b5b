"""How many sheets went in, and whether as many came out: two that stick together look like one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from appliance.core.errors import DossierUnknown, ScanStopped
from appliance.core.paper.scan import PaperSource
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.point import Point
from appliance.store.dossier import scan_requests

MANY = 2  # from here on somebody may have miscounted, whatever the scanner is


@dataclass(frozen=True, slots=True)
class SheetCount:
    """The latest batch of a dossier, counted by the box and by a person."""

    request_id: int
    scanned: int  # sheets, of one or two sides as this scanner takes them
    put_in: int | None  # None: nobody said yet

    @property
    def is_right(self) -> bool:
        """Whether as many came out as went in."""
        return self.put_in == self.scanned


def sheet_count(point: Point, view: DossierView) -> SheetCount | None:
    """What to ask or tell about the latest batch; None while it runs or where it is no question.

    One side on the glass was one sheet; from a feeder even one picture may be two sheets.
    """
    scan = view.scan
    if scan is None or not scan.pages or scan.state not in ("done", "failed"):
        return None
    if scan.error_code == ScanStopped.code:
        return None  # fewer came out than went in, as somebody wished
    source = point.config.scanner.source
    sides = 2 if source is PaperSource.DUPLEX else 1
    feeds = source in (PaperSource.DUPLEX, PaperSource.FEEDER)
    if scan.pages < MANY and not feeds and scan.sheets is None:
        return None
    return SheetCount(scan.id, -(-scan.pages // sides), scan.sheets)


def stop_batch(point: Point, dossier_id: str, request_id: int) -> None:
    """Pull no more sheets. What is saved stays; the sheet under way is not kept.

    Asking twice, or after the end, changes nothing.

    Raises:
        DossierUnknown: that batch is not the latest of this dossier.
    """
    with point.database.writing() as connection:
        _must_be_latest(connection, dossier_id, request_id)
        scan_requests.wish_to_stop(connection, request_id, ScanStopped.code)


def count_sheets(point: Point, dossier_id: str, request_id: int, sheets: int | None) -> None:
    """A person says how many sheets went in; None asks again.

    Raises:
        DossierUnknown: that batch is not the latest of this dossier.
    """
    with point.database.writing() as connection:
        _must_be_latest(connection, dossier_id, request_id)
        scan_requests.count_sheets(connection, request_id, sheets)


def _must_be_latest(connection: Connection, dossier_id: str, request_id: int) -> None:
    latest = scan_requests.latest_request(connection, dossier_id)
    if latest is None or latest.id != request_id:
        raise DossierUnknown(f"batch {request_id} is not the latest of {dossier_id}")
