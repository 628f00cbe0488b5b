"""The check: the citizen reads everything once more, agrees with a tick, and it is sealed."""

from __future__ import annotations

import hashlib

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossier import DossierState
from appliance.core.errors import (
    AlreadyScanning,
    AnswersChangedElsewhere,
    DossierMovedOn,
    NotReadyToSeal,
    PhotosOnTheirWay,
    WardKeyMissing,
)
from appliance.core.shown import answers_in_portal_order
from appliance.desk import dossiers, sealing
from appliance.desk.cards import from_paper
from appliance.desk.consent import consent_text
from appliance.desk.dossiers import DossierView
from appliance.desk.sides import card_doubts
from appliance.findings import advice_for
from appliance.wording import notice_for
from web.station.due import due_of
from web.station.here import point, volunteer
from web.station.slots import slots_of

pages = Blueprint("check", __name__)


@pages.get("/dossiers/<uuid:dossier_id>/check")
def show(dossier_id: object) -> ResponseReturnValue:
    """Answers in the portal's order, papers with their page counts, problems, the consent."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        return redirect(link("delivery.show", dossier_id=dossier_id), 303)
    if view.locked:
        return render_template("locked.html", view=view)
    return _page(view)


@pages.post("/dossiers/<uuid:dossier_id>/seal")
def seal(dossier_id: object) -> ResponseReturnValue:
    """Form fields: ``consent=yes`` and ``seen`` from the check page.

    *seen* stands for the answers and pages the citizen read: when another screen changed them
    meanwhile, nothing is sealed that nobody looked at.
    """
    view = dossiers.look_at(point(), str(dossier_id))
    consented = request.form.get("consent") == "yes"
    try:
        if view.dossier.state is not DossierState.OPEN:
            raise DossierMovedOn(f"dossier {dossier_id} is {view.dossier.state}")
        if request.form.get("seen") != seen_mark(view):
            raise AnswersChangedElsewhere(f"dossier {dossier_id}: not what was read")
        sealing.ask_to_seal(
            point(),
            str(dossier_id),
            volunteer().id,
            consented=consented,
            seen_revision=view.dossier.answers_revision,
        )
    except DossierMovedOn:
        pass  # sealed on another screen, or a second click: its page tells where it stands
    except (
        NotReadyToSeal,
        AnswersChangedElsewhere,
        AlreadyScanning,
        PhotosOnTheirWay,
        WardKeyMissing,
    ) as error:
        # a redirect, so that the browser's back button never asks to send a form again
        tick_missing = not consented and isinstance(error, NotReadyToSeal)
        if not tick_missing:
            flash(error.code, "notice")
        again = link("check.show", dossier_id=dossier_id, tick=1 if tick_missing else None)
        return redirect(f"{again}#consent" if tick_missing else again, 303)
    return redirect(link("delivery.show", dossier_id=dossier_id), 303)


def seen_mark(view: DossierView) -> str:
    """A short digest of what the check page showed."""
    pages = [(p.id, p.slot_key, p.turn, p.left_out, p.plain) for p in view.pages]
    shown = (view.dossier.answers_revision, pages)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:20]


def _page(view: DossierView) -> str:
    ready = sealing.readiness(point(), view)
    failed = view.seal.error_code if view.seal else None
    return render_template(
        "check.html",
        view=view,
        ready=ready,
        slots=slots_of(view),
        cards=[(slot, advice_for(warn)) for slot, warn in card_doubts(point(), view)],
        due=due_of(view, point().today()),
        sections=answers_in_portal_order(view.procedure, view.answers, point().places),
        paper=from_paper(point(), view),
        consent=consent_text(point(), view.procedure),
        seen=seen_mark(view),
        told=notice_for(failed) if failed else None,
        tick_missing="tick" in request.args,
    )
