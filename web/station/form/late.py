"""A form that comes when the screen should have been locked: without a script nothing locks it.

What was typed is kept as the draft; what the button stands for is not done, and the PIN is
asked. A form of our own script is taken as it comes: that script locks the screen itself.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Flask, g, redirect, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.errors import ApplianceError
from appliance.desk.people import holding
from web.station.door.lock import OPEN_WHEN_LOCKED, is_a_page
from web.station.form.acting import back_to
from web.station.form.one_topic import keep_form
from web.station.gate import PHONE, idle_seconds, lock_screen, wants_fragment
from web.station.here import LateForm, point, station, volunteer


def guard(app: Flask) -> None:
    """Comes after the lock and before anybody looks whose dossier it is."""

    @app.before_request
    def _keep_then_lock() -> ResponseReturnValue | None:
        if request.method == "GET" or wants_fragment() or g.get("volunteer") is None:
            return None
        if request.endpoint in OPEN_WHEN_LOCKED or request.blueprint == PHONE:
            return None
        if idle_seconds() < station().lock_after.total_seconds():
            return None
        lock_screen(_where_it_was_typed())
        dossier_id = (request.view_args or {}).get("dossier_id")
        if dossier_id is not None and "revision" in request.form:
            with suppress(ApplianceError):  # sealed or gone meanwhile: its page tells, later
                _keep(str(dossier_id))
        return redirect(link("lock.show"), 303)


def _keep(dossier_id: str) -> None:
    """Save the draft; what another screen got ahead of waits in memory for the PIN."""
    if holding.hold(point(), dossier_id, volunteer().id) is not None:
        return  # somebody else works on it by now
    if keep_form(dossier_id, request.form) is not None:
        station().late_forms[volunteer().id] = LateForm(dossier_id, request.form)


def _where_it_was_typed() -> str:
    """The page to go on with; no Referer tells, by our own policy."""
    if is_a_page(request.path):
        return request.path
    dossier_id = (request.view_args or {}).get("dossier_id")
    if dossier_id is None:
        return link("home.show")
    if request.endpoint == "check.seal":
        return link("check.show", dossier_id=dossier_id)
    return back_to(str(dossier_id), "").partition("#")[0]
