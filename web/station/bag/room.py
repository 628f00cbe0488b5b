"""Tonight's visits with address and need; and what is erased when the bag is back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.desk.sending.examined import last_examined
from appliance.desk.shifts import bag
from appliance.wording.diagnosed import Told, told
from web.station.appointments.room import hours_of
from web.station.here import point, volunteer
from web.station.room_words import RoomWords

pages = Blueprint("bag", __name__, url_prefix="/bag", template_folder="templates")
words = RoomWords("web.station.bag", "bag")
say = words.say


@pages.get("")
def show() -> str:
    """The list of tonight, in the order of the hours."""
    return render_template(
        "bag/tonight.html", evening=bag.tonight(point()), battery=_told_of_the_battery()
    )


def _told_of_the_battery() -> Told | None:
    """As the box's last look at itself has it; None for a box without one."""
    seen = last_examined(point())
    found = (one for one in (seen.findings if seen else ()) if one.code.startswith("battery-"))
    return next(map(told, found), None)


@pages.get("/home")
def home() -> str:
    """What waits, what will be erased; nothing is done yet."""
    leaflets = point().procedures.leaflets
    return render_template(
        "bag/home.html",
        back=bag.look_back(point()),
        titles={key: one.title for key, one in leaflets.items()},
    )


@pages.post("/home")
def come_home() -> ResponseReturnValue:
    """Form field: ``keep``, once for each draft that its citizen wants to be finished later."""
    done = bag.come_home(point(), set(request.form.getlist("keep")), volunteer().id)
    flash(say("done", drafts=done.drafts, visits=done.visits, walk_ups=done.walk_ups), "done")
    if done.left:
        flash(say("left", n=done.left), "todo")
    return redirect(link("bag.home"), 303)


@pages.context_processor
def _for_templates() -> dict[str, object]:
    return {"say": say, "hours_of": hours_of}
