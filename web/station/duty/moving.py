"""A shift goes to another place: who and when stay, and one touch takes it back."""

from __future__ import annotations

from flask import flash, redirect, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.point.roster import Duty, RosterRefused, Takes
from appliance.desk import served
from appliance.desk.running import duty
from web.station.duty.room import hour_of, pages, say, tell_refusal, when, whole_names
from web.station.duty.roster import booked_in, number_of, shift_of
from web.station.here import point, volunteer


@pages.post("/<int:shift_id>/place")
def move(shift_id: int) -> ResponseReturnValue:
    """Form fields: ``place``, its key; ``sequence``, as the page showed it; ``back``, to undo."""
    seen, place = shift_of(shift_id), request.form.get("place", "")
    sequence = number_of(request.form.get("sequence", ""))
    was = None
    try:
        duty.move(point(), shift_id, sequence, place, volunteer().id)
    except RosterRefused as refused:
        tell_refusal(refused)
    else:
        if seen is not None:
            _tell(seen)
            if request.form.get("back") != "yes":
                was = seen.place or served.own(point()).key
    if shift_of(shift_id) is None:  # cancelled on another screen meanwhile
        return redirect(link("duty.show", day=request.form.get("day") or None, _anchor="top"), 303)
    return redirect(link("duty.one", shift_id=shift_id, was=was), 303)


def _tell(seen: Duty) -> None:
    now = shift_of(seen.id)
    if now is None:
        return
    names, places = whole_names(), served.names(point())
    own = served.own(point()).key
    where = places.get(now.place or own, now.place)
    flash(say("moved", when=when(now), place=where), "done")
    if waiting := booked_in(seen):
        numbers = ", ".join(one.number for one in waiting)
        flash(say("booked_there", numbers=numbers, place=places.get(seen.place or own, "")), "todo")
    if now.takes is not Takes.HOME and (others := duty.elsewhere_then(point(), now)):
        told = [
            say(
                "other_place",
                name=names.get(one.volunteer_id, one.called),
                hours=f"{hour_of(one.begins_at)}–{hour_of(one.ends_at)}",
                place=places.get(one.place or own, one.place),
            )
            for one in others
        ]
        flash(say("two_places", others="; ".join(told)), "todo")
