"""The volunteer's side: a code on the screen, who came in with it, and an end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, session
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.phone_link import PhoneLink
from appliance.desk.dossier import dossiers, phone_links
from web.station import outside
from web.station.here import point, station, volunteer
from web.station.phone.qr import qr_svg
from web.station.phone.room import clock_of, phone_said

pages = Blueprint("phone_invite", __name__, template_folder="templates")
HELD = "phone_code"  # in the volunteer's own session: the store keeps a digest only


@pages.get("/dossiers/<uuid:dossier_id>/phone")
def show(dossier_id: object) -> ResponseReturnValue:
    """The code, or how far the phone is."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        return redirect(link("delivery.show", dossier_id=dossier_id), 303)
    if view.locked:
        return render_template("locked.html", view=view)
    return render_template("phone/invite.html", view=view, **_facts(str(dossier_id)))


@pages.get("/dossiers/<uuid:dossier_id>/phone/now")
def now(dossier_id: object) -> ResponseReturnValue:
    """The part that changes when a phone comes in or time runs out."""
    wanted = str(dossier_id)
    key = ("phone", wanted, str(session.get(HELD)))

    def draw() -> str:
        view = dossiers.look_at(point(), wanted)
        return render_template("phone/_invite_now.html", view=view, **_facts(wanted))

    return station().freshness.answer(key, draw, stored=False)


@pages.post("/dossiers/<uuid:dossier_id>/phone")
def make(dossier_id: object) -> ResponseReturnValue:
    """A new code; the phone that came in with an older one is out."""
    new = phone_links.let_a_phone_in(point(), str(dossier_id), volunteer().id)
    session[HELD] = [str(dossier_id), new.token]
    return redirect(link("phone_invite.show", dossier_id=dossier_id), 303)


@pages.post("/dossiers/<uuid:dossier_id>/phone/end")
def end(dossier_id: object) -> ResponseReturnValue:
    """Whatever phone is in is out."""
    phone_links.let_phones_out(point(), str(dossier_id))
    session.pop(HELD, None)
    return redirect(link("phone_invite.show", dossier_id=dossier_id), 303)


def _facts(dossier_id: str) -> dict[str, Any]:
    newest = phone_links.newest_link(point(), dossier_id)
    if newest is None or newest.is_over(point().clock()):
        return {"stage": "none", "was": newest}
    if newest.claimed_at is not None:
        return {"stage": "inside", "since": clock_of(newest.claimed_at), "until": _until(newest)}
    held = session.get(HELD)
    if not held or held[0] != dossier_id:  # made on another screen
        return {"stage": "elsewhere", "until": _until(newest)}
    return {
        "stage": "waiting",
        "until": _until(newest),
        "code": qr_svg(outside.address("phone.open", token=held[1])),
        "host": outside.host(),
        "here": link("phone.open", token=held[1]),
        "reachable": outside.is_reachable(outside.host()),
    }


def _until(newest: PhoneLink) -> str:
    return phone_said("until", time=clock_of(newest.expires_at))
