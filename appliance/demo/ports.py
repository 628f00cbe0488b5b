"""Ports of this machine: a free one, or the one that was asked for."""

from __future__ import annotations

import socket
from collections.abc import Iterable


def free_port() -> int:
    """One that nobody listens on now; another program may take it before we do."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def taken(ports: Iterable[int]) -> int | None:
    """The first of *ports* that somebody listens on already; 0 stands for any and is never."""
    for port in filter(None, ports):
        with socket.socket() as probe:
            # as our servers do: a port whose last connection is only just over may be had
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return port
    return None
