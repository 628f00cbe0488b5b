"""A bad network on loopback: a TCP proxy that cuts, swallows, stalls and resets when told.

It knows nothing of HTTP (except when it plays a captive portal), so TLS passes through it too,
and it counts every byte, so that "sent again after a cut" is measured and not believed.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

_PAGE = b"<!doctype html><title>Wi-Fi</title>"
_PIECE = 64 * 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER with no time: RST instead of FIN


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to one connection. The defaults are a good line."""

    cut_up_after: int | None = None  # bytes from the client that still reach the server
    cut_down_after: int | None = None  # bytes of answers that still reach the client
    reset: bool = False  # the end is always a TCP reset
    delay_s: float = 0.0  # before every piece, either way
    swallow: bool = False  # everything goes up, nothing comes down, nothing is closed
    portal: bytes | None = None  # answered here; the server never hears of it
    half_open: bool = False  # taken by somebody who then forgets it: nothing is read or said


def answer_of(status: str, *headers: str, page: bytes = _PAGE) -> bytes:
    """A whole answer with a web page, as servers give that know nothing of our service.

    >>> answer_of("503 Service Unavailable", "Retry-After: 7", page=b"").splitlines()[1]
    b'Retry-After: 7'
    """
    told = (
        f"HTTP/1.1 {status}",
        *headers,
        "Content-Type: text/html; charset=utf-8",
        "Connection: close",
        f"Content-Length: {len(page)}",
    )
    return "\r\n".join((*told, "", "")).encode("ascii") + page


PORTAL_ANSWER = answer_of("200 OK")
SWALLOWED_ANSWER = Trouble(cut_down_after=0)  # the server did it, the client never learns
CAPTIVE_PORTAL = Trouble(portal=PORTAL_ANSWER)
HALF_OPEN = Trouble(half_open=True)


@dataclass
class _Traffic:
    up: int = 0
    down: int = 0
    connections: int = 0
    cuts: int = 0
    lost: int = 0  # bytes that had gone up when a line was cut, and were not answered yet
    most_lost: int = 0  # by one cut
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


@dataclass
class _Line:
    """One connection: what happens to it, and what is on its way without an answer."""

    trouble: Trouble
    unanswered: int = 0
    is_cut: bool = False


class BadNetwork:
    """Stands before one server on loopback until closed; ``with`` closes it."""

    def __init__(self, port: int, trouble: Callable[[int], Trouble] = lambda number: Trouble()):
        """Lead to 127.0.0.1:*port*. *trouble* is asked for every connection (counts from 1)."""
        self.trouble = trouble
        self.traffic = _Traffic()
        self._to = ("127.0.0.1", port)
        self._open: set[socket.socket] = set()
        self._closed = threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._welcome, daemon=True).start()

    def lead_to(self, port: int) -> None:
        """Where new connections go from now on; a server that came back has another port."""
        self._to = ("127.0.0.1", port)

    def close(self) -> None:
        """Cut everything; no connection survives."""
        self._closed.set()
        with self.traffic.lock:
            ends = [self._door, *self._open]
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _welcome(self) -> None:
        with suppress(OSError):  # the door was closed
            while True:
                client, _ = self._door.accept()
                with self.traffic.lock:
                    self.traffic.connections += 1
                    number = self.traffic.connections
                lead = threading.Thread(
                    target=self._lead, args=(client, self.trouble(number)), daemon=True
                )
                lead.start()

    def _lead(self, client: socket.socket, trouble: Trouble) -> None:
        if trouble.half_open:
            with self.traffic.lock:
                self._open.add(client)  # until we are closed, or the client gives it up
            return
        if trouble.portal is not None:
            _answer_as_portal(client, trouble.portal)
            return
        try:
            server = socket.create_connection(self._to)
        except OSError:  # nobody there: as near to "refused" as an open door can come
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            client.close()
            return
        with self.traffic.lock:
            self._open |= {client, server}
        line = _Line(trouble)
        up = threading.Thread(target=self._pump, args=(client, server, line, True), daemon=True)
        up.start()
        self._pump(server, client, line, False)
        up.join()
        with self.traffic.lock:
            self._open -= {client, server}
        if trouble.reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        client.close()
        server.close()

    def _pump(self, source: socket.socket, sink: socket.socket, line: _Line, up: bool) -> None:
        trouble = line.trouble
        left = trouble.cut_up_after if up else trouble.cut_down_after
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if trouble.delay_s:
                    self._closed.wait(trouble.delay_s)
                is_cut = left is not None and len(piece) >= left
                passes = up or not trouble.swallow
                # counted first: who gets it may answer, or send more, before we go on
                if passes:
                    self._count(line, len(piece[:left]), up)
                if is_cut:
                    self._count_cut(line)
                if passes:
                    sink.sendall(piece[:left])
                if is_cut:
                    _wake(source, sink)
                    return
                left = None if left is None else left - len(piece)
        if trouble.reset:
            _wake(source, sink)
            return
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _count(self, line: _Line, length: int, up: bool) -> None:
        with self.traffic.lock:
            if up:
                self.traffic.up += length
                line.unanswered += length
            elif length:
                self.traffic.down += length
                line.unanswered = 0

    def _count_cut(self, line: _Line) -> None:
        with self.traffic.lock:
            if line.is_cut:  # the other way was first
                return
            line.is_cut = True
            self.traffic.cuts += 1
            self.traffic.lost += line.unanswered
            self.traffic.most_lost = max(self.traffic.most_lost, line.unanswered)


def _wake(*ends: socket.socket) -> None:
    """Stop both directions without saying anything on the line yet."""
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RD)


def _answer_as_portal(client: socket.socket, page: bytes) -> None:
    with client, suppress(OSError):
        client.recv(_PIECE)
        client.sendall(page)
        client.shutdown(socket.SHUT_WR)
        while client.recv(_PIECE):  # else an unread body turns the page into a reset
            pass
