"""A page whose file the card spoiled: said on its page, made anew where the scan is whole."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress

from appliance.core.dossiers.dossier import Page
from appliance.core.errors import DossierUnknown, PageDamaged
from appliance.core.paper.findings import DAMAGED, Warn
from appliance.desk.point import Point
from appliance.store.dossier import pages

log = logging.getLogger(__name__)

_MADE_ANEW: dict[str, None] = dict.fromkeys(
    ("preview", "rendition", "findings", "text", "cleaned_edits", "clean_error")
)


def look_over(point: Point, looked_at: Iterable[Page]) -> list[str]:
    """Read every file of these pages; returns the ids of those that must be scanned again.

    Where only what cleaning made is spoilt, cleaning makes it again.
    """
    return [page.id for page in looked_at if _is_lost(point, page)]


def _is_lost(point: Point, page: Page) -> bool:
    spoilt = {name for name in pages.files_of(page) if not _is_whole(point, name)}
    if not spoilt:
        return False
    lost = page.master in spoilt
    log.error("page %s: %s", page.id, "is spoilt" if lost else "is made anew")
    said = pages.warnings_text([Warn(DAMAGED, severe=True)])
    columns = {"clean_error": PageDamaged.code, "warnings": said} if lost else _MADE_ANEW
    with suppress(DossierUnknown), point.database.writing() as connection:
        now = pages.get_page(connection, page.id)
        if pages.files_of(now) & spoilt:  # else it was cleaned anew meanwhile
            pages.set_cleaned(connection, page.id, **columns)
    return lost


def _is_whole(point: Point, name: str) -> bool:
    try:
        point.pages.read(name)
    except PageDamaged:
        return False
    return True
