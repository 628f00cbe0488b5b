"""Follow the dossier: how far it is, and nothing of what is inside."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import DossierState
from appliance.desk.dossier import dossiers
from appliance.desk.sending.following import follow_up_url, portal_url
from web.station.after.delivery import stage_of
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
    # open once more for a supplement: what the ward holds, it holds
    is_being_filled = view.dossier.state is DossierState.OPEN and not view.dossier.is_supplement
    stage = "open" if is_being_filled else stage_of(view)
    return {
        "view": view,
        "stage": stage,
        "last": view.events[-1] if view.events else None,
        "national_code": view.national_code,
        "asks_more": view.request is not None,
        "portal": portal_url(point(), view.national_code),
        "follow_url": follow_up_url(point(), view.dossier),
        "still_open": stage == "open",
    }
