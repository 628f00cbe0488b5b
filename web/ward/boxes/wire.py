"""What the commit's request must be before anything else looks at it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from pydantic import ValidationError

from appliance.core.wire.manifest import Manifest
from appliance.keys.canonical import canonical_json, repr_digest
from web.ward.problems import Fault, Problem
from web.ward.settings import WardSettings

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # PostgreSQL stores no NUL; a list shows no line breaks
MAX_WORDS = 500
MAX_FILES = 200


def read_manifest(
    settings: WardSettings,
    dossier_id: str,
    number: int,
    body: bytes,
    *,
    idempotency_key: str | None,
    digest: str | None,
) -> Manifest:
    """The manifest in *body*, which is exactly what the box signed for.

    Raises:
        Problem: 503 when the body was damaged on the way, 413 or 422 when it will never do.
    """
    if len(body) > settings.max_manifest_bytes:
        raise Problem(413, "too-large", "the manifest is too large")
    if digest is None:
        raise _unacceptable("Repr-Digest", "missing")
    if digest != repr_digest(body):
        # Damaged on the way: the next attempt can succeed, so no final 4xx.
        raise Problem(
            503, "digest-mismatch", "the body is not what Repr-Digest says", retry_after_s=5
        )
    if idempotency_key is None:
        raise _unacceptable("Idempotency-Key", "missing")
    key = idempotency_key.strip().strip('"')
    if not UUID.match(key) or (number == 1 and key != dossier_id):
        raise _unacceptable("Idempotency-Key", "not-the-dossier-id")
    manifest = _parsed(body)
    faults = [*_out_of_place(manifest, dossier_id, number), *_out_of_bounds(manifest)]
    if faults:
        raise _refused(faults)
    if any(file.bytes > settings.max_file_bytes for file in manifest.files):
        raise Problem(413, "too-large", "a file of the manifest is too large")
    return manifest


def _out_of_place(manifest: Manifest, dossier_id: str, number: int) -> Iterator[Fault]:
    if manifest.dossier_id != dossier_id:
        yield Fault("dossier_id", "not-as-in-address")
    if manifest.revision != number:
        yield Fault("revision", "not-as-in-address")


def _out_of_bounds(manifest: Manifest) -> Iterator[Fault]:
    for path, told in (
        ("procedure.id", manifest.procedure.id),
        ("procedure.title_vi", manifest.procedure.title_vi or ""),
        ("point", manifest.point),
    ):
        if len(told) > MAX_WORDS or CONTROL.search(told):
            yield Fault(path, "not-plain-text")
    if not manifest.files:
        yield Fault("files", "empty")
    if len(manifest.files) > MAX_FILES:
        yield Fault("files", "too-many")
    if manifest.follow is not None and manifest.revision > 1:
        yield Fault("follow", "first-revision-only")
    if manifest.answers_request is not None and manifest.revision == 1:
        yield Fault("answers_request", "nothing-was-asked-yet")
    for index, file in enumerate(manifest.files):
        if file.replaces is not None and file.replaces.revision >= manifest.revision:
            yield Fault(f"files.{index}.replaces", "not-an-earlier-revision")
    sizes: dict[str, int] = {}
    for index, file in enumerate(manifest.files):
        if sizes.setdefault(file.sha256, file.bytes) != file.bytes:
            yield Fault(f"files.{index}.bytes", "two-sizes-of-one-file")


def _parsed(body: bytes) -> Manifest:
    try:
        plain = json.loads(body)
        canonical = isinstance(plain, dict) and canonical_json(plain) == body
    except (ValueError, RecursionError) as error:  # rfc8785's own errors are ValueErrors
        raise _unacceptable("", "not-json") from error
    if not canonical:
        raise _unacceptable("", "not-canonical")
    try:
        return Manifest.model_validate_json(body)
    except ValidationError as error:
        raise _refused(
            [Fault(".".join(map(str, f["loc"])), f["type"]) for f in error.errors()]
        ) from error


def _unacceptable(path: str, code: str) -> Problem:
    return _refused([Fault(path, code)])


def _refused(faults: list[Fault]) -> Problem:
    return Problem(422, "not-acceptable", "the manifest cannot be accepted", errors=tuple(faults))
