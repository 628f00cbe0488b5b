"""`tramhoso ward serve`: waitress in front of the app, one process per home."""

from __future__ import annotations

import logging
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from waitress import create_server

from web.ward.app import create_app
from web.ward.database import migrate, open_database
from web.ward.home import open_home, sole_service
from web.ward.service import KEY, WardService
from web.ward.settings import WardSettings
from web.ward.vault import drop_strays

DRAIN_S = 10.0
SWEEP_EVERY_S = 3600.0
TURN_S = 1.0

log = logging.getLogger("ward")


def run(
    settings: WardSettings,
    listen: str = "127.0.0.1:8090",
    *,
    on_ready: Callable[[str], None] = lambda address: None,
    on_turn: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT; requests begun by then are answered (10 s at most).

    *listen* is ``host:port`` (port 0: a free one) or ``unix:/path``; *on_ready* gets the
    address once connections are taken; *on_turn* is called at least every ``TURN_S``, from
    the main loop. Call it from the main thread.

    Raises:
        HomeInUse: another process serves this home.
    """
    home = open_home(settings.home)
    with sole_service(home):
        migrate(open_database(settings.database_url))
        drop_strays(home.sealed)
        app = create_app(settings)
        service: WardService = app.extensions[KEY]
        server = create_server(app, **_adjustments(settings, listen))
        on_ready(_address(server, listen))
        try:
            _loop(server, service, on_turn)
        finally:
            _finish(server)
            service.engine.dispose()


def _adjustments(settings: WardSettings, listen: str) -> dict[str, Any]:
    common: dict[str, Any] = {
        "threads": settings.threads,
        "max_request_body_size": settings.max_file_bytes + 1024,
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


def _loop(server: Any, service: WardService, on_turn: Callable[[], None]) -> None:
    """waitress's own loop, but one that lets begun requests end when it is told to stop."""
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        server.pull_trigger()

    previous = {s: signal.signal(s, stop) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        next_sweep = 0.0
        while not stopping:
            if time.monotonic() >= next_sweep:
                next_sweep = time.monotonic() + SWEEP_EVERY_S
                service.uploads.sweep(service.now())
            server.asyncore.loop(timeout=TURN_S, map=server._map, count=1)
            on_turn()
        log.info("stopping")
        server.accepting = False
        service.bell.close()
        deadline = time.monotonic() + DRAIN_S
        while time.monotonic() < deadline and any(
            channel.requests or channel.total_outbufs_len
            for channel in list(server.active_channels.values())
        ):
            server.asyncore.loop(timeout=0.1, map=server._map, count=1)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _finish(server: Any) -> None:
    server.task_dispatcher.shutdown()
    server.close()
    if server.family == socket.AF_UNIX:
        Path(server.adj.unix_socket).unlink(missing_ok=True)
