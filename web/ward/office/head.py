"""The head's pages: who opened what, who is an officer, how the boxes are."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from web.ward.audit import PAGE, Deed, lines_before, note
from web.ward.boxes.fleet import fleet
from web.ward.boxes.wire import UUID
from web.ward.database import reading, writing
from web.ward.office.forms import OfficerForm
from web.ward.office.listing import age_vi, one_line
from web.ward.office.officers import (
    LastHead,
    Role,
    add_officer,
    is_taken,
    new_password,
    officer_names,
    officers,
    retire,
    set_password,
    set_role,
)
from web.ward.office.publication_page import what_stands
from web.ward.office.sign_in import know_the_officer
from web.ward.service import the_ward
from web.ward.wording import words

head = Blueprint("head", __name__, url_prefix="/office")

LAST_SEQ = 1 << 62


@head.before_request
def know_the_head() -> AnyResponse | None:
    """Signed in as everybody, and a head."""
    elsewhere = know_the_officer()
    if elsewhere is None and not g.is_head:
        abort(403)
    return elsewhere


@head.get("/audit")
def show_audit() -> str:
    """Newest first, of everything or of one dossier."""
    before = min(request.args.get("before", 0, type=int) or LAST_SEQ, LAST_SEQ)
    dossier_id = request.args.get("dossier", "")
    only = dossier_id if UUID.match(dossier_id) else None
    with reading(the_ward().engine) as conn:
        found = lines_before(conn, before, only)
        line = one_line(conn, only) if only else None
    return render_template(
        "ward/audit.html", lines=found, only=only, code=line and line.code, more=len(found) == PAGE
    )


@head.get("/boxes")
def show_boxes() -> str:
    """Every box by its last heartbeat, those that somebody should look at first."""
    ward = the_ward()
    with reading(ward.engine) as conn:
        boxes = fleet(conn, ward.now())
    return render_template("ward/fleet.html", boxes=boxes, lasting=age_vi)


@head.get("/publications")
def show_publications() -> str:
    """What was sent down to the boxes, and how far each of them is."""
    ward = the_ward()
    with reading(ward.engine) as conn:
        return render_template("ward/publications.html", **what_stands(ward, conn))


@head.get("/officers")
def show_officers() -> str:
    """Who may sign in."""
    with reading(the_ward().engine) as conn:
        known = officers(conn)
    return render_template("ward/officers.html", officers=known, form=OfficerForm())


@head.post("/officers")
def do_add() -> AnyResponse | str:
    """One more officer; the password is on this answer and nowhere else."""
    form, password = OfficerForm(), new_password()
    if not form.validate_on_submit():
        with reading(the_ward().engine) as conn:
            return render_template("ward/officers.html", officers=officers(conn), form=form)
    name = str(form.name.data)

    def add(conn: Connection) -> bool:
        if is_taken(conn, name):
            return False
        add_officer(conn, name, password)
        return True

    return _told_once(Deed.ADDED, name, password, add, "officer_exists")


@head.post("/officers/<name>/password")
def do_password(name: str) -> AnyResponse | str:
    """A new password ends all sessions of the old one."""
    password = new_password()

    def renew(conn: Connection) -> bool:
        return name in officer_names(conn) and set_password(conn, name, password)

    return _told_once(Deed.RENEWED, name, password, renew, "no_officer")


@head.post("/officers/<name>/retire")
def do_retire(name: str) -> AnyResponse:
    """Nobody comes in under that name any more; its lines stay."""
    return _changed(Deed.RETIRED, name, lambda conn: retire(conn, name))


@head.post("/officers/<name>/role")
def do_role(name: str) -> AnyResponse:
    """Make a head, or no longer one."""
    told = request.form.get("role", "")
    if told not in set(Role):
        abort(404)
    return _changed(Deed.ROLE, name, lambda conn: set_role(conn, name, Role(told)), role=told)


def _told_once(
    deed: Deed, name: str, password: str, act: Callable[[Connection], bool], else_: str
) -> AnyResponse | str:
    if not _done(deed, name, act):
        flash(words()["notice"][else_], "danger")
        return redirect(url_for("head.show_officers"))
    return render_template("ward/told_once.html", name=name, password=password)


def _changed(deed: Deed, name: str, act: Callable[[Connection], bool], **told: str) -> AnyResponse:
    try:
        done = _done(deed, name, act, **told)
        flash(words()["notice"]["officer_changed" if done else "no_officer"], _colour(done))
    except LastHead:
        flash(words()["notice"]["last_head"], "danger")
    return redirect(url_for("head.show_officers"))


def _done(deed: Deed, name: str, act: Callable[[Connection], bool], **told: str) -> bool:
    ward = the_ward()
    with writing(ward.engine) as conn:
        done = "\0" not in name and act(conn)
        if done:
            note(conn, ward.now(), g.officer, deed, whom=name, **told)
    return done


def _colour(done: bool) -> str:
    return "success" if done else "danger"
