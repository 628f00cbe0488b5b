"""A batch is stopped, or its sheets are counted, so that two that stuck are noticed."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from appliance.desk.pages import batches
from web.station.form.acting import act
from web.station.here import point

pages = Blueprint("batches", __name__)
MOST_SHEETS = 500


@pages.post("/dossiers/<uuid:dossier_id>/batches/<int:request_id>/stop")
def stop(dossier_id: object, request_id: int) -> ResponseReturnValue:
    """Pull no more sheets; what is saved stays."""
    wanted = str(dossier_id)
    return act(wanted, lambda: batches.stop_batch(point(), wanted, request_id), "papers")


@pages.post("/dossiers/<uuid:dossier_id>/batches/<int:request_id>/sheets")
def count(dossier_id: object, request_id: int) -> ResponseReturnValue:
    """Form field: ``sheets``; anything that is no number asks again."""
    text = request.form.get("sheets", "").strip()
    told = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
    sheets = told if told and told <= MOST_SHEETS else None
    wanted = str(dossier_id)
    return act(wanted, lambda: batches.count_sheets(point(), wanted, request_id, sheets), "papers")
