"""The first screen: how the box is, what waits, what was done lately, and a new dossier."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import Dossier, DossierState
from appliance.core.dossiers.submission import SubmissionState
from appliance.core.wire.manifest import WardState
from appliance.desk.dossier import dossiers
from appliance.desk.ending.draft_clock import erased_on
from appliance.desk.people import people
from appliance.desk.people.holding import holders_of
from appliance.desk.sending.waiting import Waiting, list_waiting, try_again
from appliance.desk.shifts import today
from appliance.desk.walk_up import walk_ups
from web.station.guides.sent_down import ward_notices
from web.station.here import point, station, volunteer
from web.station.speech import said

pages = Blueprint("home", __name__)
RECENT = 12
OPEN_AT_ONCE = 50
NO_LONGER_OPEN = tuple(state for state in DossierState if state is not DossierState.OPEN)


class Line(NamedTuple):
    """One dossier in a list: nothing of it tells whose it is."""

    dossier: Dossier
    state: str  # a key of the sentences
    answer: WardState | None
    title: str
    held_by: str = ""  # the other volunteer who works on it


@pages.get("/")
def show() -> str:
    """The first screen."""
    return render_template("home.html", notices=ward_notices(), **_facts())


@pages.get("/now")
def now() -> ResponseReturnValue:
    """The part of the first screen that changes by itself."""
    # it tells ages, so it changes without the database
    return station().freshness.answer(
        ("now", volunteer().id), lambda: render_template("_home_now.html", **_facts()), stored=False
    )


@pages.get("/lamp")
def lamp() -> ResponseReturnValue:
    """The lamp and the queue in the head of every page."""
    return station().freshness.answer("lamp", lambda: render_template("_lamp.html"), stored=False)


@pages.post("/dossiers/<uuid:dossier_id>/try-again")
def try_sending_again(dossier_id: object) -> ResponseReturnValue:
    """Ask the uploader to send a waiting dossier now; ``back=delivery`` returns to its page."""
    if try_again(point(), str(dossier_id)):
        flash(said("flash.will-try"), "done")
    if request.form.get("back") == "delivery":
        return redirect(url_for("delivery.show", dossier_id=dossier_id), 303)
    return redirect(url_for("home.show"), 303)


@pages.post("/desk/leave")
def leave_desk() -> ResponseReturnValue:
    """Take the dossier off the desk: the button then asks for the helper."""
    dossiers.leave_desk(point())
    return redirect(url_for("home.show"), 303)


def state_word(dossier: Dossier, waiting: dict[str, Waiting]) -> str:
    """Where a dossier stands, as a key of the sentences."""
    sent = waiting.get(dossier.id)
    if dossier.state is DossierState.SEALED and sent is not None:
        if sent.state is SubmissionState.NEEDS_PERSON:
            return "needs-person"
        if sent.by_hand:
            return "on-stick" if sent.copied else "for-stick"
        return "waiting"
    return dossier.state.value


def _facts() -> dict[str, object]:
    waiting = list_waiting(point())
    by_dossier = {one.dossier_id: one for one in waiting}
    # what the ward asks for stands in a list of its own, at the top, and nowhere else
    asked = {one.id for one in dossiers.asked_by_ward(point())}
    newest = dossiers.list_recent(point(), RECENT + len(asked), NO_LONGER_OPEN)
    listed = [one for one in newest if one.id not in asked][:RECENT]
    answered = dossiers.ward_states(point(), listed)
    recent = [
        Line(dossier, state_word(dossier, by_dossier), answered.get(dossier.id), _title(dossier))
        for dossier in listed
    ]
    being_filled = dossiers.list_recent(point(), OPEN_AT_ONCE, (DossierState.OPEN,))
    holders = holders_of(point(), [one.id for one in being_filled])
    held = {key: one.name for key, one in holders.items() if one.id != volunteer().id}
    return {
        "open_now": [
            Line(one, one.state.value, None, _title(one), held.get(one.id, ""))
            for one in being_filled
            if one.id not in asked
        ],
        "stuck": [one for one in waiting if one.state is SubmissionState.NEEDS_PERSON],
        "resting": [one for one in waiting if one.state is SubmissionState.WAITING],
        "recent": recent,
        "going": [
            (one, erased_on(point(), one)) for one in being_filled if one.warned_at is not None
        ],
        "unclaimed": walk_ups.waiting(point()),
        "walk_up_running": walk_ups.running(point()),
        "erased": walk_ups.lately_erased(point()),
        "today": today.look(point(), volunteer().id),
        "names": {one.id: one.name for one in people.everybody(point())},
    }


def _title(dossier: Dossier) -> str:
    procedure = point().procedures.leaflets.get(dossier.procedure_id)
    return procedure.title if procedure else dossier.procedure_id
