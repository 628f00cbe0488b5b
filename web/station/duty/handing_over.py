"""One shift leaves the desk to the next: what lies there, a note, and taking it over."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.point.roster import RosterRefused
from appliance.desk import served
from appliance.desk.running import duty
from appliance.desk.shifts import handing_over
from web.station.duty.room import pages, say, tell_refusal
from web.station.here import point, volunteer


@pages.get("/handover")
def handover() -> str:
    """What lies open, waits and is not sent; the note of the shift before, and one's own."""
    return _page()


@pages.post("/handover")
def hand_over() -> ResponseReturnValue:
    """Form field: ``note``, about no citizen. A note that is refused stays in its box."""
    note = request.form.get("note", "")
    try:
        handing_over.give(point(), volunteer().id, note)
    except RosterRefused as refused:
        tell_refusal(refused)
        return _page(note), 400
    flash(say("handover.given"), "done")
    return redirect(link("duty.handover"), 303)


@pages.post("/handover/<int:handover_id>/take")
def take_over(handover_id: int) -> ResponseReturnValue:
    """The note is read; from here on it is this volunteer's desk."""
    try:
        handing_over.take(point(), handover_id, volunteer().id)
    except RosterRefused as refused:
        tell_refusal(refused)
    else:
        flash(say("handover.taken"), "done")
    return redirect(link("duty.handover"), 303)


def _page(note: str = "") -> str:
    leaflets = point().procedures.leaflets
    return render_template(
        "duty/handover.html",
        desk=handing_over.look(point()),
        titles={key: one.title for key, one in leaflets.items()},
        called={person.id: called for person, called in duty.everybody(point())},
        place_names=served.names(point()),
        longest=handing_over.LONGEST_NOTE,
        typed=note,
    )
