"""The boxes' door for months: GET and PUT /figures, as written down in docs/ward_api.yaml."""

from __future__ import annotations

import json

from flask import Response, g, request
from pydantic import ValidationError

from appliance.core.point.figures_told import LARGEST_BYTES, HeardMonthTold
from appliance.keys.canonical import canonical_json, sha256_hex
from web.ward.boxes.wire import CONTROL
from web.ward.database import reading, writing
from web.ward.doors.intake import intake
from web.ward.figures import OlderRevision, TooManyMonths, known_of, take
from web.ward.problems import Fault, Problem
from web.ward.service import the_ward


@intake.get("/figures")
def known() -> Response:
    """What this office holds of the box's months: the box sends those that differ."""
    with reading(the_ward().engine) as conn:
        return _json({"items": known_of(conn, g.device_id)})


@intake.put("/figures/<place>/<month>")
def tell(place: str, month: str) -> Response:
    """One month, whole. The same revision and figures again change nothing."""
    body = request.get_data()
    if len(body) > LARGEST_BYTES:
        raise Problem(413, "too-large", "a month is smaller than that")
    told, sha256 = _read(body)
    for name, said, asked in (
        ("figures.place", told.figures.place, place),
        ("figures.month", told.figures.month, month),
    ):
        if said != asked:
            raise _refused(Fault(name, "not-as-in-address"))
    names = (told.figures.place_name, told.commune.name if told.commune else "")
    if any(CONTROL.search(name) for name in names):
        raise _refused(Fault("figures.place_name", "not-plain-text"))
    ward = the_ward()
    try:
        with writing(ward.engine) as conn:
            take(conn, g.device_id, told, sha256, ward.now())
    except OlderRevision as older:
        raise Problem(
            409, "older-revision", "a newer one is known", more={"revision": older.known}
        ) from older
    except TooManyMonths as many:
        raise _refused(Fault("", "too-many-months")) from many
    return _json({"revision": told.revision})


def _read(body: bytes) -> tuple[HeardMonthTold, str]:
    try:
        plain = json.loads(body)
        told = HeardMonthTold.model_validate_json(body)
        said = {key: value for key, value in plain.items() if key != "revision"}
        return told, sha256_hex(canonical_json(said))
    except ValidationError as error:
        faults = (Fault(".".join(map(str, f["loc"])), f["type"]) for f in error.errors())
        raise _refused(*faults) from error
    except (ValueError, RecursionError) as error:  # rfc8785's own errors are ValueErrors
        raise _refused(Fault("", "not-json")) from error


def _refused(*faults: Fault) -> Problem:
    return Problem(422, "not-acceptable", "the month cannot be accepted", errors=faults)


def _json(told: object) -> Response:
    answer = Response(json.dumps(told), mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
