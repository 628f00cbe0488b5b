"""What happened since the last good copy of the database, one line each, beside the database.

A card that spoils the database spoils this file too at worst in one place: each line carries its
own check and is read without the others. A line tells what the database tells a thief anyway:
rows, ciphertext, times, no name of a citizen. Lines older than both copies are dropped.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import LargeBinary, Table

from appliance.failpoints import passing
from appliance.store.card.page_files import card_told, fsync_folder
from appliance.store.schema.columns import Moment

log = logging.getLogger(__name__)

_ENDING = ".jsonl"
MOST_BYTES = 16 << 20  # two weeks of a busy point; dropped after two copies, so only if those fail
MOST_PAGES = 1000
PAGE_BYTES = MOST_BYTES // 16


class Entry(NamedTuple):
    """One line: what kind of thing, and its row as it stood after the commit."""

    kind: str
    row: dict[str, Any]


class Diary:
    """A folder of numbered files; always the newest is written to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, kind: str, row: Mapping[str, Any]) -> None:
        """Write one line; durable when it returns. Call it after the commit it tells of.

        Raises:
            DiskFull, CardReadOnly: it is not noted.
        """
        content = json.dumps({"kind": kind, "row": _plain(row)}, separators=(",", ":")).encode()
        # a line break before it too: a torn line of an earlier cut must not swallow this one
        line = b"\n%08x %s\n" % (zlib.crc32(content), content)
        if __debug__:
            passing("committed-before-diary-line")
        path = self._newest()
        if path is None or path.stat().st_size >= PAGE_BYTES:
            path = self.turn_page()
        with card_told(path), path.open("ab", buffering=0) as file:
            file.write(line)
            if __debug__:
                passing("diary-line-before-synced")
            os.fdatasync(file.fileno())

    def turn_page(self, after: int = 0) -> Path:
        """Begin a new file, durable when it returns; what is noted from now on goes there.

        Its number is above *after* too: a diary that got lost begins no count anew.
        """
        path = self._folder / f"{max(self.page(), after) + 1:08d}{_ENDING}"
        with card_told(path):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            self._keep_bounded()
            fsync_folder(self._folder)
        return path

    def _keep_bounded(self) -> None:
        """Drop pages nothing was written to, then the oldest, until few enough are left.

        Never the newest two: somebody may have chosen the one before it a moment ago.
        """
        sizes = {path: path.stat().st_size for path in self._files()}
        old = list(sizes)[:-2]
        empty_first = sorted(old, key=lambda path: (sizes[path] > 0, path))
        for path in empty_first:
            if len(sizes) <= MOST_PAGES and sum(sizes.values()) <= MOST_BYTES:
                return
            if sizes.pop(path):
                log.error("diary page %s is dropped: no copy was made for too long", path.stem)
            path.unlink(missing_ok=True)

    def page(self) -> int:
        """The number of the file that is written to; 0 before the first."""
        newest = self._newest()
        return int(newest.stem) if newest else 0

    def entries(self) -> Iterator[Entry]:
        """All that is kept, the oldest first; what is damaged or torn is left out."""
        for path in self._files():
            try:
                lines = path.read_bytes().split(b"\n")
            except OSError as error:
                log.error("%s: %s", path.name, error.strerror)
                continue
            for line in lines:
                check, _, content = line.partition(b" ")
                if content and check == b"%08x" % zlib.crc32(content):
                    told = json.loads(content)
                    yield Entry(told["kind"], told["row"])

    def forget_before(self, page: int) -> None:
        """Drop the files before number *page*."""
        for path in self._files():
            if int(path.stem) < page:
                path.unlink()

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_ENDING}"))

    def _newest(self) -> Path | None:
        return max(self._files(), default=None)


def columns_from(table: Table, noted: Mapping[str, Any]) -> dict[str, Any]:
    """A noted row as *table* takes it; what another release wrote more is left out."""
    return {
        name: _of_type(table.c[name].type, value)
        for name, value in noted.items()
        if name in table.c
    }


def _of_type(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    return base64.b64decode(value) if isinstance(kind, LargeBinary) else value


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _told(value) for name, value in row.items()}


def _told(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value.isoformat() if isinstance(value, datetime) else value
