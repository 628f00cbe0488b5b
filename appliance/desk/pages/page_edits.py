"""What a person says about a page. Every edit is a column and can be undone until the seal."""

from __future__ import annotations

from appliance.core.dossiers.dossier import CAMERA
from appliance.core.paper.crop import boxed, checked, crop_text
from appliance.core.paper.findings import TURN_UNSURE, Quad, with_places_turned
from appliance.desk.point import Point
from appliance.store.dossier import pages


def remove_page(point: Point, page_id: str) -> None:
    """Take a page out of its slot; it can be put back until the seal."""
    with point.database.writing() as connection:
        pages.edit_page(connection, page_id, removed=True)


def put_page_back(point: Point, page_id: str) -> None:
    """Undo ``remove_page``."""
    with point.database.writing() as connection:
        pages.edit_page(connection, page_id, removed=False)


def turn_page(point: Point, page_id: str, degrees: int = 90) -> None:
    """Turn clockwise by a multiple of 90; four quarter turns undo themselves.

    It also answers the question which way is up: *degrees* 0 says that the page is right as it
    lies. Nothing is cleaned again: the turn is carried out where the page is shown and bound.
    """
    stale = {"text": None} if degrees % 360 else {}  # its words lie where they lay
    with point.database.writing() as connection:
        page = pages.get_page(connection, page_id)
        warnings = tuple(warn for warn in page.warnings if warn.code != TURN_UNSURE)
        pages.edit_page(
            connection,
            page_id,
            turn=(page.turn + degrees) % 360,
            auto_turn=page.auto_turn or 0,
            warnings=pages.warnings_text(with_places_turned(warnings, degrees)),
            **stale,
        )
    if stale and page.text:
        point.pages.remove(page.text)


def keep_blank(point: Point, page_id: str, kept: bool) -> None:
    """Send a page although it looks blank, or (False) leave it out again."""
    with point.database.writing() as connection:
        pages.edit_pixels(connection, page_id, kept=kept)


def show_as_scanned(point: Point, page_id: str, plain: bool) -> None:
    """Show and send the page as it was scanned, or (False) straight, cut and clean again.

    A thing that lay on the glass beside others then shows the whole glass.
    """
    with point.database.writing() as connection:
        pages.edit_pixels(connection, page_id, plain=plain)


def crop_page(point: Point, page_id: str, quad: Quad | None) -> None:
    """Cut the page out of its scan between *quad*, or (None) where the box saw its edges.

    A scanner shows no perspective, so there the leaning rectangle around *quad* is taken. A page
    that was shown as scanned is cleaned again.

    Raises:
        CropWrong: that is no piece of paper; nothing changed.
    """
    with point.database.writing() as connection:
        page = pages.get_page(connection, page_id)
        size = page.width_px, page.height_px
        if quad is not None:
            quad = checked(quad, size, page.resolution_dpi)
            quad = quad if page.mode == CAMERA else boxed(quad)
        text = quad and crop_text(quad)
        pages.edit_pixels(connection, page_id, crop=text, plain=False)
