"""waitress in front of an app, until somebody says stop; begun requests are answered first.

waitress holds no thread per idle browser: gunicorn's threads stalled for seconds under twelve
idle connections (docs/decisions/services.md).
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EADDRINUSE
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from waitress import create_server

DRAIN_S = 10.0


class CannotListen(Exception):
    """The address is taken, wrong, or not ours to open; the text says which, and why."""


_BODY_IN_MEMORY = (1 << 20) + 1
_ANSWER_IN_MEMORY = 1 << 26


def serve(
    app: Flask,
    listen: str,
    *,
    threads: int,
    max_body_bytes: int,
    turn_s: float = 1.0,
    on_ready: Callable[[str], None] = lambda address: None,
    on_turn: Callable[[], None] = lambda: None,
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT; requests begun by then are answered (10 s at most).

    *listen* is ``host:port`` (port 0: a free one) or ``unix:/path``; *on_ready* gets the
    address once connections are taken; *on_turn* is called at least every *turn_s*, from the
    main loop; *on_stop* before waiting for begun requests. Call it from the main thread.

    Raises:
        CannotListen: nothing was served.
    """
    try:
        server: Any = create_server(app, **_adjustments(listen, threads, max_body_bytes))
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
        # must not touch the card. Bodies over 1 MiB come to the ward only, and are sealed.
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
