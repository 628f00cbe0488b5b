"""tus 1.0.0 (tus.io): bytes that arrive over a line that is cut again and again.

Only the core protocol and *creation*, so any tus server will do. No answer is believed
unless it carries ``Tus-Resumable``: a captive portal answers 200 to everything.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit, urlunsplit

from appliance.core.errors import CaptivePortal, DestinationUnreachable
from appliance.destinations.http import Answer, Wire, is_success
from appliance.destinations.line import Line
from appliance.destinations.sealed_file import FilePart
from appliance.destinations.verdict import verdict

TRIES = 5  # failures in a row, without a byte of progress, before a call gives up
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 4.0
_VERSION = {"Tus-Resumable": "1.0.0"}
# 403 too: another device's upload, after this box was given a new token
_GONE = frozenset({403, 404, 410})


class _UploadGone(Exception):
    """The server holds no usable upload at this URL; a new one must be made."""


class Tus:
    """Uploads files to one tus creation URL."""

    def __init__(
        self,
        wire: Wire,
        files_url: str,
        line: Line | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._wire = wire
        self._files_url = files_url
        self._pause = pause
        self.line = line or Line()

    def upload(
        self,
        file: Path,
        metadata: Mapping[str, str],
        *,
        known_url: str | None = None,
        remember: Callable[[str], None] = lambda url: None,
        progress: Callable[[int], None] = lambda offset: None,
        alive: Callable[[], None] = lambda: None,
    ) -> str:
        """Bring *file* to the server, going on where the server stopped; returns its URL.

        *known_url* is what *remember* was given in an earlier call. *remember* is called before
        the first byte is sent and must have stored the URL durably when it returns.
        *progress* gets the number of bytes the server has confirmed; it falls back to 0 when
        the server had lost them. *alive* is called for every piece that leaves and before every
        new try: its silence is never longer than one request's time-outs.

        Cuts are ridden out here; after TRIES in a row without progress the call ends.

        Raises:
            DeliveryError: as in ``verdict``; what was confirmed need not be sent again.
        """
        with file.open("rb") as content:
            upload = _Upload(
                self, content, metadata, remember=remember, progress=progress, alive=alive
            )
            return upload.run(self._ours(known_url) if known_url else None)

    def create(self, size: int, metadata: Mapping[str, str]) -> str:
        """Announce a file of *size* bytes; returns the URL of the new, empty upload."""
        headers = {"Upload-Length": str(size)}
        if metadata:
            headers["Upload-Metadata"] = _metadata(metadata)
        answer = self._ask("POST", self._files_url, headers)
        location = answer.headers.get("Location")
        if answer.status != 201 or not location:
            raise verdict(answer)
        url = self._ours(location)
        if url is None:
            raise CaptivePortal(f"{answer}: Location on another host")
        return url

    def offset(self, url: str, size: int) -> int:
        """How many bytes the server holds."""
        answer = self._ask("HEAD", url)
        if answer.status in _GONE:
            raise _UploadGone(str(answer))
        offset, length = _number(answer, "Upload-Offset"), _number(answer, "Upload-Length")
        if not is_success(answer.status) or offset is None:
            raise verdict(answer)
        if offset > size or length not in (size, None):
            raise _UploadGone(f"{answer}: {offset} of {length} bytes, but ours has {size}")
        return offset

    def patch(self, url: str, part: FilePart) -> int | None:
        """Send *part*; returns the new offset, or None when only a HEAD can tell it."""
        headers = {
            "Upload-Offset": str(part.start),
            "Content-Type": "application/offset+octet-stream",
        }
        began = time.monotonic()
        try:
            answer = self._ask("PATCH", url, headers, part)
        except DestinationUnreachable:
            self.line.cut()
            raise
        if answer.status in _GONE:
            raise _UploadGone(str(answer))
        if answer.status == 409:
            return None
        if answer.status == 413 and self.line.too_much(len(part)):
            return part.start
        if not is_success(answer.status):
            raise verdict(answer)
        self.line.held(len(part), time.monotonic() - began)
        offset = _number(answer, "Upload-Offset")
        if offset is None or not part.start < offset <= part.start + len(part):
            return None
        return offset

    def pause_after(self, failures: int) -> None:
        self._pause(min(FIRST_PAUSE_S * 2 ** (failures - 1), LONGEST_PAUSE_S))

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        part: FilePart | None = None,
    ) -> Answer:
        answer = self._wire.ask(method, url, {**_VERSION, **(headers or {})}, part)
        if is_success(answer.status) and answer.headers.get("Tus-Resumable") != "1.0.0":
            raise CaptivePortal(f"{method}: {answer}, no tus server")
        if answer.status in _GONE and not ("Tus-Resumable" in answer.headers or answer.is_json):
            # a log-in page's 404 is no reason to forget what the server already holds
            raise verdict(answer)
        return answer

    def _ours(self, location: str) -> str | None:
        """*location* at our own door; None when it is on another host.

        Behind a TLS proxy a server may believe it is http on some port: the path counts,
        the token goes where the configuration says.
        """
        home, there = urlsplit(self._files_url), urlsplit(urljoin(self._files_url, location))
        if there.hostname != home.hostname:
            return None
        return urlunsplit((home.scheme, home.netloc, there.path, there.query, ""))


class _Upload:
    """One call of ``Tus.upload``: what is known so far, and how often it went wrong."""

    def __init__(
        self,
        tus: Tus,
        content: BinaryIO,
        metadata: Mapping[str, str],
        *,
        remember: Callable[[str], None],
        progress: Callable[[int], None],
        alive: Callable[[], None],
    ) -> None:
        self._tus, self._content, self._metadata = tus, content, metadata
        self._size = content.seek(0, SEEK_END)
        self._remember, self._progress, self._alive = remember, progress, alive
        self._best = 0  # most bytes ever confirmed
        self._failures = 0  # in a row

    def run(self, url: str | None) -> str:
        offset: int | None = None
        while True:
            try:
                if url is None:
                    url = self._tus.create(self._size, self._metadata)
                    self._remember(url)
                if offset is None:
                    offset = self._confirmed(self._tus.offset(url, self._size))
                if offset == self._size:
                    return url
                length = min(self._tus.line.chunk, self._size - offset)
                part = FilePart(self._content, offset, length, self._alive)
                offset = self._tus.patch(url, part)
                if offset is None:
                    raise DestinationUnreachable("the server's offset is not ours")
                self._confirmed(offset)
            except _UploadGone as gone:
                url = offset = None
                self._best = 0
                self._failed(DestinationUnreachable(f"the server forgot the upload: {gone}"))
            except DestinationUnreachable as error:
                offset = None
                self._failed(error)
                self._tus.pause_after(self._failures)

    def _confirmed(self, offset: int) -> int:
        if offset > self._best:
            self._best, self._failures = offset, 0
        self._progress(offset)
        return offset

    def _failed(self, error: DestinationUnreachable) -> None:
        self._failures += 1
        if self._failures >= TRIES:
            raise error
        self._alive()


def _metadata(pairs: Mapping[str, str]) -> str:
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())


def _number(answer: Answer, header: str) -> int | None:
    text = answer.headers.get(header, "")
    return int(text) if text.isascii() and text.isdigit() else None
