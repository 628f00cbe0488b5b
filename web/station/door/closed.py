"""While a new release is on trial nobody can put anything in: it might be lost with it."""

from __future__ import annotations

from flask import Flask, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from appliance.trial import Trial, note_taken_in
from web.station.door.security import READING, STATIC_FILES
from web.station.gate import wants_fragment
from web.station.here import point
from web.station.speech import said

ALWAYS_OPEN = STATIC_FILES | {"health.look"}  # the set-up itself asks for the latter
UNAVAILABLE, AGAIN_S = 503, 10


def guard(app: Flask, trial: Trial) -> None:
    """Register before whatever notes, counts or keeps something of a request."""

    @app.before_request
    def _closed() -> ResponseReturnValue | None:
        if request.endpoint in ALWAYS_OPEN:
            return None
        if not trial.is_on:
            if request.method not in READING:
                note_taken_in(point().config.paths.state)
            return None
        told = {part: said(f"page.closed.{part}") for part in ("what", "safe", "next")}
        if wants_fragment():
            return jsonify(notice=told), UNAVAILABLE
        g.volunteer = None  # nobody is asked who they are
        answer = make_response(render_template("closed.html", told=told), UNAVAILABLE)
        answer.headers["Retry-After"] = str(AGAIN_S)
        if request.method in READING:
            answer.headers["Refresh"] = str(AGAIN_S)  # a form would be sent a second time
        return answer
