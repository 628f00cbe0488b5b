"""A service and systemd's datagram socket, a real one."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Iterator

import pytest

from appliance.services import notify

Heard = Callable[[], list[str]]


@pytest.fixture(params=["path", "abstract"])
def heard(
    request: pytest.FixtureRequest, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Heard]:
    """Listens as systemd does; every datagram so far."""
    name = f"@tramhoso-test-{uuid.uuid4()}" if request.param == "abstract" else f"{tmp_path}/n"
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(name.replace("@", "\0", 1))
        wire.setblocking(False)

        def all_so_far() -> list[str]:
            datagrams = []
            while True:
                try:
                    datagrams.append(wire.recv(4096).decode())
                except BlockingIOError:
                    return datagrams

        yield all_so_far


class Clock:
    """Moves only when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_service_says_ready_what_it_does_and_that_it_stops(heard):
    notify.ready("chờ lượt quét")
    notify.status("scanning, page 3")
    notify.stopping()
    assert heard() == ["READY=1\nSTATUS=chờ lượt quét", "STATUS=scanning, page 3", "STOPPING=1"]


def test_a_line_break_in_a_status_cannot_say_something_else(heard):
    notify.status("page 3\nWATCHDOG=1")
    assert heard() == ["STATUS=page 3 WATCHDOG=1"]


def test_the_watchdog_is_fed_at_once_and_then_in_time_but_not_at_every_turn(heard, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    clock = Clock()
    watchdog = notify.Watchdog(clock)
    assert watchdog.interval_s == 30.0
    for _ in range(600):  # a minute of a loop that turns ten times a second
        watchdog.fed()
        clock.now += 0.1
    assert heard() == ["WATCHDOG=1"] * 4


def test_a_loop_that_hangs_starves_the_watchdog(heard, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    watchdog = notify.Watchdog(Clock())
    watchdog.fed()
    heard()
    assert heard() == []


def test_only_the_process_systemd_watches_feeds(heard, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    notify.Watchdog().fed()
    assert heard() == []


def test_nobody_watches_where_systemd_did_not_ask(heard):
    watchdog = notify.Watchdog()
    watchdog.fed()
    assert watchdog.interval_s is None
    assert heard() == []


def test_without_systemd_nothing_happens(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify.ready()
    notify.status("as before")
    notify.stopping()


def test_a_systemd_that_is_gone_stops_no_service(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("NOTIFY_SOCKET", f"{tmp_path}/nobody")
    notify.ready()
    assert "READY=1" in caplog.text
