"""The ward's Flask app: the boxes' door, the public look-up, the officers' inbox."""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import Flask, Response, render_template, request
from flask_bootstrap import Bootstrap5
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from web.ward.citizen.follow import follow
from web.ward.citizen.public import public
from web.ward.doors import figures_door  # noqa: F401 - adds its doors to the intake
from web.ward.doors.intake import intake
from web.ward.doors.metrics import metrics
from web.ward.office.figures_page import figures_page
from web.ward.office.head import head
from web.ward.office.inbox import inbox
from web.ward.problems import Problem
from web.ward.service import KEY, open_service
from web.ward.settings import WardSettings
from web.ward.wording import words

log = logging.getLogger("ward")

ASSETS = {"static", "bootstrap.static"}
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
        SESSION_COOKIE_NAME="__Host-ward" if settings.secure_cookies else "ward",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=1),  # of rest; every page renews it
        BOOTSTRAP_SERVE_LOCAL=True,
        BOOTSTRAP_BTN_STYLE="primary",
        BOOTSTRAP_BTN_SIZE="lg",
        WTF_I18N_ENABLED=False,  # the forms bring their Vietnamese sentences
        WTF_CSRF_TIME_LIMIT=12 * 3600,
    )
    Bootstrap5(app)
    csrf = CSRFProtect(app)
    csrf.exempt(intake)  # boxes send a bearer token, which no browser adds by itself
    csrf.exempt(follow)  # it changes nothing and knows no session
    app.register_blueprint(intake)
    app.register_blueprint(figures_page)
    app.register_blueprint(public)
    app.register_blueprint(follow)
    app.register_blueprint(inbox)
    app.register_blueprint(head)
    app.register_blueprint(metrics)
    app.register_error_handler(Problem, Problem.response)
    app.register_error_handler(Exception, _unexpected)
    app.after_request(_strict_headers)
    return app


def _unexpected(error: Exception) -> Response:
    """An answer a program can branch on, or a page, also for what we did not foresee."""
    if isinstance(error, HTTPException):
        status, code, title = error.code or 500, error.name.lower().replace(" ", "-"), error.name
    else:
        # A box that reads 5xx keeps the dossier and comes back; nothing is lost by failing.
        log.exception("%s %s failed", request.method, request.path)
        status, code, title = 500, "unexpected", "a fault in the ward's service"
    if not request.path.startswith("/intake/"):
        return _page(error, status)
    return Problem(status, code, title, retry_after_s=60 if status >= 500 else None).response()


def _page(error: Exception, status: int) -> Response:
    notice = words()["notice"]
    if isinstance(error, CSRFError):
        sentence = notice["form_expired"]
    elif status == 403:
        sentence = notice["heads_only"]
    else:
        sentence = notice["not_found"] if status < 500 else notice["failed"]
    return Response(render_template("ward/error.html", sentence=sentence), status)


def _strict_headers(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.endpoint not in ASSETS:
        answer.headers.setdefault("Cache-Control", "no-store")  # pages show decrypted papers
    return answer
