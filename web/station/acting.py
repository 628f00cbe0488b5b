"""A button of the work page was pressed: keep what was typed, do it, show the page again."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, jsonify, redirect
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.errors import DossierError, DossierUnknown, PressError
from web.station.dossier import keep_typed
from web.station.gate import wants_fragment


def act(dossier_id: str, change: Callable[[], object], anchor: str) -> ResponseReturnValue:
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
