"""Has anything moved since the browser last asked? Answered without drawing the page again.

A viewer asks each second. ``PRAGMA data_version`` costs microseconds, drawing a fragment
milliseconds; on a small board that is the difference between idle and busy.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path

from flask import Response, make_response, request

REMEMBERED = 64  # drawn fragments whose tag is known; more viewers only cost a redraw


class Freshness:
    """One connection that stays open, looked at under a lock by every thread of the web service."""

    def __init__(self, database: Path) -> None:
        self._path = database
        self._lock = threading.Lock()
        self._watch: sqlite3.Connection | None = None
        self._tags: OrderedDict[Hashable, tuple[int, str]] = OrderedDict()

    def answer(self, key: Hashable, draw: Callable[[], str], *, stored: bool = True) -> Response:
        """The fragment, or 304 when the browser holds it already.

        *key* names the fragment and everything outside the database that it shows. With
        *stored* false the fragment also tells the time (ages, say) and is always drawn.
        """
        version = self._version()  # before drawing: a change in between only costs a redraw
        known = self._known(key)
        if stored and known and known[0] == version and request.if_none_match.contains(known[1]):
            return _not_modified(known[1])
        text = draw()
        tag = hashlib.sha256(text.encode()).hexdigest()[:20]
        self._remember(key, version, tag)
        if request.if_none_match.contains(tag):
            return _not_modified(tag)
        response = make_response(text)
        response.set_etag(tag)
        return response

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            if self._watch is not None:
                self._watch.close()
                self._watch = None

    def _version(self) -> int:
        with self._lock:
            if self._watch is None:
                self._watch = sqlite3.connect(self._path, timeout=15, check_same_thread=False)
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def _known(self, key: Hashable) -> tuple[int, str] | None:
        with self._lock:
            return self._tags.get(key)

    def _remember(self, key: Hashable, version: int, tag: str) -> None:
        with self._lock:
            self._tags[key] = (version, tag)
            self._tags.move_to_end(key)
            while len(self._tags) > REMEMBERED:
                self._tags.popitem(last=False)


def _not_modified(tag: str) -> Response:
    response = make_response("", 304)
    response.set_etag(tag)
    return response
