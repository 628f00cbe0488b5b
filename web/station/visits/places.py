"""Where the box stands today: any volunteer who carries it there says so."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.point.served import LONGEST_NAME
from appliance.desk import served
from web.station.here import point
from web.station.visits.room import pages
from web.station.visits.words import say


@pages.get("/visits/places")
def served_places() -> str:
    """The places, the one where the box stands marked."""
    return render_template(
        "visits/places.html",
        offered=served.offered(point()),
        here=served.here_now(point()),
        own=served.own(point()),
        longest=LONGEST_NAME,
    )


@pages.post("/visits/places/here")
def stand_here() -> ResponseReturnValue:
    """Form field: ``place``, its key."""
    if served.move(point(), request.form.get("place", "")):
        flash(say("places.moved", name=served.here_now(point()).name), "done")
        return redirect(link("visits.show"), 303)
    flash(say("places.gone"), "todo")
    return redirect(link("visits.served_places"), 303)


@pages.post("/visits/places")
def add_place() -> ResponseReturnValue:
    """Form field: ``name``."""
    new = served.add(point(), request.form.get("name", ""))
    if new is None:
        flash(say("places.name", most=LONGEST_NAME), "todo")
    else:
        flash(say("places.added", name=new.name), "done")
    return redirect(link("visits.served_places"), 303)


@pages.post("/visits/places/close")
def close_place() -> ResponseReturnValue:
    """Form field: ``place``. Its figures stay."""
    done = served.close(point(), request.form.get("place", ""))
    flash(say("places.closed" if done else "places.stays"), "done" if done else "todo")
    return redirect(link("visits.served_places"), 303)
