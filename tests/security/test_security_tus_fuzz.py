"""Whatever a box writes into the headers of an upload: a refusal or an upload, never a fault."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.ward.box import TUS
from web.ward.app import create_app
from web.ward.init import init_ward
from web.ward.service import KEY, WardService
from web.ward.settings import WardSettings

DATA = b"twelve bytes"
DOOR = "/intake/v1/files"

printable = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=40)
numbers = st.integers(-(2**70), 2**70).map(str) | st.sampled_from(
    ["", "0", "1e3", "٣", "+5", "0x1"]
)
keys = st.sampled_from(["sha256", "filename", "", "a b", "sha256 sha256"])
metadata = st.lists(st.tuples(keys, st.binary(max_size=40)), max_size=4).map(
    lambda pairs: ",".join(f"{key} {b64encode(value).decode()}" for key, value in pairs)
)
checksums = st.tuples(st.sampled_from(["sha1", "sha256", "md5", "crc32", ""]), printable).map(
    " ".join
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Upload-Length": numbers | printable,
        "Upload-Offset": numbers | printable,
        "Upload-Metadata": metadata | printable,
        "Upload-Checksum": checksums | printable,
        "Upload-Defer-Length": numbers,
        "Upload-Concat": printable,
        "Tus-Resumable": st.sampled_from(["1.0.0", "0.2.2", ""]) | printable,
        "Content-Type": st.sampled_from(["application/offset+octet-stream", "text/plain", ""]),
        "X-HTTP-Method-Override": st.sampled_from(["PATCH", "DELETE", "x"]),
    },
)


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FlaskClient, dict[str, str]]]:
    limits = WardSettings(tmp_path_factory.mktemp("ward") / "home", max_open_uploads=100_000)
    made = init_ward(limits)
    app = create_app(limits)
    yield app.test_client(), {"Authorization": f"Bearer {made.token}"}
    service: WardService = app.extensions[KEY]
    service.engine.dispose()


def begun(client: FlaskClient, box: dict[str, str]) -> str:
    made = client.post(DOOR, headers=TUS | box | {"Upload-Length": str(len(DATA))})
    assert made.status_code == 201
    return DOOR + "/" + made.headers["Location"].rsplit("/", 1)[1]


@given(told=headers, body=st.binary(max_size=20), method=st.sampled_from(["POST", "PATCH", "HEAD"]))
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_header_of_an_upload_makes_the_ward_stumble(
    ward: tuple[FlaskClient, dict[str, str]], told: dict[str, str], body: bytes, method: str
) -> None:
    client, box = ward
    at = begun(client, box)
    where = DOOR if method == "POST" else at
    answer = client.open(where, method=method, headers=told | box, data=body)
    assert answer.status_code < 500, (answer.status_code, answer.text)
    held = int(client.head(at, headers=TUS | box).headers["Upload-Offset"])
    written = len(body) if method == "PATCH" and answer.status_code == 204 else 0
    assert held == written  # what is told as kept is kept, and nothing else
    rest = client.patch(
        at,
        data=DATA[: len(DATA) - held],
        headers=TUS
        | box
        | {"Upload-Offset": str(held), "Content-Type": "application/offset+octet-stream"},
    )
    assert rest.status_code == 204  # the upload is none the worse for it


@given(name=st.text(max_size=80) | st.sampled_from(["..", "../ward.sqlite", "%2e%2e%2f", ".", "~"]))
@settings(max_examples=80, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
def test_no_name_of_an_upload_leads_anywhere(
    ward: tuple[FlaskClient, dict[str, str]], name: str
) -> None:
    client, box = ward
    for method in ("HEAD", "PATCH", "DELETE"):
        answer = client.open(f"{DOOR}/{name}", method=method, headers=TUS | box)
        assert 300 <= answer.status_code < 500, (method, name, answer.status_code)


def test_the_walk_of_names_would_see_an_upload(ward: tuple[FlaskClient, dict[str, str]]) -> None:
    client, box = ward
    at = begun(client, box)
    assert client.head(at, headers=TUS | box).status_code in {200, 204}
