"""What pages say, read when nothing else waits, kept encrypted beside them until the seal."""

from __future__ import annotations

from collections.abc import Collection

from appliance.core.dossiers.dossier import Page
from appliance.core.errors import DossierMovedOn, DossierUnknown, PageDamaged
from appliance.desk.files import files_until_noted
from appliance.desk.point import Point
from appliance.failpoints import passing
from appliance.store.dossier import dossiers, pages


def page_to_read(point: Point, given_up: Collection[str] = ()) -> tuple[Page, bytes] | None:
    """The oldest clean page whose words nobody read yet, and its clean copy; None: no more.

    Pages in *given_up*, and those of a dossier that is locked, are passed over.
    """
    with point.database.reading() as connection:
        waiting = [
            (page, dossiers.row_of(connection, page.dossier_id).desk_key)
            for page in pages.unread(connection)
        ]
    for page, desk_key in waiting:
        if page.id in given_up or page.rendition is None or not point.vault.is_open(desk_key):
            continue
        try:
            return page, point.vault.open(point.pages.read(page.rendition), desk_key)
        except PageDamaged:
            continue  # whoever binds it says so
    return None


def save_text(point: Point, read: Page, layer: bytes) -> bool:
    """Keep what was read of a page. False: it was turned, cleaned anew or sealed meanwhile."""
    try:
        with files_until_noted(point) as save:
            with point.database.reading() as connection:
                desk_key = dossiers.row_of(connection, read.dossier_id).desk_key
            name = save(point.vault.seal(layer, desk_key))
            if __debug__:
                passing("text-file-before-row")
            with point.database.writing() as connection:
                page = pages.get_page(connection, read.id)
                if (page.rendition, page.turn) != (read.rendition, read.turn):
                    raise DossierMovedOn(f"page {read.id} is no longer as it was read")
                pages.edit_page(connection, read.id, text=name)
    except (DossierMovedOn, DossierUnknown):
        return False
    return True
