"""What the ward says is what docs/ward_api.yaml promises, and what it reads likewise."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from ruamel.yaml import YAML

from appliance.core.wire.manifest import Consent, Manifest, ManifestFile, ProcedureRef
from appliance.keys.canonical import canonical_json, repr_digest
from tests.ward.box import TIMEOUT_S, Box
from tests.ward.conftest import RunningWard
from tests.ward.officer import Officer
from tests.ward.papers import sealed_dossier
from web.ward.boxes.wire import read_manifest
from web.ward.problems import Problem
from web.ward.settings import WardSettings

CONTRACT = Path(__file__).parents[2] / "docs" / "ward_api.yaml"
LIMITS = WardSettings(Path("/nowhere"))


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    told: dict[str, Any] = YAML(typ="safe").load(CONTRACT)
    return told


class Promise:
    """Checks a value against a schema of the contract."""

    def __init__(self, contract: dict[str, Any]) -> None:
        resource = Resource.from_contents(contract, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("urn:contract", resource)

    def faults(self, schema: str, value: object) -> list[str]:
        validator = Draft202012Validator(
            {"$ref": f"urn:contract#/components/schemas/{schema}"}, registry=self._registry
        )
        return [fault.message for fault in validator.iter_errors(value)]


@pytest.fixture(scope="session")
def promise(contract: dict[str, Any]) -> Promise:
    return Promise(contract)


def kept(promise: Promise, schema: str, answer: requests.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    kind = "application/problem+json" if schema == "Problem" else "application/json"
    assert answer.headers["Content-Type"] == kind
    told = answer.json()
    assert promise.faults(schema, told) == []
    return told


def test_every_answer_of_a_journey_keeps_the_contract(
    ward: RunningWard, box: Box, officer: Officer, recipient: str, promise: Promise
) -> None:
    dossier = sealed_dossier(recipient)
    assert (
        promise.faults("Manifest", dossier.manifest.model_dump(mode="json", exclude_none=True))
        == []
    )
    problem = kept(promise, "Problem", box.commit(dossier), 409)
    assert problem["missing"]
    box.upload_all(dossier)
    receipt = kept(promise, "Receipt", box.commit(dossier), 201)
    kept(promise, "Receipt", box.commit(dossier), 200)
    officer.answer(dossier.id, "accept")
    officer.answer(dossier.id, "supplement", text="Thiếu trang 2", paper_0="missing")
    kept(promise, "Dossier", box.ask("GET", f"/dossiers/{dossier.id}"), 200)
    kept(promise, "EventPage", box.ask("GET", "/events?limit=200"), 200)
    track = requests.get(
        f"{ward.base}/track/{receipt['code']}", params={"s": receipt["secret"]}, timeout=TIMEOUT_S
    )
    kept(promise, "PublicState", track, 200)
    beat = {"version": "1", "queue": 0, "oldest_waiting_s": 0, "disk_free_mb": 1}
    assert promise.faults("Heartbeat", beat) == []
    kept(promise, "HeartbeatAnswer", box.ask("PUT", "/heartbeat", json=beat), 200)
    for method, path, status in (
        ("GET", "/dossiers/0198c0de-0000-7000-8000-000000000001", 404),
        ("GET", "/events?after=99999999", 410),
        ("GET", "/events?after=x", 400),
        ("PUT", f"/dossiers/{dossier.id}", 422),
        ("PUT", "/heartbeat", 422),
        ("DELETE", "/heartbeat", 405),
        ("GET", "/nowhere", 404),
    ):
        kept(promise, "Problem", box.ask(method, path), status)


def test_the_contract_names_every_door_and_no_other(
    contract: dict[str, Any], tmp_path: Path
) -> None:
    from web.ward.app import create_app
    from web.ward.init import init_ward

    init_ward(WardSettings(tmp_path / "home"))
    app = create_app(WardSettings(tmp_path / "home"))
    served = {
        _shape(rule.rule.removeprefix("/intake/v1"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/intake/v1") and not rule.rule.startswith("/intake/v1/files")
    }
    assert served == {_shape(path) for path in contract["paths"]}


def _shape(path: str) -> str:
    return "/".join("*" if part[:1] in "<{" and part else part for part in path.split("/"))


def test_only_a_size_is_too_large(box: Box, recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    huge = dossier.manifest.files[0].model_copy(update={"bytes": (64 << 20) + 1})
    answer = box.commit(sealed_dossier(recipient, files=(huge,)))
    assert answer.status_code == 413


# ── any manifest ─────────────────────────────────────────────────────────────

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
moments = st.datetimes(timezones=st.just(UTC)).map(lambda m: m.replace(year=max(m.year, 2000)))
uuids = st.uuids().map(str)
listed_files = st.lists(
    st.builds(
        ManifestFile,
        slot=words,
        sha256=digests,
        bytes=st.integers(1, 10**6),
        pages=st.none() | st.integers(0, 99),
        media_type=st.sampled_from(["application/pdf", "application/json"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda file: file.sha256,
).map(tuple)
manifests = st.builds(
    Manifest,
    dossier_id=uuids,
    revision=st.just(1),
    procedure=st.builds(
        ProcedureRef, id=words, version=words, sha256=digests, title_vi=st.none() | words
    ),
    answers=st.just({}),
    files=listed_files,
    made_at=moments,
    clock_trusted=st.booleans(),
    point=words,
    volunteer=st.none() | words,
    consent=st.none() | st.builds(Consent, signed=st.booleans(), at=moments),
    encrypted_for=st.none() | words,
)


def canonical_or_nothing(body: bytes) -> bytes | None:
    try:
        plain = json.loads(body)
    except ValueError:
        return None
    return canonical_json(plain) if isinstance(plain, dict) else None


def read(body: bytes, dossier_id: str) -> Manifest:
    return read_manifest(
        LIMITS, dossier_id, 1, body, idempotency_key=dossier_id, digest=repr_digest(body)
    )


@given(manifest=manifests)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_manifest_a_box_can_write_is_read_back_the_same(manifest: Manifest) -> None:
    assert read(canonical_json(manifest), manifest.dossier_id) == manifest


@given(manifest=manifests)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_any_manifest_a_box_can_write_keeps_the_contract(manifest: Manifest) -> None:
    told: dict[str, Any] = YAML(typ="safe").load(CONTRACT)
    plain = manifest.model_dump(mode="json", exclude_none=True)
    assert Promise(told).faults("Manifest", plain) == []


@given(manifest=manifests, data=st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_manifest_is_refused_in_words_a_program_reads(
    manifest: Manifest, data: st.DataObject
) -> None:
    body = canonical_json(manifest)
    at = data.draw(st.integers(0, len(body) - 1))
    damaged = data.draw(
        st.sampled_from(
            [body[:at], body[:at] + b" " + body[at:], body + b"{}", b"[]", b'"x"', b"\xff" + body]
        )
    )
    if damaged == canonical_or_nothing(damaged):
        return  # a space inside a word makes another good manifest
    with pytest.raises(Problem) as refused:
        read(damaged, manifest.dossier_id)
    assert refused.value.status == 422
    assert refused.value.errors


@given(manifest=manifests)
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_a_manifest_for_another_address_is_refused(manifest: Manifest) -> None:
    with pytest.raises(Problem) as refused:
        read(canonical_json(manifest), "0198c0de-0000-7000-8000-000000000001")
    assert refused.value.status == 422


@pytest.mark.parametrize("extra", [{"name": "x"}, {"files": []}, {"revision": 2}])
def test_what_is_not_in_the_contract_is_named(extra: dict[str, Any], recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    plain = dossier.manifest.model_dump(mode="json", exclude_none=True) | extra
    with pytest.raises(Problem) as refused:
        read(canonical_json(plain), dossier.id)
    assert [fault.path for fault in refused.value.errors] == list(extra)


@pytest.mark.parametrize("point", ["TH\x00", "dòng\nkhác", "x" * 501])
def test_words_a_list_cannot_show_are_refused(box: Box, recipient: str, point: str) -> None:
    dossier = sealed_dossier(recipient, point=point)
    box.upload_all(dossier)
    answer = box.commit(dossier)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"path": "point", "code": "not-plain-text"}]


def test_a_nul_in_an_address_is_just_unknown(ward: RunningWard, box: Box, officer: Officer) -> None:
    assert box.ask("GET", "/dossiers/%00").status_code == 404
    assert box.ask("GET", "/track/%00?s=123456").status_code == 404
    assert box.ask("HEAD", "/files/%00", headers={"Tus-Resumable": "1.0.0"}).status_code == 400
    assert box.ask("GET", "/publications/1/files/%00").status_code == 404
    assert officer.get("/inbox/%00").status_code == 404
    assert "chưa đúng" in Officer(ward.site).sign_in("\0", "x").text


def test_deeply_nested_or_doubled_json_is_refused(recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    doubled = dossier.body[:-1] + b',"revision":1}'
    for body in (b"[" * 100_000, doubled, b'{"a":NaN}', b'{"a":1e999}'):
        with pytest.raises(Problem) as refused:
            read(body, dossier.id)
        assert refused.value.status == 422
