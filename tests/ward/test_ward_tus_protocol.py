"""tus 1.0.0, sentence by sentence: what the protocol says a server MUST and SHOULD do.

Each test quotes the paragraph it stands for (https://tus.io/protocols/resumable-upload, 1.0.0).
Extensions are those our OPTIONS names: creation, creation-with-upload, creation-defer-length,
termination, checksum, expiration. Concatenation is not offered.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
import requests

from tests.ward.box import TIMEOUT_S, TUS, Box

BYTES = {"Content-Type": "application/offset+octet-stream"}


def at(answer: requests.Response) -> str:
    """The upload's path below the base."""
    return "/files/" + answer.headers["Location"].rsplit("/", 1)[1]


def create(box: Box, **headers: str) -> requests.Response:
    return box.ask("POST", "/files", headers=TUS | headers)


def metadata(**pairs: str) -> str:
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())


def checksum(algorithm: str, data: bytes) -> dict[str, str]:
    digest = hashlib.new(algorithm, data).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


@pytest.fixture(scope="module")
def database() -> None:
    """SQLite: the protocol's words do not depend on the database; the door's tests run on both."""


@pytest.fixture
def path(box: Box) -> str:
    """An upload of ten bytes that holds four."""
    begun = box.begin(10)
    assert box.patch(begun, 0, b"0123").status_code == 204
    return begun


# ── core: HEAD ───────────────────────────────────────────────────────────────


def test_the_server_must_always_include_the_upload_offset_even_if_it_is_0(box: Box) -> None:
    answer = box.ask("HEAD", box.begin(10), headers=TUS)
    assert answer.status_code in {200, 204}
    assert answer.headers["Upload-Offset"] == "0"


def test_if_the_size_is_known_head_must_tell_the_upload_length(box: Box, path: str) -> None:
    answer = box.ask("HEAD", path, headers=TUS)
    assert (answer.headers["Upload-Offset"], answer.headers["Upload-Length"]) == ("4", "10")


def test_head_must_not_be_cached(box: Box, path: str) -> None:
    assert box.ask("HEAD", path, headers=TUS).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_what_is_not_found_should_be_404_410_or_403_without_an_offset(
    box: Box, method: str
) -> None:
    path = "/files/0198c0de-0000-4000-8000-000000000001"
    headers = TUS | BYTES | {"Upload-Offset": "0"}
    answer = box.ask(method, path, headers=headers)
    assert answer.status_code in {403, 404, 410}
    assert "Upload-Offset" not in answer.headers


# ── core: PATCH ──────────────────────────────────────────────────────────────


def test_a_patch_without_the_right_media_type_should_be_415(box: Box, path: str) -> None:
    headers = TUS | {"Upload-Offset": "4", "Content-Type": "application/octet-stream"}
    assert box.ask("PATCH", path, data=b"456789", headers=headers).status_code == 415
    assert box.held(path) == 4


def test_an_offset_that_does_not_match_must_be_409_and_leave_the_upload(
    box: Box, path: str
) -> None:
    for offset in (0, 3, 5, 10, 11):
        assert box.patch(path, offset, b"x").status_code == 409
    assert box.held(path) == 4


def test_a_patch_that_was_taken_must_be_204_with_the_new_offset(box: Box, path: str) -> None:
    answer = box.patch(path, 4, b"456")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "7")
    assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_patches_on_the_same_upload_may_follow_each_other_to_the_end(box: Box, path: str) -> None:
    for offset in range(4, 10):
        assert box.patch(path, offset, str(offset).encode()).status_code == 204
    assert box.held(path) == 10


def test_a_patch_beyond_the_length_takes_nothing(box: Box, path: str) -> None:
    assert 400 <= box.patch(path, 4, b"x" * 7).status_code < 500
    assert box.held(path) == 4


@pytest.mark.parametrize("offset", ["-1", "x", "", "4.0", "0x4", "4 5"])
def test_an_offset_must_be_a_non_negative_integer(box: Box, path: str, offset: str) -> None:
    answer = box.ask("PATCH", path, data=b"x", headers=TUS | BYTES | {"Upload-Offset": offset})
    assert answer.status_code in {400, 409}
    assert box.held(path) == 4


def test_a_patch_without_an_offset_is_refused(box: Box, path: str) -> None:
    assert box.ask("PATCH", path, data=b"x", headers=TUS | BYTES).status_code == 400


# ── core: OPTIONS and versions ───────────────────────────────────────────────


@pytest.mark.parametrize("token", ["", "wrong"])
def test_options_must_tell_versions_and_may_tell_extensions_to_anybody(
    box: Box, token: str
) -> None:
    answer = requests.options(
        box.base + "/files", headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S
    )
    assert answer.status_code in {200, 204}
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "creation-defer-length",
        "termination", "checksum", "expiration",
    }  # fmt: skip
    assert set(answer.headers["Tus-Checksum-Algorithm"].split(",")) >= {"sha1", "sha256"}
    assert int(answer.headers["Tus-Max-Size"]) == 64 << 20


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0.1", "1", "1.0.0, 0.2.2", ""])
@pytest.mark.parametrize("method", ["HEAD", "PATCH", "POST", "DELETE"])
def test_a_version_that_is_not_supported_must_be_412_with_tus_version_and_no_effect(
    box: Box, path: str, method: str, version: str | None
) -> None:
    headers = BYTES | {"Upload-Offset": "4", "Upload-Length": "10"}
    if version is not None:
        headers["Tus-Resumable"] = version
    where = "/files" if method == "POST" else path
    answer = box.ask(method, where, data=b"x", headers=headers)
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert box.held(path) == 4


def test_every_answer_but_options_must_carry_tus_resumable(box: Box, path: str) -> None:
    for method, where, headers in (
        ("POST", "/files", {"Upload-Length": "1"}),
        ("POST", "/files", {}),
        ("HEAD", path, {}),
        ("HEAD", "/files/x", {}),
        ("PATCH", path, {}),
        ("DELETE", path, {}),
        ("DELETE", path, {}),
    ):
        answer = box.ask(method, where, headers=TUS | headers)
        assert answer.headers["Tus-Resumable"] == "1.0.0", (method, where, answer.status_code)


@pytest.mark.parametrize("override", ["PATCH", "patch"])
def test_x_http_method_override_must_be_read_as_the_method(
    box: Box, path: str, override: str
) -> None:
    headers = TUS | BYTES | {"Upload-Offset": "4", "X-HTTP-Method-Override": override}
    answer = box.ask("POST", path, data=b"456789", headers=headers)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "10")


# ── creation ─────────────────────────────────────────────────────────────────


def test_creation_must_be_201_with_a_location(box: Box) -> None:
    answer = create(box, **{"Upload-Length": "100"})
    assert answer.status_code == 201
    assert box.held(at(answer)) == 0


def test_an_empty_upload_is_complete_at_once(box: Box) -> None:
    answer = create(box, **{"Upload-Length": "0"})
    assert answer.status_code == 201
    assert box.held(at(answer)) == 0


def test_a_length_beyond_tus_max_size_must_be_413(box: Box) -> None:
    assert create(box, **{"Upload-Length": str((64 << 20) + 1)}).status_code == 413
    assert create(box, **{"Upload-Length": str(64 << 20)}).status_code == 201


def test_without_length_and_without_deferring_nothing_is_created(box: Box) -> None:
    assert create(box).status_code == 400


def test_metadata_must_come_back_as_it_was_given(box: Box) -> None:
    told = metadata(sha256="ab" * 32, filename="tệp số 1.pdf") + ",is_confidential"
    path = at(create(box, **{"Upload-Length": "10", "Upload-Metadata": told}))
    back = box.ask("HEAD", path, headers=TUS).headers["Upload-Metadata"]
    assert {pair.strip() for pair in back.split(",")} == set(told.split(","))


@pytest.mark.parametrize(
    "told", ["key ####", "một " + "YQ==", "a YQ==,a YQ==", ",", "a YQ==,", "a  b c"]
)
def test_metadata_must_be_ascii_keys_that_are_unique_and_base64(box: Box, told: str) -> None:
    headers = {"Upload-Length": "10", "Upload-Metadata": told.encode().decode("latin-1")}
    assert create(box, **headers).status_code == 400


# ── creation-defer-length ────────────────────────────────────────────────────


def test_a_deferred_length_is_told_as_such_until_it_is_known(box: Box) -> None:
    path = at(create(box, **{"Upload-Defer-Length": "1"}))
    first = box.ask("HEAD", path, headers=TUS).headers
    assert (first["Upload-Defer-Length"], "Upload-Length" in first) == ("1", False)
    assert box.patch(path, 0, b"123", **{"Upload-Length": "5"}).status_code == 204
    second = box.ask("HEAD", path, headers=TUS).headers
    assert (second["Upload-Length"], "Upload-Defer-Length" in second) == ("5", False)


def test_once_the_length_is_set_it_must_not_be_changed(box: Box) -> None:
    path = at(create(box, **{"Upload-Defer-Length": "1"}))
    assert box.patch(path, 0, b"123", **{"Upload-Length": "5"}).status_code == 204
    assert box.patch(path, 3, b"4", **{"Upload-Length": "6"}).status_code == 400
    assert box.ask("HEAD", path, headers=TUS).headers["Upload-Length"] == "5"


@pytest.mark.parametrize("value", ["0", "2", "true", "01"])
def test_defer_length_must_be_1(box: Box, value: str) -> None:
    assert create(box, **{"Upload-Defer-Length": value}).status_code == 400


def test_a_length_and_its_deferring_exclude_each_other(box: Box) -> None:
    both = {"Upload-Defer-Length": "1", "Upload-Length": "5"}
    assert create(box, **both).status_code == 400


# ── creation-with-upload ─────────────────────────────────────────────────────


@pytest.mark.parametrize("data", [b"", b"0123", b"0123456789"])
def test_bytes_that_come_with_the_creation_must_be_told_by_the_offset(
    box: Box, data: bytes
) -> None:
    headers = TUS | BYTES | {"Upload-Length": "10"}
    answer = box.ask("POST", "/files", data=data, headers=headers)
    assert answer.status_code == 201
    assert answer.headers.get("Upload-Offset", "0") == str(len(data))
    assert box.held(at(answer)) == len(data)


def test_bytes_that_come_with_a_wrong_checksum_are_not_taken(box: Box) -> None:
    headers = TUS | BYTES | {"Upload-Length": "10"} | checksum("sha256", b"other")
    answer = box.ask("POST", "/files", data=b"0123", headers=headers)
    assert answer.status_code == 460


# ── expiration ───────────────────────────────────────────────────────────────


def test_upload_expires_must_be_an_http_date_and_stand_in_creation_and_patch(box: Box) -> None:
    created = create(box, **{"Upload-Length": "10"})
    patched = box.patch(at(created), 0, b"01234")
    for answer in (created, patched):
        told = answer.headers["Upload-Expires"]
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", told)
        assert parsedate_to_datetime(told) > datetime.now(UTC)


# ── checksum ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_checksum_that_fits_is_taken_and_one_that_does_not_must_be_460(
    box: Box, path: str, algorithm: str
) -> None:
    assert box.patch(path, 4, b"456789", **checksum(algorithm, b"456780")).status_code == 460
    assert box.held(path) == 4
    assert box.patch(path, 4, b"456789", **checksum(algorithm, b"456789")).status_code == 204


@pytest.mark.parametrize("told", ["md5 AAAA", "sha256", "sha256 ", "crc32 AAAA", "x y z"])
def test_an_algorithm_that_is_not_supported_must_be_400(box: Box, path: str, told: str) -> None:
    assert box.patch(path, 4, b"456789", **{"Upload-Checksum": told}).status_code in {400, 460}
    assert box.held(path) == 4


# ── termination ──────────────────────────────────────────────────────────────


def test_a_terminated_upload_must_be_204_and_then_404_or_410(box: Box, path: str) -> None:
    assert box.ask("DELETE", path, headers=TUS).status_code == 204
    assert box.ask("HEAD", path, headers=TUS).status_code in {404, 410}
    assert box.patch(path, 4, b"456789").status_code in {404, 410}


# ── concatenation is not offered ─────────────────────────────────────────────


@pytest.mark.parametrize("told", ["partial", "final;/files/a /files/b"])
def test_what_is_not_offered_is_refused(box: Box, told: str) -> None:
    assert create(box, **{"Upload-Length": "10", "Upload-Concat": told}).status_code == 400
