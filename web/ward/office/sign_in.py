"""Who may see the officers' pages, and what every such page knows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from web.ward.audit import Deed, note
from web.ward.database import writing
from web.ward.office.forms import SignInForm
from web.ward.office.listing import age_vi
from web.ward.office.officers import OfficerRests, Role, end_sessions, officer_of, signs_in
from web.ward.service import the_ward
from web.ward.wording import words

inbox = Blueprint("inbox", __name__)


@inbox.before_request
def know_the_officer() -> AnyResponse | None:
    """Everybody signs in; a sign-out, a new password or a removed officer ends older cookies."""
    if request.endpoint == "inbox.sign_in":
        return None
    name = session.get("officer")
    known = officer_of(the_ward().engine, name, session.get("stamp")) if name else None
    if known:
        g.officer, g.is_head = known.name, known.role is Role.HEAD
        return None
    session.clear()
    return redirect(url_for("inbox.sign_in"))


@inbox.app_context_processor
def for_templates() -> dict[str, Any]:
    """Words, times and ages, as pages show them."""
    ward = the_ward()
    zone = ZoneInfo(ward.settings.time_zone)

    def local(moment: datetime | str) -> str:
        aware = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return f"{aware.astimezone(zone):%H:%M %d/%m/%Y}"

    return {"words": words(), "local": local, "age": lambda then: age_vi(ward.now() - then)}


@inbox.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> AnyResponse | str:
    """By name and password."""
    form = SignInForm()
    if form.validate_on_submit():
        ward, notice = the_ward(), words()["notice"]
        address = request.remote_addr or "socket"
        if rest_s := ward.strange_officers.rest_s(address):  # before the costly hash
            flash(notice["resting"].format(age=age_vi(timedelta(seconds=rest_s))), "danger")
            page = make_response(render_template("ward/sign_in.html", form=form), 429)
            page.headers["Retry-After"] = str(rest_s)
            return page
        try:
            known = signs_in(ward.engine, form.name.data, form.password.data, ward.now())
            if known:
                ward.strange_officers.forget(address)
                session.clear()
                session.permanent = True
                session["officer"], session["stamp"] = known.name, known.stamp
                return redirect(url_for("inbox.show_list"))
            flash(notice["wrong_password"], "danger")
        except OfficerRests as rest:
            flash(notice["resting"].format(age=age_vi(rest.until - ward.now())), "danger")
    return render_template("ward/sign_in.html", form=form)


@inbox.post("/sign-out")
def sign_out() -> AnyResponse:
    """End this officer's sessions, in whatever browser: a copied cookie opens nothing after."""
    ward = the_ward()
    with writing(ward.engine) as conn:
        end_sessions(conn, g.officer)
        note(conn, ward.now(), g.officer, Deed.SIGNED_OUT)
    session.clear()
    flash(words()["notice"]["signed_out"], "success")
    return redirect(url_for("inbox.sign_in"))
