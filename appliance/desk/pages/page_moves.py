"""Where a page lies: another slot, another place in its slot, the place of an older scan."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.desk.dossier.dossiers import must_have_slot, put_on_desk
from appliance.desk.pages.scanning import AskedBy
from appliance.desk.point import Point
from appliance.store.dossier import page_order, pages, scan_requests


def move_page(point: Point, page_id: str, slot_key: str, position: int | None = None) -> None:
    """Lay a page into *slot_key* as its page number *position* from 1; None or beyond: the end.

    Raises:
        DossierUnknown: no such page, or its procedure has no such slot.
        DossierMovedOn: the dossier is no longer open.
    """
    with point.database.writing() as connection:
        must_have_slot(connection, pages.get_page(connection, page_id).dossier_id, slot_key)
        page_order.lay(connection, page_id, slot_key, position)


def move_pages(point: Point, page_ids: Sequence[str], slot_key: str) -> None:
    """Lay several pages, in the order given, at the end of *slot_key*: all of them or none.

    Raises: as ``move_page``.
    """
    with point.database.writing() as connection:
        for page_id in page_ids:
            must_have_slot(connection, pages.get_page(connection, page_id).dossier_id, slot_key)
            page_order.lay(connection, page_id, slot_key, None)


def scan_again(point: Point, page_id: str, asked_by: AskedBy) -> int:
    """Ask for a scan whose first page takes the place of this one, which is then taken out.

    Until that page is saved the old one stays where it is, also when the paper jams; the next
    press tries the same again.

    Raises:
        AlreadyScanning, DossierUnknown, DossierMovedOn: nothing changed.
    """
    with point.database.writing() as connection:
        page = pages.get_page(connection, page_id)
        put_on_desk(point, connection, page.dossier_id, page.slot_key, replaces=page.id)
        return scan_requests.ask(connection, asked_by, point.clock())
