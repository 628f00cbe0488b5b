"""The technician's page: how the box is, which procedures it knows until when, who may sign in."""

from __future__ import annotations

from datetime import date, timedelta

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
)
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.desk.people import people
from appliance.desk.running.public_prints import hotspot_of, joining_here
from appliance.desk.sending.examined import last_examined
from appliance.desk.sending.status import STATION, UPLOADER, disk_free_mb
from appliance.desk.sending.ward_key import recipients_now
from appliance.papers.prints.hotspot_sheet import print_hotspot
from appliance.papers.prints.setting import words_of
from appliance.store import status
from appliance.store.people.volunteers import Role
from appliance.wording.diagnosed import told
from web.station.error_pages import refuse
from web.station.gate import own_secret
from web.station.here import point, volunteer
from web.station.phone.qr import qr_svg
from web.station.printing.made_paper import made_paper
from web.station.speech import said

pages = Blueprint("box", __name__, url_prefix="/box")
EXPIRES_SOON = timedelta(days=60)


@pages.before_request
def _technicians_only() -> ResponseReturnValue | None:
    return None if g.volunteer.role is Role.TECHNICIAN else refuse("technicians-only")


@pages.get("")
def show() -> str:
    """Nothing here is about a citizen."""
    here = point()
    with here.database.reading() as connection:
        reports = {name: status.last_report(connection, name) for name in (STATION, UPLOADER)}
    today = here.today()
    join = joining_here(here.config)
    return render_template(
        "box.html",
        join=join,
        join_qr=qr_svg(join.code) if join else "",
        reports=reports,
        free_mb=disk_free_mb(here),
        ward_key=next(iter(recipients_now(here)), ""),
        procedures=[
            (one, dated(one.version), needs_reading(one.valid_to, today))
            for one in here.procedures.leaflets.values()
        ],
        examined=last_examined(here),
        told=told,
        everybody=people.everybody(here),
    )


def dated(version: str) -> str:
    """A procedure's version as a day is written here.

    >>> dated("2026-11-22"), dated("2026-11-22.2")
    ('22/11/2026', '22/11/2026 (2)')
    """
    day, _, again = version.partition(".")
    return f"{date.fromisoformat(day):%d/%m/%Y}" + (f" ({again})" if again else "")


@pages.get("/hotspot.pdf")
def hotspot() -> Response:
    """The sheet for the wall beside the desk, with the Wi-Fi's password: for technicians."""
    here = point()
    sheet = hotspot_of(here.config, here.clock().astimezone(here.zone))
    if sheet is None:
        abort(404)
    return made_paper(lambda: print_hotspot(sheet), str(words_of("hotspot_sheet")["called"]))


@pages.post("/people")
def add() -> ResponseReturnValue:
    """Form fields: ``name``, and ``role=technician`` for one; the PIN is told once."""
    name = request.form.get("name", "")
    role = Role.TECHNICIAN if request.form.get("role") == Role.TECHNICIAN else Role.VOLUNTEER
    pin = people.add_person(point(), name, role, volunteer().id)
    _tell(said("box.added", name=" ".join(name.split()), pin=pin) if pin else None, "box.name")
    return redirect(link("box.show") + "#people", 303)


@pages.post("/people/<int:number>/pin")
def renew(number: int) -> ResponseReturnValue:
    """A fresh PIN for somebody who forgot it."""
    pin = people.fresh_pin(point(), number, volunteer().id, own_secret())
    names = {person.id: person.name for person in people.everybody(point())}
    _tell(said("box.renewed", name=names.get(number, ""), pin=pin) if pin else None, "box.nobody")
    return redirect(link("box.show") + "#people", 303)


@pages.post("/people/<int:number>/leave")
def leave(number: int) -> ResponseReturnValue:
    """Somebody helps here no more; nobody can do that to oneself."""
    names = {person.id: person.name for person in people.everybody(point())}
    gone = number != volunteer().id and people.let_go_home(point(), number, volunteer().id)
    _tell(said("box.left", name=names[number]) if gone else None, "box.nobody")
    return redirect(link("box.show") + "#people", 303)


def needs_reading(valid_to: date | None, today: date) -> bool:
    """Whether the law behind a procedure ends soon, or has ended: its file must be renewed."""
    return valid_to is not None and valid_to - today < EXPIRES_SOON


def _tell(done: str | None, otherwise: str) -> None:
    if done is None:
        flash(said(otherwise), "todo")
    else:
        flash(done, "done")
