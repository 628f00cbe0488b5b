"""The touch for each visitor, and the queue: large buttons, no name, no script needed."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import abort, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.point.visits import HowDone, Purpose
from appliance.desk import served
from appliance.desk.running import queue, visits
from web.station.here import point, volunteer
from web.station.visits.paper_turns import slip_of
from web.station.visits.room import pages
from web.station.visits.words import say

LATELY = 6  # visits that may still be marked on the first look; the rest is folded away

Word = TypeVar("Word", bound=StrEnum)


@pages.get("/visits")
def show() -> str:
    """The touch, the queue, and today's visits; ``touched=`` is the visit that was just counted."""
    came = visits.today(point())
    touched = request.args.get("touched", "")
    printer, given = point().config.printer, request.args.get("given", type=int)
    return render_template(
        "visits/desk.html",
        purposes=tuple(Purpose),
        ways=tuple(HowDone),
        queue=queue.now(point()),
        lately=came[:LATELY],
        earlier=came[LATELY:],
        count=len(came),
        touched=came[0] if came and came[0].id == touched else None,
        place=served.here_now(point()),
        has_roll=bool(printer.slips),
        given=given,
        slip=slip_of(given) if given else None,
    )


@pages.post("/visits")
def touch() -> ResponseReturnValue:
    """Form field: ``purpose``."""
    touched = visits.touch(point(), _chosen(Purpose, "purpose"))
    return redirect(link("visits.show", touched=touched), 303)


@pages.post("/visits/<uuid:visit_id>/how")
def mark(visit_id: object) -> ResponseReturnValue:
    """Form field: ``how``; whose hands did it."""
    if not visits.mark(point(), str(visit_id), _chosen(HowDone, "how")):
        flash(say("desk.gone"), "todo")
    return redirect(link("visits.show", _anchor=f"visit-{visit_id}"), 303)


@pages.post("/visits/<uuid:visit_id>/undo")
def undo(visit_id: object) -> ResponseReturnValue:
    """The touch was wrong."""
    done = visits.undo(point(), str(visit_id))
    flash(say("desk.undone" if done else "desk.not_undone"), "done" if done else "todo")
    return redirect(link("visits.show", _anchor="today"), 303)


@pages.post("/visits/<uuid:visit_id>/ask")
def ask(visit_id: object) -> ResponseReturnValue:
    """Turn the screen to the visitor: one question, three faces."""
    token = visits.let_answer(point(), str(visit_id))
    if token is None:
        flash(say("desk.answered"), "todo")
        return redirect(link("visits.show", _anchor="today"), 303)
    return redirect(link("guides.opinion", token=token, at="desk"), 303)


@pages.post("/visits/queue/give")
def give() -> ResponseReturnValue:
    """The next number; the page says it large, so that it can be told."""
    number = queue.give(point())
    if number is None:
        flash(say("queue.no_more"), "todo")
    return redirect(link("visits.show", given=number, _anchor="queue"), 303)


@pages.post("/visits/queue/take-back")
def take_back() -> ResponseReturnValue:
    """Form field: ``number``, given by mistake; on paper it is never given again."""
    number = request.form.get("number", 0, type=int)
    on_paper = slip_of(number) is not None
    if not queue.take_back(point(), number, on_paper=on_paper):
        flash(say("queue.not_taken_back", n=number), "todo")
    elif queue.now(point()).given >= number:
        flash(say("queue.taken_back_for_good", n=number), "done")
    else:
        flash(say("queue.taken_back", n=number), "done")
    return _to_queue()


@pages.post("/visits/queue/call")
def call() -> ResponseReturnValue:
    """Form field: ``number`` calls one who did not come; else whoever waits longest."""
    again = request.form.get("number", type=int)
    if again is None:
        found = queue.call_next(point(), volunteer().id) is not None
    else:
        found = queue.call_again(point(), again, volunteer().id)
    if not found:
        flash(say("queue.nobody"), "todo")
    return _to_queue()


@pages.post("/visits/queue/end")
def end() -> ResponseReturnValue:
    """Form fields: ``number``; ``turn``: *absent*, or anything else for done."""
    number = request.form.get("number", 0, type=int)
    turn = queue.absent if request.form.get("turn") == "absent" else queue.done
    if not turn(point(), number):
        flash(say("queue.moved_on", n=number), "todo")
    return _to_queue()


def _to_queue() -> ResponseReturnValue:
    return redirect(link("visits.show", _anchor="queue"), 303)


def _chosen(words: type[Word], field: str) -> Word:
    try:
        return words(request.form.get(field, ""))
    except ValueError:
        abort(400)
