"""The ward's doors: a box sees its own, an officer signs in, a citizen needs the secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from uuid6 import uuid7

from appliance.keys.canonical import repr_digest, sha256_hex
from tests.security.walking import Answered, Walker, has_a_paper
from tests.ward.box import TUS
from tests.ward.papers import CHILD, SealedDossier, sealed_dossier
from web.ward.app import create_app
from web.ward.boxes.devices import add_device, revoke_device
from web.ward.boxes.publications import publish
from web.ward.init import init_ward
from web.ward.office.officers import add_officer, set_password
from web.ward.service import KEY, WardService
from web.ward.settings import WardSettings

FOR_ANYBODY = {"follow.ask", "follow.show", "inbox.sign_in", "public.track", "static"}
FOR_ANYBODY |= {"bootstrap.static"}
CHANGING = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Ward:
    """A ward with one marked dossier, an upload under way, and everybody who may ask."""

    app: Flask
    walker: Walker
    dossier: SealedDossier
    box: str
    other_box: str
    revoked_box: str
    officer: str  # the cookie
    token: str  # which fits it

    def kept(self) -> tuple[object, ...]:
        """All rows and files."""
        service: WardService = self.app.extensions[KEY]
        raw = service.engine.raw_connection()
        try:
            rows = tuple(raw.driver_connection.iterdump())  # type: ignore[union-attr]
        finally:
            raw.close()
        # Lock files are empty, and named by the first letters of what was asked about.
        files = sorted(p for p in service.home.folder.rglob("*") if p.parent.name != "locks")
        sizes = tuple((p.name, p.stat().st_size) for p in files if "ward.sqlite" not in p.name)
        return tuple(row for row in rows if "sqlite_sequence" not in row), sizes


def deliver(client: FlaskClient, box: str, sealed: SealedDossier) -> None:
    headers = TUS | {"Authorization": f"Bearer {box}"}
    for data in sealed.files.values():
        made = client.post("/intake/v1/files", headers=headers | {"Upload-Length": str(len(data))})
        kind = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        sent = client.patch(made.headers["Location"], data=data, headers=headers | kind)
        assert sent.status_code == 204
    own = {"Idempotency-Key": sealed.id, "Repr-Digest": repr_digest(sealed.body)}
    answer = client.put(f"/intake/v1/dossiers/{sealed.id}", data=sealed.body, headers=headers | own)
    assert answer.status_code == 201, answer.text


def officers_cookie(client: FlaskClient, name: str, password: str) -> tuple[str, str]:
    def token() -> str:
        return client.get("/sign-in").text.split('name="csrf_token"')[1].split('value="')[1].split(
            '"'
        )[0]  # fmt: skip

    data = {"csrf_token": token(), "name": name, "password": password}
    assert client.post("/sign-in", data=data).location == "/inbox"
    fits = token()
    cookie = client.get_cookie("ward")
    assert cookie is not None
    return f"ward={cookie.value}", fits


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    settings = WardSettings(tmp_path / "home")
    made = init_ward(settings)
    assert made.token
    assert made.password
    app = create_app(settings)
    service: WardService = app.extensions[KEY]
    with service.engine.begin() as conn:
        other = add_device(conn, "hộp khác", service.now())
        revoked = add_device(conn, "hộp mất", service.now())
        assert revoke_device(conn, "hộp mất", service.now())
    publish(service.home, {"config.toml": b"a = 1"}, service.now())
    client = app.test_client()
    sealed = sealed_dossier(made.recipient)
    deliver(client, made.token, sealed)
    begun = client.post(
        "/intake/v1/files",
        headers=TUS | {"Authorization": f"Bearer {made.token}", "Upload-Length": "5"},
    )
    cookie, token = officers_cookie(client, made.officer, made.password)
    paper = next(f for f in sealed.manifest.files if f.slot == "giay_chung_sinh")
    opened = client.get(f"/inbox/{sealed.id}/papers/1/{paper.sha256}")
    assert opened.data.startswith(b"%PDF")
    assert CHILD in client.get(f"/inbox/{sealed.id}").text
    receipt = client.get(
        f"/intake/v1/dossiers/{sealed.id}", headers={"Authorization": f"Bearer {made.token}"}
    ).json
    examples = {
        "dossier_id": sealed.id,
        "number": 1,
        "intake.put_revision:number": 2,
        "sha256": sha256_hex(b"a = 1"),
        "sealed_sha256": paper.sha256,
        "upload_id": unquote(begun.headers["Location"].rsplit("/", 1)[-1]),
        "code": receipt["code"],
        "name": made.officer,
        "procedure_id": "khai-sinh",
        "version": "2026-07-01",
        "place": "TH-0001",
        "month": "2026-11",
        "period": "2026-11",
        "kind": "csv",
        "static:filename": "ward.css",
        "bootstrap.static:filename": "css/bootstrap.min.css",
    }
    marks = (CHILD, "TH-0001-20261122-01", made.token, other, made.password, receipt["code"])
    walker = Walker(app, examples, marks, frames="'self'")
    yield Ward(app, walker, sealed, made.token, other, revoked, cookie, token)
    service.engine.dispose()


def must_be_closed(one: Answered) -> None:
    assert not has_a_paper(one), one
    if one.status == 405:
        return
    if one.method == "OPTIONS" and one.status != 302:  # which versions of tus are spoken
        assert one.answer.get_data() == b"", one
    elif one.endpoint.startswith(("intake.", "metrics.")):
        assert one.status == 401, one
    elif one.status == 302:
        assert one.leads_to == "/sign-in", one
    else:
        assert one.status == 400, one  # without a form's own token


def as_nobody(ward: Ward, form: dict[str, str] | None = None, **headers: str) -> None:
    before = ward.kept()
    for one in ward.walker.walk(form=form, **headers):
        if one.endpoint not in FOR_ANYBODY:
            must_be_closed(one)
        assert not has_a_paper(one), one
    assert ward.kept() == before, "a stranger changed something"


def test_nobody_gets_anything_at_any_address(ward: Ward) -> None:
    as_nobody(ward)


def test_a_form_of_the_door_opens_nothing_behind_it(ward: Ward) -> None:
    client = ward.app.test_client()
    text = client.get("/sign-in").text
    token = text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    cookie = client.get_cookie("ward")
    assert cookie is not None
    as_nobody(ward, {"csrf_token": token}, Cookie=f"ward={cookie.value}")


@pytest.mark.parametrize("told", ["Bearer x", "Bearer ", "Basic eDp5", "bearer tht_" + "A" * 43])
def test_a_made_up_token_opens_nothing(ward: Ward, told: str) -> None:
    for one in ward.walker.walk(methods=("GET", "POST", "PUT", "PATCH"), Authorization=told):
        if one.endpoint not in FOR_ANYBODY:
            must_be_closed(one)


def test_a_box_that_was_lost_is_nobody(ward: Ward) -> None:
    as_nobody(ward, Authorization=f"Bearer {ward.revoked_box}")


def test_another_box_finds_nothing_of_this_one(ward: Ward) -> None:
    theirs = {"intake.get_dossier", "intake.put_dossier", "intake.put_revision"}
    before = ward.kept()
    leave_out = frozenset({"intake.heartbeat"})  # its own sign of life
    for one in ward.walker.walk(
        methods=("GET", "HEAD", "PUT", "PATCH", "DELETE"),
        leave_out=leave_out,
        Authorization=f"Bearer {ward.other_box}",
        Tus_Resumable="1.0.0",
        Upload_Offset="0",
        Content_Type="application/offset+octet-stream",
    ):
        assert not has_a_paper(one), one
        assert ward.dossier.id not in one.answer.get_data(as_text=True), one
        if one.endpoint in theirs:
            assert one.status in {400, 404, 405, 422}, one
        elif one.endpoint == "intake.files":
            assert one.status in {404, 405}, one
        elif one.endpoint not in FOR_ANYBODY and not one.endpoint.startswith("intake."):
            must_be_closed(one)
    assert ward.kept() == before


def test_a_box_is_no_officer_and_an_officer_is_no_box(ward: Ward) -> None:
    pages = ("inbox.", "head.", "figures_page.")
    officers = {r.endpoint for r in ward.app.url_map.iter_rules() if r.endpoint.startswith(pages)}
    boxes = {r.endpoint for r in ward.app.url_map.iter_rules() if r.endpoint[:7] == "intake."}
    everything = officers | boxes | FOR_ANYBODY
    methods = ("GET", "POST", "PUT")
    for one in ward.walker.walk(
        methods=methods,
        leave_out=frozenset(everything - officers | {"inbox.sign_in"}),
        Authorization=f"Bearer {ward.box}",
    ):
        must_be_closed(one)
    for one in ward.walker.walk(
        methods=methods, leave_out=frozenset(everything - boxes), Cookie=ward.officer
    ):
        must_be_closed(one)


def test_a_rested_session_is_nobody(ward: Ward) -> None:
    ward.app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(seconds=-1)
    as_nobody(ward, {"csrf_token": ward.token}, Cookie=ward.officer)


def test_a_new_password_ends_every_older_session(ward: Ward) -> None:
    service: WardService = ward.app.extensions[KEY]
    with service.engine.begin() as conn:
        assert set_password(conn, init_name(), "mot-mat-khau-khac")
    as_nobody(ward, {"csrf_token": ward.token}, Cookie=ward.officer)


def init_name() -> str:
    from web.ward.init import FIRST_OFFICER

    return FIRST_OFFICER


@pytest.mark.parametrize("token", ["", "made up"])
def test_without_the_pages_own_token_no_officer_changes_anything(ward: Ward, token: str) -> None:
    before, refused = ward.kept(), 0
    signed_in = replace(ward.walker, marks=())
    for one in signed_in.walk(form={"csrf_token": token}, methods=CHANGING, Cookie=ward.officer):
        if one.endpoint.startswith(("inbox.", "head.", "figures_page.")):
            assert one.status in {400, 405} or one.endpoint == "inbox.sign_in", one
            refused += one.status == 400
    assert refused >= 8
    assert ward.kept() == before


def test_an_officer_who_is_no_head_changes_nothing_on_the_heads_pages(ward: Ward) -> None:
    service: WardService = ward.app.extensions[KEY]
    with service.engine.begin() as conn:
        add_officer(conn, "can-bo-hai", "mật khẩu thử")
    client = ward.app.test_client()
    cookie, token = officers_cookie(client, "can-bo-hai", "mật khẩu thử")
    before, refused = ward.kept(), 0
    walker = replace(ward.walker, marks=())
    everything_else = {r.endpoint for r in ward.app.url_map.iter_rules()}
    heads = {endpoint for endpoint in everything_else if endpoint.startswith("head.")}
    for one in walker.walk(
        form={"csrf_token": token, "name": "kẻ lạ", "role": "head"},
        leave_out=frozenset(everything_else - heads),
        Cookie=cookie,
    ):
        assert one.status in {403, 405} or one.method == "OPTIONS", one
        refused += one.status == 403
    assert refused >= 8
    assert ward.kept() == before


def test_an_officers_pages_are_as_strict_as_the_others(ward: Ward) -> None:
    opened = [
        one
        for one in replace(ward.walker, marks=()).walk(methods=("GET",), Cookie=ward.officer)
        if one.endpoint.startswith("inbox.") and one.status == 200
    ]
    assert any(has_a_paper(one) for one in opened)
    assert len(opened) >= 3


def test_whoever_asks_for_an_unknown_dossier_is_told_nothing_else(ward: Ward) -> None:
    client = ward.app.test_client()
    told = [
        client.get(f"/intake/v1/dossiers/{one}", headers={"Authorization": f"Bearer {box}"}).json
        for one, box in ((ward.dossier.id, ward.other_box), (str(uuid7()), ward.box))
    ]
    assert told[0] == told[1]
