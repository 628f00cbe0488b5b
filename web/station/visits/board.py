"""What visitors see: whose number is called, and the one question with three faces.

Both are public pages: they know nobody, and what is answered there is a count and nothing else.
"""

from __future__ import annotations

from flask import abort, make_response, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.point.queue import Queue
from appliance.core.point.visits import Face
from appliance.desk import served
from appliance.desk.running import queue, visits
from web.station import outside
from web.station.guides.room import pages as public
from web.station.here import point, station
from web.station.look import look
from web.station.phone.qr import qr_svg
from web.station.visits.words import say

REFRESHED_S = 10  # a person walks to the desk in about that time


@public.get("/guides/queue")
def board() -> str:
    """Whose turn it is, for a screen that people wait before."""
    return render_template("visits/board.html", refreshed_s=REFRESHED_S, **_facts())


@public.get("/guides/queue/now")
def board_now() -> ResponseReturnValue:
    """The part that changes; drawn each time, for it also changes with the day."""
    return station().freshness.answer(
        ("queue-board", look().tongue),
        lambda: render_template("visits/_board_now.html", **_facts()),
        stored=False,
    )


@public.get("/guides/opinion/<token>")
def opinion(token: str) -> ResponseReturnValue:
    """The question; ``at=desk`` is the volunteer's screen turned round: a phone may take over."""
    is_open = visits.may_answer(point(), token)
    at_desk = request.args.get("at") == "desk"
    address = outside.address_for_others("guides.opinion", token=token) if at_desk else None
    page = render_template(
        "visits/opinion.html",
        is_open=is_open,
        token=token,
        faces=tuple(Face),
        at_desk=at_desk,
        code=qr_svg(address) if address and is_open else "",
        own=say,
    )
    return make_response(page, 200 if is_open else 410)


@public.post("/guides/opinion/<token>")
def answer(token: str) -> ResponseReturnValue:
    """Form field: ``face``. It counts once, whoever is faster: phone or screen."""
    try:
        face = Face(request.form.get("face", ""))
    except ValueError:
        abort(400)
    at = "desk" if request.form.get("at") == "desk" else None
    if not visits.answer(point(), token, face):
        return redirect(link("guides.opinion", token=token, at=at), 303)
    return redirect(link("guides.thanks", at=at), 303)


@public.get("/guides/thanks")
def thanks() -> str:
    """After an answer; the same for every face."""
    return render_template("visits/thanks.html", own=say, at_desk=request.args.get("at") == "desk")


@public.context_processor
def _queue() -> dict[str, object]:
    """For the public first page, which says whose turn it is."""
    return {"queue_now": queue_now, "queue_says": say}


def _facts() -> dict[str, object]:
    several = len(served.offered(point())) > 1
    here = served.here_now(point()).name if several else ""
    return {"queue": queue_now(), "own": say, "here": here}


def queue_now() -> Queue:
    """The queue where the box stands."""
    return queue.now(point())
