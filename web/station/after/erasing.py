"""A dossier that is not to be: asked once more, with the reason, then erased for good."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import DossierState, Why
from appliance.core.errors import DossierMovedOn, PressError
from appliance.desk.dossier import dossiers
from appliance.desk.ending import erasing
from web.station.here import point, volunteer
from web.station.speech import said

pages = Blueprint("erasing", __name__)
REASONS = (Why.WITHDRAWN, Why.NOT_NEEDED)


@pages.get("/dossiers/<uuid:dossier_id>/erase")
def ask(dossier_id: object) -> ResponseReturnValue:
    """What goes and what stays; a locked dossier can be erased, too."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        return redirect(link("delivery.show", dossier_id=dossier_id), 303)
    return render_template("erase.html", view=view, reasons=REASONS, missing="why" in request.args)


@pages.post("/dossiers/<uuid:dossier_id>/erase")
def erase(dossier_id: object) -> ResponseReturnValue:
    """Form field: ``why``, one of the reasons. Of a supplement only what was begun here goes."""
    wanted = str(dossier_id)
    why = request.form.get("why", "")
    if why not in REASONS:
        return redirect(link("erasing.ask", dossier_id=dossier_id, why="missing"), 303)
    try:
        erasing.erase_draft(point(), wanted, Why(why), volunteer().id)
    except (PressError, DossierMovedOn) as error:
        flash(error.code, "notice")
        return redirect(link("dossier.show", dossier_id=dossier_id), 303)
    flash(said("erase.done"), "done")
    return redirect(link("delivery.show", dossier_id=dossier_id), 303)
