"""The code leads here: one touch takes it for this phone."""

from __future__ import annotations

from flask import redirect, render_template
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.phone_link import FOLLOWED_FOR, LIFE, PhoneRefused
from appliance.desk.dossier import dossiers, phone_links
from web.station.here import point
from web.station.phone.room import cookie_name, in_this_language, pages, phone, refused, secret
from web.station.slots import slots_of


@pages.get("/p/<token>")
def open(token: str) -> ResponseReturnValue:
    """Asks for a touch: what only looks ahead at addresses must not use up the code."""
    try:
        found = phone_links.link_behind(point(), token, secret())
    except PhoneRefused as refusal:
        return refused(refusal)
    if found.claimed_at is not None:
        return redirect(link("phone.home"), 303)
    return render_template("phone/open.html", token=token, minutes=LIFE.seconds // 60)


@pages.post("/p/<token>")
def claim(token: str) -> ResponseReturnValue:
    """From here on this phone alone may come in."""
    try:
        mine = phone_links.claim(point(), token, secret())
    except PhoneRefused as refusal:
        return refused(refusal)
    answer = redirect(link("phone.home"), 303)
    answer.set_cookie(
        cookie_name(),
        mine,
        max_age=LIFE + FOLLOWED_FOR,
        secure=point().config.web.https,
        httponly=True,
        samesite="Strict",
    )
    return answer


@pages.get("/phone")
def home() -> ResponseReturnValue:
    """What can be done here, and how far each is."""
    view = in_this_language(dossiers.look_at(point(), phone().dossier.id))
    if view.locked:
        return render_template("phone/locked.html", view=view)
    found = dossiers.problems_of(point(), view)
    return render_template(
        "phone/home.html",
        view=view,
        unanswered=sum(1 for problem in found if problem.is_error),
        slots=slots_of(view),
    )


@pages.post("/phone/leave")
def leave() -> ResponseReturnValue:
    """The citizen is done: nobody who finds this phone sees anything."""
    phone_links.leave(point(), phone().link)
    answer = redirect(link("phone.left"), 303)
    answer.delete_cookie(cookie_name(), secure=point().config.web.https, samesite="Strict")
    return answer


@pages.get("/phone/left")
def left() -> str:
    """It is over, and that is well."""
    return render_template("phone/left.html")
