"""waitress in front of an app, until somebody says stop; begun requests are answered first.

waitress holds no thread per idle browser: gunicorn's threads stalled for seconds under twelve
idle connections (docs/decisions/services.md).
"""

from __future__ import annotations

import copy
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EADDRINUSE
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import WeakSet

from flask import Flask
from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer
from waitress.utilities import Error, RequestEntityTooLarge

DRAIN_S = 10.0


class CannotListen(Exception):
    """The address is taken, wrong, or not ours to open; the text says which, and why."""


@dataclass(frozen=True, slots=True)
class LargeBodies:
    """An address that takes more than a form, a few requests at a time.

    waitress takes a body whole before the app hears of it, so whoever wishes could fill the
    memory of a small board; one upload too many is told to come back. *path* matches the whole
    path; the pages are HTML.
    """

    path: re.Pattern[str]
    max_bytes: int
    at_once: int
    too_large_page: str
    busy_page: str


_BODY_IN_MEMORY = (1 << 20) + 1
_MOST_SWALLOWED = 1 << 26
_ANSWER_IN_MEMORY = 1 << 26


def serve(
    app: Flask,
    listen: str,
    *,
    threads: int,
    max_body_bytes: int,
    large: LargeBodies | None = None,
    too_large_page: str | None = None,
    turn_s: float = 1.0,
    on_ready: Callable[[str], None] = lambda address: None,
    on_turn: Callable[[], None] = lambda: None,
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT; requests begun by then are answered (10 s at most).

    *listen* is ``host:port`` (port 0: a free one) or ``unix:/path``; *on_ready* gets the
    address once connections are taken; *too_large_page*, HTML, answers a body over
    *max_body_bytes*; *on_turn* is called at least every *turn_s*, from the
    main loop; *on_stop* before waiting for begun requests. Call it from the main thread.

    Raises:
        CannotListen: nothing was served.
    """
    try:
        server: Any = create_server(app, **_adjustments(listen, threads, max_body_bytes))
        if large is not None or too_large_page is not None:
            _let_in(server, large, too_large_page)
    except OSError as error:
        why = "another program listens there" if error.errno == EADDRINUSE else error.strerror
        raise CannotListen(f"{listen}: {why}") from error
    except ValueError as error:
        raise CannotListen(f"{listen}: neither host:port nor unix:/path") from error
    on_ready(_address(server, listen))
    try:
        with _stop_signals(server) as stopping:
            while not stopping():
                server.asyncore.loop(timeout=turn_s, map=server._map, count=1)
                on_turn()
            server.accepting = False
            on_stop()
            _drain(server)
    finally:
        server.task_dispatcher.shutdown()
        server.close()
        if server.family == socket.AF_UNIX:
            Path(server.adj.unix_socket).unlink(missing_ok=True)


def _let_in(server: BaseWSGIServer, large: LargeBodies | None, too_large_page: str | None) -> None:
    """Give *large*'s address limits of its own; all others keep the server's."""
    under_way: WeakSet[Any] = WeakSet()  # a phone that walks away takes its parser along

    class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
        adj: Any
        _is_large = _is_turned_away = False
        _to_swallow = 0

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            if large is None or self.command != "POST" or not large.path.fullmatch(self.path):
                return
            if len(under_way) >= large.at_once:
                self._is_turned_away = True
                return
            under_way.add(self)
            self._is_large = True
            own: Any = copy.copy(self.adj)
            own.max_request_body_size = large.max_bytes
            self.adj = own

        def received(self, data: bytes) -> int:
            if self._to_swallow:
                self._to_swallow -= (swallowed := min(len(data), self._to_swallow))
                self.completed = not self._to_swallow
                return swallowed
            taken: int = super().received(data)
            if self._is_turned_away and large is not None:
                self.error = _Told(503, "Service Unavailable", large.busy_page)
                self.completed = True
            elif isinstance(self.error, RequestEntityTooLarge):
                page = large.too_large_page if large and self._is_large else too_large_page
                if page is not None:
                    self.error = _Told(413, "Request Entity Too Large", page)
                # Whoever still sends reads no answer, only that the line broke: what follows is
                # taken and dropped, up to a bound.
                if 0 < self.content_length <= _MOST_SWALLOWED:
                    self._to_swallow, self.completed = self.content_length, False
                    under_way.discard(self)  # nothing of it lies in memory
            return taken

        def close(self) -> None:
            super().close()
            under_way.discard(self)

    class Channel(HTTPChannel):  # type: ignore[misc]
        parser_class = Parser

    server.channel_class = Channel


class _Told(Error):  # type: ignore[misc]
    """An answer that a person reads."""

    def __init__(self, code: int, reason: str, page: str) -> None:
        super().__init__(page)
        self.code, self.reason = code, reason

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
        ]
        return f"{self.code} {self.reason}", headers, self.body.encode()


@contextmanager
def _stop_signals(server: Any) -> Iterator[Callable[[], bool]]:
    asked = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        server.pull_trigger()

    before = {s: signal.signal(s, stop) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _drain(server: Any) -> None:
    deadline = time.monotonic() + DRAIN_S
    while time.monotonic() < deadline and any(
        channel.requests or channel.total_outbufs_len
        for channel in list(server.active_channels.values())
    ):
        server.asyncore.loop(timeout=0.1, map=server._map, count=1)


def _adjustments(listen: str, threads: int, max_body_bytes: int) -> dict[str, Any]:
    common: dict[str, Any] = {
        "threads": threads,
        "max_request_body_size": max_body_bytes,
        # Beyond these waitress writes to a temporary file, and what a citizen typed or scanned
        # must not touch the card. Bodies over 1 MiB are sealed ones at the ward, and photographs
        # at the point, whose service keeps its temporary files in memory (services/web.py).
        "inbuf_overflow": min(max_body_bytes + 1, _BODY_IN_MEMORY),
        "outbuf_overflow": _ANSWER_IN_MEMORY,
        "channel_timeout": 60,
        "ident": None,
        "clear_untrusted_proxy_headers": True,
        "map": {},
    }
    if listen.startswith("unix:"):
        # Only nginx can reach the socket: what it says about the client is believed.
        return common | {
            "unix_socket": listen.removeprefix("unix:"),
            "unix_socket_perms": "660",
            "trusted_proxy": "*",
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"},
        }
    host, _, port = listen.rpartition(":")
    return common | {"host": host.strip("[]"), "port": int(port)}


def _address(server: Any, listen: str) -> str:
    if listen.startswith("unix:"):
        return listen
    host = server.effective_host
    return f"http://{f'[{host}]' if ':' in host else host}:{server.effective_port}"
