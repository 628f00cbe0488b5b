"""An answer that was cut in the middle of its headers is no answer.

http.client takes the end of the connection for the end of the headers: of "409 Conflict" with
a list of missing files only the 409 is left, and a dossier would be set aside for ever. Found
with a line that was cut half of the time. The only file that knows urllib3.
"""

from __future__ import annotations

from http.client import HTTPResponse, RemoteDisconnected
from typing import IO, Any, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class _Lines:
    """Stands in for the socket's file while status and headers are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readline(self, limit: int = -1, /) -> bytes:
        line = self._file.readline(limit)
        if not line.endswith(b"\n") and len(line) != limit:
            raise RemoteDisconnected("the answer ends within its headers")
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class _WholeResponse(HTTPResponse):
    def begin(self) -> None:
        file = cast("IO[bytes]", self.fp)
        self.fp = _Lines(file)  # type: ignore[assignment]
        try:
            super().begin()
        finally:
            if self.fp is not None:
                self.fp = file  # type: ignore[assignment]


class _Connection(HTTPConnection):
    response_class = _WholeResponse


class _TlsConnection(HTTPSConnection):
    response_class = _WholeResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _TlsPool}
