"""The boxes' door: /intake/v1, as written down in docs/ward_api.yaml."""

from __future__ import annotations

import json
import shutil
from typing import Any

from flask import Blueprint, Response, g, request, send_file
from pydantic import ConfigDict, ValidationError
from sqlalchemy import select

from appliance.core.wire.enrolment import TOKEN_FORM, Enrolled, EnrolmentAsked
from appliance.core.wire.manifest import Heartbeat
from web.ward.boxes.commit import commit
from web.ward.boxes.devices import device_of_token, learn_key, note_heartbeat
from web.ward.boxes.enrolment import enrol, is_code
from web.ward.boxes.erase_orders import note_erased, order_for, order_for_revoked
from web.ward.boxes.feed import events_after, events_of
from web.ward.boxes.fleet import same_code
from web.ward.boxes.publications import file_of, newest_number, signed_list
from web.ward.boxes.uploads import TUS_HEADERS
from web.ward.boxes.wire import UUID, read_manifest
from web.ward.database import reading, writing
from web.ward.figures import ward_totals
from web.ward.problems import Fault, Problem
from web.ward.service import the_ward
from web.ward.tables import dossier
from web.ward.ward_key import announced

intake = Blueprint("intake", __name__, url_prefix="/intake/v1")

MAX_WAIT_S = 25
MAX_PAGE = 200
REST_S = 60


class HeardHeartbeat(Heartbeat):
    """As a box of any release says it: what a newer one adds is passed over."""

    model_config = ConfigDict(extra="ignore")


@intake.before_request
def know_the_device() -> None:
    """Every request names its box, except the one about protocol versions."""
    if request.method == "OPTIONS" or request.endpoint == "intake.enrol_box":
        return
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    ward = the_ward()
    with reading(ward.engine) as conn:
        known = device_of_token(conn, token.strip()) if kind.lower() == "bearer" else None
    if known is None:
        # Counted only for those whose token is wrong: a stranger beside a box stops nobody.
        rest_s = ward.strange_tokens.rest_s(request.remote_addr or "socket") if token else 0
        if rest_s:
            raise Problem(429, "slow-down", "too many wrong tokens", retry_after_s=rest_s)
        raise Problem(
            401,
            "unknown-device",
            "no device of this ward has that token",
            headers={"WWW-Authenticate": 'Bearer realm="ward"'},
            more=_last_word(token.strip()),
        )
    g.device_id, g.token = known, token.strip()


@intake.route("/files", methods=["POST", "OPTIONS"], provide_automatic_options=False)
@intake.route("/files/", methods=["POST", "OPTIONS"], provide_automatic_options=False)
@intake.route(
    "/files/<upload_id>",
    methods=["HEAD", "PATCH", "DELETE", "POST", "OPTIONS"],
    provide_automatic_options=False,
)
def files(upload_id: str | None = None) -> Response:
    """Bytes, by tus 1.0.0."""
    ward = the_ward()
    if request.method in {"POST", "PATCH"}:
        free = shutil.disk_usage(ward.home.folder).free
        if free - (request.content_length or 0) < ward.settings.disk_reserve_bytes:
            raise Problem(503, "no-room", "the office's disk is nearly full", retry_after_s=600)
    status, headers, body = ward.uploads.answer(
        g.get("device_id", 0),
        request.method,
        request.path,
        dict(request.headers),
        request.get_data(),
    )
    if status in {423, 429, 503}:
        headers["Retry-After"] = str(REST_S if status == 429 else 2)
    answer = Response(body, status, headers=headers)
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


@intake.put("/dossiers/<dossier_id>")
def put_dossier(dossier_id: str) -> Response:
    """Commit. The same id and body give the same receipt, for ever."""
    return _put(dossier_id, 1)


@intake.put("/dossiers/<dossier_id>/revisions/<int:number>")
def put_revision(dossier_id: str, number: int) -> Response:
    """Answer a request for a supplement."""
    if number < 2:
        raise Problem(404, "unknown", "the first revision is the dossier itself")
    return _put(dossier_id, number)


def _put(dossier_id: str, number: int) -> Response:
    ward = the_ward()
    body = request.get_data()
    manifest = read_manifest(
        ward.settings,
        dossier_id,
        number,
        body,
        idempotency_key=request.headers.get("Idempotency-Key"),
        digest=request.headers.get("Repr-Digest"),
    )
    done = commit(ward.engine, ward.home, g.device_id, manifest, body)
    if done.fresh and number > 1:
        ward.bell.ring()  # the box that waits for news hears that its supplement is in
    return _json_bytes(done.receipt, 201 if done.fresh else 200)


@intake.get("/dossiers/<dossier_id>")
def get_dossier(dossier_id: str) -> Response:
    """Where a dossier of this box stands."""
    unknown = Problem(404, "unknown", "this device has no such dossier")
    if not UUID.match(dossier_id):
        raise unknown
    with reading(the_ward().engine) as conn:
        row = conn.execute(
            select(dossier).where(dossier.c.id == dossier_id, dossier.c.device_id == g.device_id)
        ).first()
        if row is None:
            raise unknown
        told: dict[str, Any] = {
            "dossier_id": row.id,
            "code": row.code,
            "state": row.state,
            "revision": row.revision,
            "events": events_of(conn, row.id),
        }
    if row.due_at:
        told["due_at"] = row.due_at.isoformat().replace("+00:00", "Z")
    if row.national_code:
        told["national_code"] = row.national_code
    return _json(told)


@intake.get("/events")
def events() -> Response:
    """The device's feed; with ``wait`` the answer comes when there is something to say."""
    ward = the_ward()
    after = _whole("after", 0, 1 << 62)
    limit = max(1, _whole("limit", 50, MAX_PAGE))
    wait_s = _whole("wait", 0, MAX_WAIT_S)
    device_id: int = g.device_id

    def look() -> list[dict[str, Any]]:
        with reading(ward.engine) as conn:
            return events_after(conn, device_id, after, limit)

    found = ward.bell.wait_for(look, wait_s)
    return _json({"items": list(found), "next": found[-1]["seq"] if found else str(after)})


@intake.put("/heartbeat")
def heartbeat() -> Response:
    """The box lives; the answer carries our time, for boxes without a battery clock."""
    ward = the_ward()
    try:
        beat = HeardHeartbeat.model_validate_json(request.get_data())
    except ValidationError as error:
        faults = tuple(Fault(".".join(map(str, f["loc"])), f["type"]) for f in error.errors())
        raise Problem(422, "not-acceptable", "not a heartbeat", errors=faults) from error
    now = ward.now()
    with writing(ward.engine) as conn:
        note_heartbeat(conn, g.device_id, beat, now)
        learn_key(conn, g.device_id, g.token)
        note_erased(conn, g.device_id, beat.erased, now)
        order = order_for(conn, ward.home, g.device_id)
        own = ward_totals(conn, g.device_id, now)
        others = same_code(conn, g.device_id)
    told: dict[str, Any] = {"server_time": now.isoformat().replace("+00:00", "Z")}
    if ward.settings.min_version:
        told["min_version"] = ward.settings.min_version
    if order is not None:
        told["erase_all"] = order.model_dump(mode="json")
    newest = newest_number(ward.home)
    if newest is not None:
        told["publication"] = newest
    if others:
        told["same_point_code"] = others
    told["ward_totals"] = own  # an empty list takes back what was said before
    key = announced(ward.home)
    if key is not None:
        told["ward_key"] = key.model_dump(mode="json")
    return _json(told)


@intake.post("/enrol")
def enrol_box() -> Response:
    """A new box, with a code from this office and a token that it made itself."""
    ward = the_ward()
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    token, asked = token.strip(), _enrolment_asked()
    with reading(ward.engine) as conn:
        known = asked is not None and is_code(conn, asked.code)
        is_ours = kind.lower() == "bearer" and device_of_token(conn, token) is not None
    if asked is None or not known or kind.lower() != "bearer" or not TOKEN_FORM.fullmatch(token):
        rest_s = ward.strange_codes.rest_s(request.remote_addr or "socket") if asked else 0
        if rest_s:
            raise Problem(429, "slow-down", "too many wrong codes", retry_after_s=rest_s)
        status = (404 if asked else 422) if is_ours else 401  # who is nobody learns nothing else
        raise Problem(status, "unknown-code", "no such code was made here")
    with writing(ward.engine) as conn:
        came = enrol(conn, asked.code, token, ward.now())
    newer = announced(ward.home)
    told = Enrolled(
        name=came.name,
        recipient=newer.recipient if newer else ward.home.recipient,
        verify_key=ward.home.verify_key,
        server_time=ward.now(),
    )
    return _json_bytes(told.model_dump_json().encode(), 201 if came.is_new else 200)


def _enrolment_asked() -> EnrolmentAsked | None:
    try:
        return EnrolmentAsked.model_validate_json(request.get_data())
    except ValidationError:
        return None


@intake.get("/publications/<int:number>")
def publication(number: int) -> Response:
    """What was sent down under that number, signed."""
    body = signed_list(the_ward().home, number)
    if body is None:
        raise Problem(404, "unknown", "no such publication")
    return _json_bytes(body, 200)


@intake.get("/publications/<int:number>/files/<sha256>")
def publication_file(number: int, sha256: str) -> Response:
    """One of its files; a box that was cut off asks for the rest of it by ``Range``."""
    path = file_of(the_ward().home, number, sha256)
    if path is None:
        raise Problem(404, "unknown", "no such file in that publication")
    answer = send_file(path, "application/octet-stream", conditional=True, etag=sha256)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@intake.after_request
def speak_tus(answer: Response) -> Response:
    """Also a refusal on /files says it speaks tus: a captive portal would not."""
    if request.path.startswith("/intake/v1/files"):
        answer.headers.update(TUS_HEADERS)
    return answer


def _last_word(token: str) -> dict[str, object]:
    """What a box whose token was taken back still has to hear."""
    ward = the_ward()
    with reading(ward.engine) as conn:
        order = order_for_revoked(conn, ward.home, token)
    return {"erase_all": order.model_dump(mode="json")} if order else {}


def _whole(name: str, default: int, most: int) -> int:
    told = request.args.get(name, "")
    if told and not (told.isascii() and told.isdigit() and len(told) < 20):
        raise Problem(400, "not-a-number", f"{name} must be a whole number")
    return min(int(told), most) if told else default


def _json(told: object) -> Response:
    return _json_bytes(json.dumps(told, ensure_ascii=False).encode(), 200)


def _json_bytes(body: bytes, status: int) -> Response:
    answer = Response(body, status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
