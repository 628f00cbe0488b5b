"""A ward that is nearly full, a box that never ends, and a proxy in front."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.ward.box import TUS
from web.ward.app import create_app
from web.ward.init import init_ward
from web.ward.settings import WardSettings


def small_ward(home: Path, **limits: int) -> tuple[FlaskClient, dict[str, str]]:
    settings = WardSettings(home, **limits)
    made = init_ward(settings)
    return create_app(settings).test_client(), TUS | {"Authorization": f"Bearer {made.token}"}


def test_a_full_disk_asks_boxes_to_come_later(tmp_path: Path) -> None:
    client, headers = small_ward(tmp_path / "home", disk_reserve_bytes=1 << 60)
    answer = client.post("/intake/v1/files", headers=headers | {"Upload-Length": "1"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")
    assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_a_box_that_begins_for_ever_is_told_to_rest(tmp_path: Path) -> None:
    client, headers = small_ward(tmp_path / "home", max_open_uploads=2)
    told = [
        client.post("/intake/v1/files", headers=headers | {"Upload-Length": "1"}) for _ in range(3)
    ]
    assert [answer.status_code for answer in told] == [201, 201, 429]
    assert int(told[-1].headers["Retry-After"]) > 0


def test_a_manifest_that_is_too_long_is_refused_unread(tmp_path: Path) -> None:
    client, headers = small_ward(tmp_path / "home", max_manifest_bytes=100)
    path = "/intake/v1/dossiers/0198c0de-0000-7000-8000-000000000001"
    answer = client.put(path, headers=headers, data=b"x" * 101)
    assert answer.status_code == 413


def test_cookies_travel_over_https_only_when_told_so(tmp_path: Path) -> None:
    settings = WardSettings(tmp_path / "home", secure_cookies=True)
    init_ward(settings)
    client = create_app(settings).test_client()
    cookie = client.get("/sign-in", base_url="https://ward.example").headers["Set-Cookie"]
    for word in ("__Host-ward=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert word in cookie


class _OverUnix(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("ward", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self._path))


@pytest.mark.parametrize("told", [b"198.51.100.1", b"198.51.100.2"])
def test_behind_a_proxy_the_brake_counts_by_the_client(tmp_path: Path, told: bytes) -> None:
    settings, door = WardSettings(tmp_path / "home"), tmp_path / "s"
    init_ward(settings)
    command = [sys.executable, "-m", "appliance.commands.ward", "serve", str(settings.home)]
    ward = subprocess.Popen(
        [*command, "--listen", f"unix:{door}"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert ward.stdout
        assert ward.stdout.readline().strip() == f"unix:{door}"
        statuses = []
        for number in range(22):
            line = _OverUnix(door)
            # the last question comes from somebody else, who need not rest
            client = told.decode() if number < 21 else "203.0.113.9"
            line.request(
                "GET",
                "/intake/v1/track/BD-AAAA-AAA" + "ABCDEFGHJKLMNPQRSTUVWX"[number] + "?s=1",
                headers={"X-Forwarded-For": client},
            )
            statuses.append(line.getresponse().status)
            line.close()
        assert statuses == [404] * 20 + [429, 404]
        ward.send_signal(signal.SIGTERM)
        assert ward.wait(30) == 0
        assert not door.exists()
    finally:
        if ward.poll() is None:
            ward.kill()
            ward.wait(30)


def test_housekeeping_that_fails_does_not_end_the_service(tmp_path: Path) -> None:
    settings = WardSettings(tmp_path / "home")
    init_ward(settings)
    thing = tmp_path / "home/uploads/somebody-made-a-folder-here"
    thing.mkdir(parents=True)
    os.utime(thing, (0, 0))
    serving = subprocess.Popen(
        [sys.executable, "-m", "appliance.cli", "ward", "serve", str(tmp_path / "home"),
         "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert serving.stdout is not None
    assert serving.stderr is not None
    address = serving.stdout.readline().strip()
    said = (line for line in iter(serving.stderr.readline, "") if "another hour" in line)
    try:
        assert next(said, None), "the service ended"
        port = int(address.rstrip("/").rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
            wire.sendall(b"OPTIONS /intake/v1/files HTTP/1.1\r\nHost: x\r\n\r\n")
            assert wire.recv(12) == b"HTTP/1.1 204"
    finally:
        serving.kill()
        serving.communicate(timeout=30)
