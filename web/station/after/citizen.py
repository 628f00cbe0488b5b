"""A citizen asks about their own dossier: see what the box holds, have it erased, whom else to ask.

Number and secret of the slip are asked for each step and travel in the body of a form only.
"""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import Why
from appliance.core.errors import DossierError, PressError
from appliance.core.errors.citizen import (
    CitizenError,
    CitizenLongAgo,
    CitizenUnknown,
    TooManyGuesses,
)
from appliance.desk.dossier import citizen
from appliance.desk.dossier.citizen import Held
from appliance.desk.ending import erasing
from web.station.here import point, volunteer
from web.station.speech import said

pages = Blueprint("citizen", __name__, url_prefix="/citizen")
LONGEST = 60


@pages.get("")
def ask() -> str:
    """An empty form."""
    return render_template("citizen.html", held=None, number="", secret="", refused=None)


@pages.post("")
def show() -> ResponseReturnValue:
    """Form fields: ``number`` and ``secret``, of the slip to take home."""
    held = _found()
    return render_template("citizen.html", held=held, refused=None, **_typed())


@pages.post("/take-back")
def take_back() -> ResponseReturnValue:
    """The same fields: the consent is withdrawn before the ward has it."""
    held = _found()
    wanted = held.view.dossier.id
    try:
        if held.stage == "supplement":
            erasing.erase_draft(point(), wanted, Why.WITHDRAWN, volunteer().id)
            surely = True
        else:
            surely = erasing.take_back(point(), wanted, Why.WITHDRAWN, volunteer().id)
    except (DossierError, PressError) as error:
        flash(error.code, "notice")
    else:
        flash(said("erase.done" if surely else "erase.perhaps_at_ward"), "done")
    return redirect(link("delivery.show", dossier_id=wanted), 303)


@pages.post("/forget")
def forget() -> ResponseReturnValue:
    """The same fields: of a delivered dossier the codes that the box still holds."""
    held = _found()
    wanted = held.view.dossier.id
    try:
        erasing.forget_codes(point(), wanted, volunteer().id)
    except DossierError as error:
        flash(error.code, "notice")
    else:
        flash(said("erase.codes"), "done")
    return redirect(link("delivery.show", dossier_id=wanted), 303)


def _found() -> Held:
    typed = _typed()
    return citizen.find(point(), typed["number"], typed["secret"], volunteer().id)


def _typed() -> dict[str, str]:
    return {key: request.form.get(key, "")[:LONGEST] for key in ("number", "secret")}


@pages.errorhandler(CitizenLongAgo)
@pages.errorhandler(CitizenUnknown)
@pages.errorhandler(TooManyGuesses)
def _refused(error: CitizenError) -> ResponseReturnValue:
    page = render_template(
        "citizen.html", held=None, refused=error.code, number=_typed()["number"], secret=""
    )
    return make_response(page, 429 if isinstance(error, TooManyGuesses) else 404)
