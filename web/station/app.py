"""The Flask application of the point: no device, no network, only the desk."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_wtf.csrf import CSRFProtect

from appliance.desk.point import Point
from appliance.trial import Trial
from web.station import (
    appointments,
    bag,
    booking,
    box,
    duty,
    error_pages,
    gate,
    guides,
    health,
    home,
    packing,
    phone,
    places,
    speech,
    visits,
    walk_ups,
)
from web.station.after import citizen, delivery, erasing, supplement
from web.station.door import closed, holding, lock, security, sign_in
from web.station.duty import calendar
from web.station.form import check, choose, corrections, dossier, late, one_topic
from web.station.freshness import Freshness
from web.station.here import EXTENSION, Station
from web.station.look import look
from web.station.paper import arrange, batches, cards, crop, one_page, papers
from web.station.phone import body, invite
from web.station.printing import prints

ROOMS = (
    sign_in,
    home,
    choose,
    dossier,
    one_topic,
    papers,
    batches,
    one_page,
    crop,
    cards,
    arrange,
    places,
    check,
    delivery,
    supplement,
    corrections,
    prints,
    health,
    holding,
    lock,
    box,
    walk_ups,
    phone,
    invite,
    guides,
    erasing,
    citizen,
    duty,
    visits,
    appointments,
    booking,
    bag,
)
IDLE_LIMIT = timedelta(minutes=30)
LOCK_AFTER = timedelta(minutes=3)
LARGEST_POST = 256 * 1024  # bytes; a form of long answers is a tenth of it


def create_app(
    point: Point,
    *,
    https: bool = False,
    idle_limit: timedelta = IDLE_LIMIT,
    lock_after: timedelta = LOCK_AFTER,
    monotonic: Callable[[], float] = time.monotonic,
    trial: Trial = Trial(),  # noqa: B008 - it is frozen
) -> Flask:
    """Build the page of *point*.

    After *lock_after* without a sign of a person the screen is locked, after *idle_limit* the
    session is over. With *https* the session cookie only travels encrypted. Idle time is counted by
    *monotonic*: a Pi's wall clock jumps when it first hears a time server. While *trial*
    is on nobody gets further than a notice.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=gate.secret_key(point.config.paths.runtime),
        SESSION_COOKIE_NAME="__Host-tramhoso" if https else "tramhoso",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=LARGEST_POST,
        WTF_CSRF_TIME_LIMIT=None,  # lives as long as the session, which has its own limit
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our own policy never sends
        BABEL_DEFAULT_LOCALE="vi",
        BABEL_DEFAULT_TIMEZONE=point.config.point.time_zone,
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    app.extensions[EXTENSION] = Station(
        point, Freshness(point.database.path), idle_limit, lock_after, monotonic
    )
    Babel(app, locale_selector=lambda: str(look().language))
    Bootstrap5(app)
    packing.pack(app)
    security.guard(app)  # first: a foreign host learns nothing
    closed.guard(app, trial)
    body.guard(app)
    CSRFProtect(app)
    gate.guard(app)
    lock.guard(app)
    late.guard(app)
    holding.guard(app)
    supplement.guard(app)
    error_pages.answer(app)
    speech.speak(app)
    for room in ROOMS:
        app.register_blueprint(room.pages)
    app.register_blueprint(calendar.feed_pages)
    return app
