"""What every guide stands on: who may read (anybody), in which words, and how it is switched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from appliance.core.wire.publication import Tongue
from appliance.published.labels import fits, label_at
from web.station.gate import BOOKING, GUIDES, PHONE
from web.station.guides import words
from web.station.here import point
from web.station.look import (
    COOKIE,
    LARGE,
    OWN_NAMES,
    REMEMBERED_FOR,
    Look,
    look,
    tongues,
)

pages = Blueprint(GUIDES, __name__, template_folder="templates")


def say(path: str, **blanks: object) -> str:
    """The sentence at *path* in this reader's language; a missing one raises KeyError."""
    return str(all_of(path)).format(**blanks)


def all_of(path: str) -> Any:
    """What stands at *path*: a sentence, a list or a table.

    As the ward wrote it in a language that we do not ship, where it did and where it fits.
    """
    ours = words.find(look().language, path)
    sent = point().sent_down.now.labels.get(look().tongue)
    said = label_at(sent, path) if sent else None
    return said if said is not None and fits(said, ours) else ours


def day_of(day: date) -> str:
    """``Thứ Hai, 23/11/2026``."""
    return f"{all_of('weekdays')[day.weekday()]}, {day:%d/%m/%Y}"


def hour_of(moment: time) -> str:
    """``8 giờ 30`` as it is said, ``8:30`` in English."""
    key = "hour.full" if moment.minute == 0 else "hour.with_minutes"
    return say(key, hour=moment.hour, minute=f"{moment.minute:02}")


@pages.post("/guides/look")
def switch() -> ResponseReturnValue:
    """Form fields: ``language`` or ``size``, what to change; ``back``, where to go on reading."""
    tongue, size = request.form.get("language"), request.form.get("size")
    wanted = replace(
        look(),
        tongue=Tongue(tongue) if tongue in tongues() else look().tongue,
        large=size == LARGE if size else look().large,
    )
    return keep(redirect(_public_at(request.form.get("back", "")), 303), wanted)


def keep(answer: Response, wanted: Look) -> Response:
    """Have the browser remember *wanted*, for public pages only."""
    answer.set_cookie(
        COOKIE,
        str(wanted),
        max_age=REMEMBERED_FOR,
        path="/",
        secure=point().config.web.https,
        httponly=True,
        samesite="Lax",
    )
    return answer


@pages.context_processor
def _for_templates() -> dict[str, object]:
    return {
        "say": say,
        "all_of": all_of,
        "look": look(),
        "tongues": {one: OWN_NAMES[one] for one in tongues() if one is not look().tongue},
        "day_of": day_of,
        "hour_of": hour_of,
        "today": point().today(),
        "address": request.host + request.path,
    }


@pages.errorhandler(CSRFError)
def _expired(_error: CSRFError) -> ResponseReturnValue:
    return _told("expired", 400)


@pages.errorhandler(HTTPException)
def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    return _told({404: "gone", 503: "busy"}.get(status, "refused"), status)


def _told(name: str, status: int) -> ResponseReturnValue:
    return make_response(render_template("guides/told.html", told=all_of(f"told.{name}")), status)


def _public_at(path: str) -> str:
    """*path* if it is a guide or a citizen's own page: nobody is sent away from them."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        endpoint = ""
    ours = path.startswith("/") and endpoint.partition(".")[0] in (GUIDES, PHONE, BOOKING)
    return path if ours else link("guides.home")
