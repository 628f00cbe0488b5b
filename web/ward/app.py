"""The ward's Flask app: the boxes' door, the public look-up, the officers' inbox."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from web.ward.intake import intake
from web.ward.problems import Problem
from web.ward.public import public
from web.ward.service import KEY, open_service
from web.ward.settings import WardSettings

log = logging.getLogger("ward")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def create_app(settings: WardSettings) -> Flask:
    """The app on an initialised home whose tables are up to date."""
    app = Flask(__name__)
    service = open_service(settings)
    app.extensions[KEY] = service
    app.config.update(
        SECRET_KEY=service.home.session_key,
        MAX_CONTENT_LENGTH=settings.max_file_bytes + 1024,
        MAX_FORM_MEMORY_SIZE=1 << 20,
    )
    app.register_blueprint(intake)
    app.register_blueprint(public)
    app.register_error_handler(Problem, Problem.response)
    app.register_error_handler(Exception, _unexpected)
    app.after_request(_strict_headers)
    return app


def _unexpected(error: Exception) -> Response | tuple[str, int]:
    """An answer a program can branch on, also for what we did not foresee."""
    if isinstance(error, HTTPException):
        status = error.code or 500
        code, title = error.name.lower().replace(" ", "-"), error.name
    else:
        # A box that reads 5xx keeps the dossier and comes back; nothing is lost by failing.
        log.exception("%s %s failed", request.method, request.path)
        status, code, title = 500, "unexpected", "a fault in the ward's service"
    return Problem(status, code, title, retry_after_s=60 if status >= 500 else None).response()


def _strict_headers(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer
