"""The communes of a province, from our own store: no request leaves the box."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from web.station.here import point

pages = Blueprint("places", __name__)


@pages.get("/communes")
def communes() -> ResponseReturnValue:
    """``?province=56`` → ``[{"code": …, "name": …}, …]``; empty for an unknown one."""
    found = point().places.communes_of(request.args.get("province", ""))
    return jsonify([{"code": place.code, "name": place.name} for place in found])
