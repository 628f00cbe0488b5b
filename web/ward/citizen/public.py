"""What anybody may ask: a receipt's code and secret in, where it stands out. No names."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request

from web.ward.citizen.tracking import look_up
from web.ward.service import the_ward
from web.ward.wording import words

public = Blueprint("public", __name__, url_prefix="/intake/v1")


@public.get("/track/<code>")
def track(code: str) -> Response:
    """Where the dossier of that receipt, or of a slip's number, stands."""
    row = look_up(the_ward(), code, request.args.get("s", ""), request.remote_addr)
    told = {"code": row.code, "state": row.state, "next_step_vi": words()["next_step"][row.state]}
    if row.due_at:
        told["due_at"] = row.due_at.isoformat().replace("+00:00", "Z")
    answer = Response(json.dumps(told, ensure_ascii=False), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
