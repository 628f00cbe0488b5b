"""Every error is told in three sentences; none tells how the machine works inside."""

from __future__ import annotations

from flask import Flask, current_app, jsonify, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from appliance.core.errors import (
    AlreadyScanning,
    AnswersChangedElsewhere,
    ApplianceError,
    DossierMovedOn,
    DossierUnknown,
    NoDossierOpen,
    NotReadyToSeal,
    Who,
)
from appliance.core.errors.walk_up import WalkUpElsewhere, WalkUpGone
from appliance.wording import Notice, notice_for
from web.station.gate import wants_fragment
from web.station.speech import said

FORBIDDEN, NOT_FOUND, CONFLICT, UNAVAILABLE, BROKEN = 403, 404, 409, 503, 500
STATUS: dict[type[ApplianceError], int] = {
    DossierUnknown: NOT_FOUND,
    DossierMovedOn: CONFLICT,
    AnswersChangedElsewhere: CONFLICT,
    NotReadyToSeal: CONFLICT,
    AlreadyScanning: CONFLICT,
    NoDossierOpen: CONFLICT,
    WalkUpGone: CONFLICT,
    WalkUpElsewhere: CONFLICT,
}
PAGES = {400: "bad-request", 404: "page-not-found", 405: "bad-request", 413: "too-large"}


def answer(app: Flask) -> None:
    """Register the pages."""
    app.register_error_handler(ApplianceError, _known)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unknown)


def say(notice: Notice, code: int) -> ResponseReturnValue:
    """A page with three sentences, or the same for our own script."""
    if wants_fragment():
        return jsonify(notice={"what": notice.what, "safe": notice.safe, "next": notice.next}), code
    return make_response(render_template("error.html", said_notice=notice), code)


def bare_page(name: str) -> str:
    """The sentences of a page without any of our style: the server says them, not the app."""
    told = _page_notice(name)
    what = escape(told.what)
    lines = "".join(f"<p>{escape(line)}</p>" for line in (told.safe, told.next))
    return (
        '<!doctype html><html lang="vi"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{what}</title><body><h1>{what}</h1>{lines}</body></html>"
    )


def refuse(name: str) -> ResponseReturnValue:
    """Somebody signed in asks for what is not theirs."""
    return say(_page_notice(name), FORBIDDEN)


def _known(error: ApplianceError) -> ResponseReturnValue:
    code = STATUS.get(type(error), UNAVAILABLE)
    if code == UNAVAILABLE:
        current_app.logger.warning("%s: %s", type(error).__name__, error)
    return say(notice_for(error), code)


def _expired(_error: CSRFError) -> ResponseReturnValue:
    return say(_page_notice("form-expired"), 400)


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or BROKEN
    if code < 400:  # a redirect to the one right spelling of an address
        return error.get_response()
    return say(_page_notice(PAGES.get(code, "bad-request")), code)


def _unknown(error: Exception) -> ResponseReturnValue:
    # the trace goes to the log; values of form fields are not part of it
    current_app.logger.error("unexpected", exc_info=error)
    return say(notice_for("unexpected"), BROKEN)


def _page_notice(name: str) -> Notice:
    return Notice(
        name,
        Who.VOLUNTEER,
        said(f"page.{name}.what"),
        said(f"page.{name}.safe"),
        said(f"page.{name}.next"),
    )
