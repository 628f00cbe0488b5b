"""The order of pages inside a slot, and a new scan in the place of an old one."""

from __future__ import annotations

from sqlalchemy import Connection

from appliance.core.errors import DossierUnknown
from appliance.store.dossier import pages, scan_requests


def lay(connection: Connection, page_id: str, slot_key: str, position: int | None) -> None:
    """Put a page into *slot_key* as its page number *position* from 1; None or beyond: the end.

    The other pages keep their order; pages taken out keep the place they had.

    Raises:
        DossierUnknown, DossierMovedOn: there is no such page, or it cannot be moved any more.
    """
    page = pages.get_page(connection, page_id)
    order = [one for one in _inside(connection, page.dossier_id, slot_key) if one != page_id]
    order.insert(len(order) if position is None else max(position, 1) - 1, page_id)
    for number, one in enumerate(order, 1):
        pages.edit_page(connection, one, slot_key=slot_key, position=number)


def take_the_place(connection: Connection, request_id: int, page_id: str) -> None:
    """Where a request is for one page again: the new page lies there, the old one is taken out.

    Called in the transaction that adds the page. An old page that was moved meanwhile is
    followed; where it was taken out or is gone, the new page stays at the end of the slot.
    """
    old_id = scan_requests.replaced_by(connection, request_id)
    if old_id is None:
        return
    scan_requests.replacing_is_done(connection, request_id)
    try:
        old = pages.get_page(connection, old_id)
    except DossierUnknown:
        return
    inside = _inside(connection, old.dossier_id, old.slot_key)
    if old.id in inside:
        lay(connection, page_id, old.slot_key, inside.index(old.id) + 1)
        pages.edit_page(connection, old.id, removed=True)


def _inside(connection: Connection, dossier_id: str, slot_key: str) -> list[str]:
    return [p.id for p in pages.pages_of(connection, dossier_id) if p.slot_key == slot_key]
