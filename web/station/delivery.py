"""After the seal: how far it is, the ward's signed receipt and its answers.

The box shows nothing personal any more; only an officer's own words may name somebody.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossier import DossierState
from appliance.core.submission import SubmissionState
from appliance.desk import dossiers
from appliance.desk.dossiers import DossierView
from appliance.desk.words import with_words
from web.station.here import point, station

pages = Blueprint("delivery", __name__)


@pages.get("/dossiers/<uuid:dossier_id>/delivery")
def show(dossier_id: object) -> ResponseReturnValue:
    """Where a sealed dossier stands; an open one goes back to the desk."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is DossierState.OPEN and not _seal_failed(view):
        return redirect(link("dossier.show", dossier_id=dossier_id), 303)
    return render_template("delivery.html", **_facts(view))


@pages.get("/dossiers/<uuid:dossier_id>/delivery/now")
def now(dossier_id: object) -> ResponseReturnValue:
    """The part of that page which changes by itself."""

    def draw() -> str:
        view = dossiers.look_at(point(), str(dossier_id))
        return render_template("_delivery_now.html", **_facts(view))

    return station().freshness.answer(("delivery", str(dossier_id)), draw)


def stage_of(view: DossierView) -> str:
    """``sealing``, ``failed``, ``waiting``, ``needs-person`` or ``delivered``."""
    if view.receipt is not None:
        return "delivered"
    if view.dossier.state is DossierState.OPEN:
        return "failed"
    if view.dossier.state is DossierState.SEALING:
        return "sealing"
    if view.submission is not None and view.submission.state is SubmissionState.NEEDS_PERSON:
        return "needs-person"
    return "waiting"


def _facts(view: DossierView) -> dict[str, object]:
    procedure = view.procedure
    titles = {slot.key: slot.title for slot in procedure.slots}
    titles |= {key: field.label for key, field in procedure.fields.items()}
    told = with_words(point(), view.dossier.id, view.events)
    return {
        "view": view,
        "stage": stage_of(view),
        "titles": titles,
        "events": told.events,
        "words_are_coming": told.words_are_coming,
    }


def _seal_failed(view: DossierView) -> bool:
    return view.seal is not None and view.seal.error_code is not None
