"""Putting the pages of a slot in order, and those of another paper where they belong."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import DossierUnknown
from appliance.desk.dossier import dossiers
from appliance.desk.pages import page_moves
from web.station.form.acting import act
from web.station.form.dossier import fields_of_page
from web.station.gate import wants_fragment
from web.station.here import point
from web.station.slots import pages_of
from web.station.speech import said

pages = Blueprint("arrange", __name__)


@pages.get("/dossiers/<uuid:dossier_id>/slots/<slot>/arrange")
def show(dossier_id: object, slot: str) -> ResponseReturnValue:
    """The pages of a slot, each with its place, and the slots they may go to."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        return redirect(link("delivery.show", dossier_id=dossier_id), 303)
    found = next((one for one in view.procedure.slots if one.key == slot), None)
    if found is None:
        raise DossierUnknown(f"dossier {dossier_id} has no slot {slot[:60]!r}")
    return render_template(
        "arrange.html",
        view=view,
        slot=found,
        inside=pages_of(view, slot),
        others=[one for one in view.slots if one.key != slot],
    )


@pages.post("/dossiers/<uuid:dossier_id>/slots/<slot>/arrange")
def move(dossier_id: object, slot: str) -> ResponseReturnValue:
    """Form fields: ``place=PAGE:N`` lays that page at place N of this slot.

    Our own script gets the list as it is then.

    Or ``to``, a slot, and ``page``, as often as pages are to go there.
    """
    wanted = str(dossier_id)
    page_id, _, place = request.form.get("place", "").partition(":")
    if place.isascii() and place.isdigit() and len(place) < 5:
        fields_of_page(wanted, page_id)
        page_moves.move_page(point(), page_id, slot, int(place))
        if wants_fragment():
            view = dossiers.look_at(point(), wanted)
            return render_template("_arrange_now.html", view=view, inside=pages_of(view, slot))
        return redirect(_again(wanted, slot, page_id), 303)
    target, chosen = request.form.get("to", ""), request.form.getlist("page")
    if not chosen or not target:
        flash(said("flash.choose-pages" if target else "flash.choose-slot"), "todo")
        return redirect(_again(wanted, slot), 303)
    for page_id in chosen:
        fields_of_page(wanted, page_id)
    return act(wanted, lambda: page_moves.move_pages(point(), chosen, target), f"slot-{target}")


def _again(dossier_id: str, slot: str, page_id: str = "") -> str:
    anchor = f"place-{page_id}" if page_id else None
    return link("arrange.show", dossier_id=dossier_id, slot=slot, _anchor=anchor)
