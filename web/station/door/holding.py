"""Two volunteers, one dossier: the second one sees who works on it before anything changes."""

from __future__ import annotations

from flask import Blueprint, Flask, g, jsonify, make_response, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.desk.dossier import dossiers
from appliance.desk.people import holding
from web.station.gate import wants_fragment
from web.station.here import point, volunteer
from web.station.speech import said

pages = Blueprint("holding", __name__)
# everything else with a dossier in its address, also what is added later, is work on it
NO_WORK = frozenset({"delivery", "home", "holding", "phone"})
CONFLICT = 409


def guard(app: Flask) -> None:
    """Every page and button of an open dossier belongs to the one who works on it."""

    @app.before_request
    def _one_at_a_time() -> ResponseReturnValue | None:
        dossier_id = (request.view_args or {}).get("dossier_id")
        if dossier_id is None or request.blueprint in NO_WORK or g.get("volunteer") is None:
            return None
        holder = holding.hold(point(), str(dossier_id), volunteer().id)
        if holder is None:
            return None
        if wants_fragment():
            told = {part: said(f"page.held.{part}") for part in ("what", "safe", "next")}
            return jsonify(notice=told), CONFLICT
        view = dossiers.look_at(point(), str(dossier_id))
        return make_response(render_template("held.html", view=view, holder=holder), CONFLICT)


@pages.post("/dossiers/<uuid:dossier_id>/take-over")
def take_over(dossier_id: object) -> ResponseReturnValue:
    """From now on this volunteer works on it; the other one's screen says so."""
    holding.hold(point(), str(dossier_id), volunteer().id, take_over=True)
    return redirect(link("dossier.show", dossier_id=dossier_id), 303)
