"""The papers of a dossier: slots that fill as the button is pressed, pages to turn or take out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossier import DossierState
from appliance.core.errors import DossierError, DossierMovedOn, DossierUnknown, PressError
from appliance.desk import dossiers, scanning
from appliance.desk.scanning import AskedBy, PageImage
from web.station.dossier import fields_of_page, keep_typed
from web.station.gate import wants_fragment
from web.station.here import point, station
from web.station.next_step import next_step

pages = Blueprint("papers", __name__)


@pages.get("/dossiers/<uuid:dossier_id>/papers")
def now(dossier_id: object) -> ResponseReturnValue:
    """The slots as they are now; asked for all the time, usually answered with 304."""
    wanted = str(dossier_id)

    def draw() -> str:
        view = dossiers.look_at(point(), wanted)
        if view.dossier.state is not DossierState.OPEN:
            raise DossierMovedOn(f"dossier {wanted} is {view.dossier.state}")
        return render_template("_papers.html", view=view, step=next_step(view))

    return station().freshness.answer(("papers", wanted), draw)


@pages.post("/dossiers/<uuid:dossier_id>/slots/<slot>/choose")
def choose(dossier_id: object, slot: str) -> ResponseReturnValue:
    """The next press of the button scans into this slot."""
    wanted = str(dossier_id)
    return _act(wanted, lambda: dossiers.choose_slot(point(), wanted, slot), f"slot-{slot}")


@pages.post("/dossiers/<uuid:dossier_id>/slots/<slot>/scan")
def scan(dossier_id: object, slot: str) -> ResponseReturnValue:
    """A touch on the screen is a press: choose the slot and scan now."""
    wanted = str(dossier_id)
    return _act(
        wanted,
        lambda: scanning.press_into(point(), wanted, slot, AskedBy.SCREEN),
        f"slot-{slot}",
    )


@pages.post("/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>/<any(turn, remove, 'put-back'):edit>")
def edit(dossier_id: object, page_id: object, edit: str) -> ResponseReturnValue:
    """Turn a page clockwise, take it out, or put it back; all of it can be undone.

    Form field: ``back=page`` returns from a turn to the large picture.
    """
    edits: dict[str, Callable[..., None]] = {
        "turn": scanning.turn_page,
        "remove": scanning.remove_page,
        "put-back": scanning.put_page_back,
    }

    def change() -> None:
        fields_of_page(str(dossier_id), str(page_id))
        edits[edit](point(), str(page_id))

    answer = _act(str(dossier_id), change, "papers")
    if edit == "turn" and request.form.get("back") == "page":  # turned while seen large
        return redirect(link("papers.look_closer", dossier_id=dossier_id, page_id=page_id), 303)
    return answer


@pages.get("/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>")
def look_closer(dossier_id: object, page_id: object) -> ResponseReturnValue:
    """One page, large."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        return redirect(link("delivery.show", dossier_id=dossier_id), 303)
    page = next((p for p in view.pages if p.id == str(page_id)), None)
    if page is None:
        raise DossierUnknown(f"page {page_id} is not in dossier {dossier_id}")
    inside = view.pages_in(page.slot_key)
    place = inside.index(page)
    return render_template(
        "page.html",
        view=view,
        page=page,
        slot=view.procedure.slot(page.slot_key),
        number=place + 1,
        count=len(inside),
        before=inside[place - 1] if place else None,
        after=inside[place + 1] if place + 1 < len(inside) else None,
    )


@pages.get("/dossiers/<uuid:dossier_id>/pages/<uuid:page_id>/<any(preview, master):wanted>.jpg")
def image(dossier_id: object, page_id: object, wanted: str) -> Response:
    """The picture of a page; never kept by the browser or anything between."""
    jpeg = scanning.page_image(point(), str(dossier_id), str(page_id), PageImage(wanted))
    return Response(jpeg, mimetype="image/jpeg")


def _act(dossier_id: str, change: Callable[[], object], anchor: str) -> ResponseReturnValue:
    """Do it, then show the work page again; a refusal is told there in three sentences."""
    if wants_fragment():
        change()
        return jsonify(done=True)
    refused = keep_typed(dossier_id)
    if refused is not None:
        return refused
    try:
        change()
    except DossierUnknown:
        raise
    except (PressError, DossierError) as error:
        flash(error.code, "notice")
    return redirect(link("dossier.show", dossier_id=dossier_id, _anchor=anchor), 303)
