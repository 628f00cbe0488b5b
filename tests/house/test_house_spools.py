"""Plain papers and typed answers pass through the web server in memory, never through a file."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVER = """
import sys
from flask import Flask, request
from appliance.services.web import MAX_BODY_BYTES, THREADS
from web.serving import serve

app = Flask("paper")

@app.get("/paper.jpg")
def paper():
    print("drawn", flush=True)
    return b"a citizen's paper" * 300_000  # 5 MB, a rich page at 600 dpi

@app.post("/form")
def form():
    return request.get_data()[:1]

serve(app, "127.0.0.1:0", threads=THREADS, max_body_bytes=MAX_BODY_BYTES,
      on_ready=lambda address: print(address, flush=True))
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    spool = tmp_path / "spool"
    spool.mkdir()
    running = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(spool)},
        cwd=Path(__file__).parents[2],
    )
    assert running.stdout is not None
    address = running.stdout.readline().strip()
    yield running, int(address.rpartition(":")[2])
    running.kill()
    running.wait(30)
    running.stdout.close()


def spooled(running: subprocess.Popen[str]) -> list[str]:
    """Files of the spool folder that the server holds open, nameless ones too."""
    folder = Path("/proc") / str(running.pid) / "fd"
    links = [str(link.readlink()) for link in folder.iterdir()]
    return [link for link in links if "/spool/" in link]


def watched(running: subprocess.Popen[str], seconds: float) -> list[str]:
    found: list[str] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not found:
        found = spooled(running)
        time.sleep(0.01)
    return found


def test_a_page_that_a_slow_browser_fetches_is_not_written_to_a_file(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    running, port = server
    with socket.create_connection(("127.0.0.1", port), timeout=30) as browser:
        browser.sendall(b"GET /paper.jpg HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert running.stdout is not None
        assert running.stdout.readline() == "drawn\n"
        assert watched(running, 1.0) == []


def test_a_form_as_large_as_is_taken_is_not_written_to_a_file(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    running, port = server
    body = b"x" * (900 * 1024)
    head = b"POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as browser:
        browser.sendall(head + body[:-1])  # the last byte is still on its way
        assert watched(running, 1.0) == []
        browser.sendall(body[-1:])
        assert browser.recv(12) == b"HTTP/1.1 200"
