"""After the seal: how far it is, the ward's signed receipt and its answers.

The box shows nothing personal any more; only an officer's own words may name somebody.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.national_code import looks_like_a_code
from appliance.core.dossiers.submission import Bound, SubmissionState
from appliance.core.errors import DossierMovedOn
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.sending import waiting
from appliance.desk.sending.following import note_national_code, portal_url
from appliance.desk.sending.words import with_words
from web.station.here import point, station
from web.station.speech import said

pages = Blueprint("delivery", __name__)


@pages.get("/dossiers/<uuid:dossier_id>/delivery")
def show(dossier_id: object) -> ResponseReturnValue:
    """Where a sealed dossier stands; an open one goes back to the desk."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is DossierState.OPEN:
        if view.dossier.is_supplement:
            return redirect(link("supplement.show", dossier_id=dossier_id), 303)
        if not _seal_failed(view):
            return redirect(link("dossier.show", dossier_id=dossier_id), 303)
    return render_template("delivery.html", **_facts(view))


@pages.get("/dossiers/<uuid:dossier_id>/delivery/now")
def now(dossier_id: object) -> ResponseReturnValue:
    """The part of that page which changes by itself."""

    def draw() -> str:
        view = dossiers.look_at(point(), str(dossier_id))
        if stage_of(view) == "failed" and not _seal_failed(view):
            raise DossierMovedOn(f"dossier {view.dossier.id} is open")  # the page leads to it
        return render_template("_delivery_now.html", **_facts(view))

    return station().freshness.answer(("delivery", str(dossier_id)), draw)


@pages.post("/dossiers/<uuid:dossier_id>/send-by")
def send_by(dossier_id: object) -> ResponseReturnValue:
    """Form field: ``to``, ``folder`` for the stick or ``ward`` for the network, as configured."""
    ways = {Bound.FOLDER: _has_stick(), Bound.WARD: bool(point().config.ward.url)}
    to = next((way for way, open_ in ways.items() if open_ and way == request.form.get("to")), None)
    if to is not None:
        moved = waiting.send_by(point(), str(dossier_id), to)
        flash(said(f"by-hand.moved-{to}" if moved else "by-hand.arrived"), "done")
    return redirect(link("delivery.show", dossier_id=dossier_id), 303)


@pages.post("/dossiers/<uuid:dossier_id>/national-code")
def note_code(dossier_id: object) -> ResponseReturnValue:
    """Form field: ``code``, the mã hồ sơ as somebody reads it out. An odd one is kept, and told."""
    code = note_national_code(point(), str(dossier_id), request.form.get("code", "")[:200])
    if code and not looks_like_a_code(code):
        flash(said("code.odd", code=code), "todo")
    else:
        flash(said("code.saved" if code else "code.forgotten"), "done")
    return redirect(link("delivery.show", dossier_id=dossier_id), 303)


def stage_of(view: DossierView) -> str:
    """``erased``, ``sealing``, ``failed``, ``waiting``, ``needs-person`` or ``delivered``."""
    if view.dossier.state is DossierState.ERASED:
        return "erased"
    if view.dossier.state is DossierState.SEALING:
        return "sealing"
    if view.receipt is not None:
        return "delivered"
    if view.dossier.state is DossierState.OPEN:
        return "failed"
    if view.submission is not None and view.submission.state is SubmissionState.NEEDS_PERSON:
        return "needs-person"
    return "waiting"


def _facts(view: DossierView) -> dict[str, object]:
    procedure = view.procedure
    titles = {slot.key: slot.title for slot in procedure.slots}
    titles |= {key: field.label for key, field in procedure.fields.items()}
    codes = [event.national_code for event in view.events if event.national_code]
    told = with_words(point(), view.dossier.id, view.events)
    return {
        "view": view,
        "stage": stage_of(view),
        "titles": titles,
        "events": told.events,
        "words_are_coming": told.words_are_coming,
        "told_code": codes[-1] if codes else None,
        "portal": portal_url(point(), view.national_code),
        "has_stick": _has_stick(),
        "has_network": bool(point().config.ward.url),
    }


def _has_stick() -> bool:
    return point().config.folder.path is not None


def _seal_failed(view: DossierView) -> bool:
    return view.seal is not None and view.seal.error_code is not None
