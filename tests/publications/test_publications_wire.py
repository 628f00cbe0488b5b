"""The way down from a served ward to a box, and releases that do not know of it yet."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from appliance.core.errors import RefusedByWard
from appliance.core.wire.manifest import Heartbeat, PublishedHere
from appliance.desk.point import Point, open_point
from appliance.desk.sending.delivery import Sending
from appliance.destinations.publications import WardPublications
from appliance.destinations.ward_service import WardService
from appliance.keys.canonical import sha256_hex
from appliance.services.uploader import Uploader
from tests.publications.conftest import GOOD, in_place, wav
from tests.publications.test_publications_taking import until
from web.ward.app import create_app
from web.ward.boxes.fleet import fleet
from web.ward.boxes.publications import NumberTaken, newest_number, publish
from web.ward.database import reading
from web.ward.home import open_home
from web.ward.init import WardMade, init_ward
from web.ward.service import KEY
from web.ward.settings import WardSettings

BEAT: dict[str, Any] = {"version": "1", "queue": 0, "oldest_waiting_s": 0, "disk_free_mb": 1}


@dataclass(frozen=True)
class Ward:
    app: Flask
    made: WardMade
    settings: WardSettings

    @property
    def client(self) -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.made.token}"
        return client

    def publish(self, files: dict[str, str | bytes]) -> int:
        plain = {path: c.encode() if isinstance(c, str) else c for path, c in files.items()}
        return publish(open_home(self.settings.home), plain, datetime.now(UTC)).number


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    settings = WardSettings(tmp_path / "home")
    made = init_ward(settings)
    app = create_app(settings)
    yield Ward(app, made, settings)
    app.extensions[KEY].engine.dispose()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app behind a real socket, on threads of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/intake/v1"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def box(point: Point, ward: Ward, tmp_path: Path) -> Callable[[str], Point]:
    """The box of that ward, at an address."""
    token = tmp_path / "token"
    token.write_text(str(ward.made.token))

    def box(url: str) -> Point:
        keys = {"recipient": ward.made.recipient, "verify_key": ward.made.verify_key}
        told = {"url": url, "token_file": token} | keys
        own = point.config.ward.model_copy(update=told)
        return open_point(point.config.model_copy(update={"ward": own}), point.clock)

    return box


def test_a_running_uploader_brings_it_down_and_the_ward_hears_what_stands(
    ward: Ward, box: Callable[[str], Point]
) -> None:
    number = ward.publish(GOOD | {"voice/nop-tai-nha.vi.wav": wav(40.0)})
    with served(ward.app) as url:
        here = box(url)
        uploader = Uploader(here)
        uploader._published.start()
        uploader._tell_how_we_are()
        until(lambda: here.sent_down.now.number == number)
        uploader._tell_how_we_are()
        uploader._published.stop()
        assert in_place(here) == sorted([*GOOD, "voice/nop-tai-nha.vi.wav"])
        with reading(ward.app.extensions[KEY].engine) as conn:
            (one,) = fleet(conn, datetime.now(UTC))
        assert (one.publication, one.refused_publication) == (number, None)
        here.database.close()


def test_a_part_of_a_file_is_the_part_that_was_asked_for(ward: Ward) -> None:
    voice = wav(3.0)
    number = ward.publish({"voice/a.vi.wav": voice})
    with served(ward.app) as url:
        source = WardPublications(url, str(ward.made.token))
        assert source.piece(number, sha256_hex(voice), 100, 50) == voice[100:150]
        assert source.piece(number, sha256_hex(voice), len(voice) - 5, 99) == voice[-5:]
        assert source.piece(number, sha256_hex(voice), len(voice), 99) == b""
        assert json.loads(source.publication(number))["number"] == number
        with pytest.raises(RefusedByWard):
            source.publication(number + 1)
        source.close()


def test_a_file_is_given_out_only_as_one_of_its_publication(ward: Ward) -> None:
    first, second = ward.publish({"config.toml": b"a=1"}), ward.publish({"config.toml": b"a=2"})
    path = "/intake/v1/publications/{}/files/{}"
    client = ward.client
    assert client.get(path.format(first, sha256_hex(b"a=1"))).data == b"a=1"
    assert client.get(path.format(second, sha256_hex(b"a=1"))).status_code == 404
    for nothing in ("..", "signing.key", "0" * 64, "A" * 64):
        assert client.get(path.format(first, nothing)).status_code == 404
    assert client.get("/intake/v1/publications/0").status_code == 404
    assert ward.app.test_client().get(f"/intake/v1/publications/{first}").status_code == 401


def test_a_heartbeat_names_the_newest_and_nothing_while_there_is_none(ward: Ward) -> None:
    client = ward.client
    assert "publication" not in client.put("/intake/v1/heartbeat", json=BEAT).json
    ward.publish(GOOD)
    assert ward.publish({}) == 2
    assert client.put("/intake/v1/heartbeat", json=BEAT).json["publication"] == 2


def test_a_ward_passes_over_what_a_newer_box_says_of_itself(ward: Ward) -> None:
    client = ward.client
    newer = BEAT | {"out_of_service": ["cover-open"], "of_tomorrow": {"a": 1}}
    assert client.put("/intake/v1/heartbeat", json=newer).status_code == 200
    assert client.put("/intake/v1/heartbeat", json=newer | {"queue": "many"}).status_code == 422


def older_ward(heard: list[dict[str, Any]]) -> AbstractContextManager[str]:
    """As 1.2 was: a member that it does not know is refused."""
    app = Flask(__name__)
    known = {*BEAT, "clock", "drafts", "audit", "erased", "form_versions"}

    @app.put("/intake/v1/heartbeat")
    def heartbeat() -> tuple[dict[str, Any], int, dict[str, str]]:
        told = request.get_json()
        if set(told) - known:
            kind = {"Content-Type": "application/problem+json"}
            return {"type": "urn:tramhoso:problem:not-acceptable", "title": "no"}, 422, kind
        heard.append(told)
        return {"server_time": "2026-11-22T01:02:03Z"}, 200, {}

    return served(app)


def test_a_box_says_less_to_a_ward_that_refuses_what_it_does_not_know(point: Point) -> None:
    told = Heartbeat(**BEAT, drafts=3, out_of_service=("x",), published=PublishedHere(number=4))
    heard: list[dict[str, Any]] = []
    with older_ward(heard) as url:
        ward = WardService(url, "t", "A" * 43, Sending(point, "x"))
        assert ward.heartbeat(told).server_time is not None
        ward.close()
    assert heard == [BEAT | {"drafts": 3, "form_versions": []}]


def test_two_who_publish_at_once_do_not_take_one_number(ward: Ward, tmp_path: Path) -> None:
    home = open_home(ward.settings.home)
    taken, numbers = threading.Barrier(4), []

    def one(number: int) -> None:
        taken.wait()
        try:
            text = f"{number}".encode()
            numbers.append(publish(home, {"config.toml": text}, datetime.now(UTC)).number)
        except NumberTaken:
            pass

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(numbers)) == len(numbers) > 0
    assert newest_number(home) == max(numbers)
    assert not list(home.publications.rglob(".new-*"))
