"""Ports of this machine: a free one, or the one that was asked for."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterable

# Below what Linux gives by itself to each connection and to whoever asks for any port (32768 to
# 60999, ip(7)): between our look and our server's start it would give that port to another.
FIRST, AFTER_LAST = 20_000, 32_768
TRIES = 100


def free_port() -> int:
    """One of 20000 to 32767 that nobody listens on now; taken at random, as others do it too.

    Raises:
        OSError: a hundred of them were all taken.
    """
    for _ in range(TRIES):
        port = FIRST + secrets.randbelow(AFTER_LAST - FIRST)
        if taken([port]) is None:
            return port
    raise OSError(f"no free port in {FIRST} to {AFTER_LAST - 1} after {TRIES} looks")


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
