"""One scanned side, large: what was found on it, and everything a person may do with it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import DossierState, Page
from appliance.core.errors import DossierMovedOn, DossierUnknown
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.pages import page_edits, page_moves, scanning
from appliance.desk.pages.scanning import AskedBy, PageImage
from web.station.form.acting import act
from web.station.form.dossier import fields_of_page
from web.station.here import point, station
from web.station.slots import pages_of

pages = Blueprint("one_page", __name__)
EDITS: dict[str, Callable[..., None]] = {
    "turn": page_edits.turn_page,
    "remove": page_edits.remove_page,
    "put-back": page_edits.put_page_back,
    "keep": lambda here, page_id: page_edits.keep_blank(here, page_id, kept=True),
    "leave-out": lambda here, page_id: page_edits.keep_blank(here, page_id, kept=False),
    "as-scanned": lambda here, page_id: page_edits.show_as_scanned(here, page_id, plain=True),
    "as-cleaned": lambda here, page_id: page_edits.show_as_scanned(here, page_id, plain=False),
}
LEAVES = frozenset({"remove", "put-back", "scan-again"})  # what follows is seen on the desk
QUARTERS = (0, 90, 180, 270)


@pages.get("/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>")
def show(dossier_id: object, page_id: object) -> ResponseReturnValue:
    """One page, large."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        return redirect(link("delivery.show", dossier_id=dossier_id), 303)
    page = page_in(view, str(page_id))
    inside = pages_of(view, page.slot_key)
    place = next(i for i, one in enumerate(inside) if one.page is page)
    return render_template(
        "page.html",
        view=view,
        shown=inside[place],
        page=page,
        slot=view.procedure.slot(page.slot_key),
        count=len(inside),
        before=inside[place - 1].page if place else None,
        after=inside[place + 1].page if place + 1 < len(inside) else None,
        quarters=QUARTERS,
    )


@pages.get("/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>/now")
def now(dossier_id: object, page_id: object) -> ResponseReturnValue:
    """The picture and what was done to it, while the page is cleaned again."""

    def draw() -> str:
        view = dossiers.look_at(point(), str(dossier_id))
        if view.dossier.state is not DossierState.OPEN:
            raise DossierMovedOn(f"dossier {dossier_id} is {view.dossier.state}")
        page = page_in(view, str(page_id))
        name = next(p.name_at_start for p in pages_of(view, page.slot_key) if p.page is page)
        return render_template(
            "_page_now.html",
            view=view,
            page=page,
            name=name,
            slot=view.procedure.slot(page.slot_key),
        )

    return station().freshness.answer(("page", str(page_id)), draw)


@pages.get(
    "/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>/<any(preview, small, master):wanted>.jpg"
)
def image(dossier_id: object, page_id: object, wanted: str) -> Response:
    """The picture of a page; never kept by the browser or anything between."""
    jpeg = scanning.page_image(point(), str(dossier_id), str(page_id), PageImage(wanted))
    return Response(jpeg, mimetype="image/jpeg")


@pages.post(
    "/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>/"
    "<any(turn, remove, 'put-back', keep, 'leave-out', 'as-scanned', 'as-cleaned'):edit>"
)
def edit(dossier_id: object, page_id: object, edit: str) -> ResponseReturnValue:
    """Turn a page clockwise, take it out, send a blank one after all…; each can be undone.

    Form field: ``back=page`` returns to the large picture, where that makes sense.
    """
    return _change(dossier_id, page_id, lambda: EDITS[edit](point(), str(page_id)), edit)


@pages.post("/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>/upright/<int:degrees>")
def upright(dossier_id: object, page_id: object, degrees: int) -> ResponseReturnValue:
    """A person says which way is up: *degrees* clockwise of how it is shown; 0: as it lies."""
    if degrees not in QUARTERS:
        raise DossierUnknown(f"no turn of {degrees} degrees")
    return _change(
        dossier_id, page_id, lambda: page_edits.turn_page(point(), str(page_id), degrees)
    )


@pages.post("/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>/scan-again")
def scan_again(dossier_id: object, page_id: object) -> ResponseReturnValue:
    """Scan this sheet once more; the new page lies where this one lies now."""
    return _change(
        dossier_id,
        page_id,
        lambda: page_moves.scan_again(point(), str(page_id), AskedBy.SCREEN),
        "scan-again",
    )


def page_in(view: DossierView, page_id: str) -> Page:
    """Raises DossierUnknown: no such page in this dossier, or it was taken out."""
    for page in view.pages:
        if page.id == page_id:
            return page
    raise DossierUnknown(f"page {page_id} is not in dossier {view.dossier.id}")


def _change(
    dossier_id: object, page_id: object, change: Callable[[], object], edit: str = ""
) -> ResponseReturnValue:
    def checked() -> None:
        fields_of_page(str(dossier_id), str(page_id))
        change()

    answer = act(str(dossier_id), checked, "papers")
    if edit not in LEAVES and request.form.get("back") == "page":
        return redirect(link("one_page.show", dossier_id=dossier_id, page_id=page_id), 303)
    return answer
