"""Photographs on their way in: bounded, a few at a time, in memory only."""

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
import sys, tempfile
from flask import Flask, request
from appliance.services.web import MAX_BODY_BYTES, THREADS
from web.serving import serve
from web.station.phone.body import photographs

tempfile.tempdir = sys.argv[1]
app = Flask("photos")

@app.post("/phone/papers/<slot>/photo")
def photo(slot):
    return str(len(request.get_data()))

@app.post("/form")
def form():
    return str(len(request.get_data()))

serve(app, "127.0.0.1:0", threads=THREADS, max_body_bytes=MAX_BODY_BYTES, large=photographs(),
      on_ready=lambda address: print(address, flush=True))
"""
PHOTO, FORM = "/phone/papers/giay_chung_sinh/photo", "/form"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    running = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ,
    )
    assert running.stdout is not None
    yield int(running.stdout.readline().strip().rpartition(":")[2])
    running.kill()
    running.wait(30)
    running.stdout.close()


def begin(port: int, path: str, size: int) -> socket.socket:
    """A phone that has said how much it will send."""
    phone = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n"
    phone.sendall(head.encode())
    return phone


def answer(phone: socket.socket) -> str:
    """All that comes until the other side is silent for a moment."""
    heard = b""
    phone.settimeout(5)
    while b"\r\n\r\n" not in heard:
        piece = phone.recv(65536)
        if not piece:
            break
        heard += piece
    phone.settimeout(0.3)
    try:
        while piece := phone.recv(65536):
            heard += piece
    except TimeoutError:
        pass
    return heard.decode()


def until_busy(port: int) -> None:
    """The photograph that has begun to come is noticed: another one has to wait."""
    end = time.monotonic() + 10
    told = ""
    while "503" not in told:
        assert time.monotonic() < end, told
        with begin(port, PHOTO, 4) as phone:
            phone.sendall(b"abcd")
            told = answer(phone)


def until_free(port: int) -> str:
    """What a small photograph is answered, once another one may come."""
    end = time.monotonic() + 10
    while True:
        with begin(port, PHOTO, 4) as phone:
            phone.sendall(b"abcd")
            told = answer(phone)
        if "200 OK" in told or time.monotonic() > end:
            return told


def test_a_photograph_of_thirty_megabytes_comes_in_and_no_larger_one(port: int) -> None:
    with begin(port, PHOTO, 30_000_000) as phone:
        phone.sendall(b"x" * 30_000_000)
        assert answer(phone).endswith("30000000")
    with begin(port, PHOTO, 30_100_000) as phone:
        phone.sendall(b"x" * 30_100_000)  # it is heard out, so that the phone reads the answer
        told = answer(phone)
    assert told.startswith("HTTP/1.1 413")
    assert "Nội dung gửi lên quá lớn." in told


def test_every_other_address_takes_no_more_than_a_form(port: int) -> None:
    with begin(port, FORM, 2_000_000) as phone:
        phone.sendall(b"x" * 2_000_000)
        assert answer(phone).startswith("HTTP/1.1 413")
    with begin(port, "/phone/papers/a/b/photo", 2_000_000) as phone:
        phone.sendall(b"x" * 2_000_000)
        assert answer(phone).startswith("HTTP/1.1 413")


def test_a_second_photograph_at_the_same_time_is_told_to_come_back(port: int) -> None:
    with begin(port, PHOTO, 20_000_000) as first:
        first.sendall(b"x" * 1_000_000)
        until_busy(port)
        with begin(port, PHOTO, 20_000_000) as second:
            told = answer(second)
        assert told.startswith("HTTP/1.1 503")
        assert "Hộp còn đang nhận các ảnh trước." in told
        with begin(port, FORM, 4) as form:  # forms go on
            form.sendall(b"abcd")
            assert answer(form).endswith("4")
        first.sendall(b"x" * 19_000_000)
        assert answer(first).endswith("20000000")
    assert "200 OK" in until_free(port)


def test_a_phone_that_walks_away_in_the_middle_holds_up_nobody(port: int) -> None:
    phone = begin(port, PHOTO, 20_000_000)
    phone.sendall(b"x" * 3_000_000)
    phone.close()
    assert "200 OK" in until_free(port)
