"""Follow the dossier: how far it is, and nothing of what is inside."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from appliance.core.dossier import DossierState
from appliance.desk import dossiers
from web.station.delivery import stage_of
from web.station.here import point, station
from web.station.look import look
from web.station.phone.room import in_this_language, pages, phone


@pages.get("/phone/follow")
def follow() -> str:
    """From the desk to the ward; also for a day after the seal, on the same phone."""
    return render_template("phone/follow.html", **_facts())


@pages.get("/phone/follow/now")
def follow_now() -> ResponseReturnValue:
    """The part that changes by itself."""

    def draw() -> str:
        return render_template("phone/_follow_now.html", **_facts())

    return station().freshness.answer(("phone-follow", phone().dossier.id, look().language), draw)


def _facts() -> dict[str, object]:
    """States, dates and codes only: an officer's own words may name somebody."""
    view = in_this_language(dossiers.look_at(point(), phone().dossier.id))
    stage = "open" if view.dossier.state is DossierState.OPEN else stage_of(view)
    codes = [event.national_code for event in view.events if event.national_code]
    return {
        "view": view,
        "stage": stage,
        "last": view.events[-1] if view.events else None,
        "national_code": codes[-1] if codes else None,
        "still_open": stage == "open",
    }
