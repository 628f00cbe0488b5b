"""What anybody may ask: a receipt's code and secret in, where it stands out. No names."""

from __future__ import annotations

import hmac
import json

from flask import Blueprint, Response, request
from sqlalchemy import select

from appliance.core.manifest import RECEIPT_CODE
from web.ward.database import reading
from web.ward.problems import Problem
from web.ward.service import the_ward
from web.ward.tables import dossier
from web.ward.wording import words

public = Blueprint("public", __name__, url_prefix="/intake/v1")


@public.get("/track/<code>")
def track(code: str) -> Response:
    """Where the dossier of that receipt stands.

    A wrong code and a wrong secret get the same 404, after the same work.
    """
    ward = the_ward()
    if not RECEIPT_CODE.match(code):
        raise Problem(404, "unknown", "no such receipt")
    # Guesses at one code are counted over all addresses: 30 an hour against 45 random bits.
    rest_s = ward.look_ups.rest_s(request.remote_addr or "socket") or ward.guesses.rest_s(code)
    if rest_s:
        raise Problem(429, "slow-down", "too many questions", retry_after_s=rest_s)
    with reading(ward.engine) as conn:
        row = conn.execute(select(dossier).where(dossier.c.code == code)).first()
    secret = request.args.get("s", "")
    fits = hmac.compare_digest((row.secret if row else "none").encode(), secret.encode())
    if row is None or not fits:
        raise Problem(404, "unknown", "no such receipt")
    told = {"code": row.code, "state": row.state, "next_step_vi": words()["next_step"][row.state]}
    if row.due_at:
        told["due_at"] = row.due_at.isoformat().replace("+00:00", "Z")
    answer = Response(json.dumps(told, ensure_ascii=False), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
