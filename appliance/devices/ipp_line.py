"""One IPP question to the print system over its Unix socket, answered before a deadline or not."""

from __future__ import annotations

import http.client
import os
import pwd
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from appliance.core.errors.printer import PrinterAbsent
from appliance.devices.ipp_wire import Answer, NotIpp, read_answer

_LONGEST_ANSWER = 4_000_000  # a printer's whole list of papers is 100 kB
_OK, _NO_QUEUE = 200, 404
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment that several questions share."""

    at: float
    clock: Clock

    @classmethod
    def within(cls, seconds: float, clock: Clock = time.monotonic) -> Deadline:
        """That many seconds from now."""
        return cls(clock() + seconds, clock)

    def left(self) -> float:
        """Seconds left.

        Raises:
            PrinterAbsent: none.
        """
        seconds = self.at - self.clock()
        if seconds <= 0:
            raise PrinterAbsent("the print system did not answer in time")
        return seconds


def ask(server: Path, path: str, request: bytes, document: bytes, deadline: Deadline) -> Answer:
    """Send *request* and *document*, read the answer; no file, no other process.

    Raises:
        PrinterAbsent: no print system there, no answer in time, or none that is IPP.
    """
    body = request + document
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ipp\r\n"
        f"Authorization: PeerCred {user_name()}\r\n"  # the socket itself tells who we are
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode()
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(deadline.left())
            line.connect(str(server))
            line.settimeout(deadline.left())
            line.sendall(head + body)  # its timeout is for all of it
            said = _all_of(line, deadline)
        return _heard(said)
    except (OSError, http.client.HTTPException, NotIpp) as error:
        raise PrinterAbsent(f"{server}: {type(error).__name__}: {error}") from error


def user_name() -> str:
    """Under which name the print system knows this process."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a number without a name
        return "anonymous"


def _all_of(line: socket.socket, deadline: Deadline) -> bytes:
    said = bytearray()
    while True:
        line.settimeout(deadline.left())
        part = line.recv(65_536)
        if not part:
            return bytes(said)
        said += part
        if len(said) > _LONGEST_ANSWER:
            raise NotIpp("longer than any answer")


class _Said:
    """What was heard, as the standard library's reader of HTTP wants a socket."""

    def __init__(self, said: bytes) -> None:
        self._said = said

    def makefile(self, mode: str) -> BytesIO:
        """The whole of it."""
        assert mode == "rb"  # noqa: S101 - the one mode there is
        return BytesIO(self._said)


def _heard(said: bytes) -> Answer:
    answer = http.client.HTTPResponse(_Said(said))  # type: ignore[arg-type]
    answer.begin()
    if answer.status == _NO_QUEUE:
        raise PrinterAbsent("there is no such queue")
    if answer.status != _OK:
        raise NotIpp(f"HTTP {answer.status}")
    return read_answer(answer.read())
