"""What this point offers, without its weight.

YAML, its mistakes and its line numbers are read in a process of their own that ends; kept are the
leaflets (a procedure without its questions) and, packed, the whole text of each.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from appliance.core.errors import ProcedureWrong
from appliance.core.forms.procedure import Procedure

log = logging.getLogger(__name__)

_CHILD = "appliance.procedures.catalogue_child"
WRONG = 3  # how the child says that a file has mistakes; they stand on its stdout
DEADLINE_S = 300.0  # twenty files on the slowest board, its card busy


class Catalogue(Mapping[str, Procedure]):
    """Procedures by id, sorted. Read at first need; each look-up unpacks a procedure anew.

    Raises:
        ProcedureWrong: at the first use, one ``file:line: words`` for every mistake.
    """

    def __init__(
        self, folder: Path | None = None, newest: Callable[[], Path | None] = lambda: None
    ) -> None:
        """*folder* is the technician's own. *newest* says at each look where the procedures lie
        that the ward sent down, which count most; while new ones are being read, on a thread,
        those before go on being offered, and also when the new cannot be used."""
        self._folder, self._newest = folder, newest
        self._lock = threading.Lock()
        self._read: _Read | None = None
        self._tried: Path | None = None

    def __getitem__(self, procedure_id: str) -> Procedure:
        return self._now[procedure_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now.packed)

    def __len__(self) -> int:
        return len(self._now.packed)

    @property
    def leaflets(self) -> dict[str, Procedure]:
        """The same procedures without sections: for lists, which ask no question."""
        return self._now.leaflets

    @property
    def sent_down(self) -> Path | None:
        """Whose procedures are offered just now: a folder of the ward's, or none."""
        return self._now.sent_down

    @property
    def _now(self) -> _Read:
        wanted = self._newest()
        with self._lock:
            if self._read is None:
                self._read, self._tried = self._first(wanted), wanted
            elif wanted != self._tried:
                self._tried = wanted
                threading.Thread(
                    target=self._renew, args=(wanted,), name="procedures", daemon=True
                ).start()
            return self._read

    def _first(self, wanted: Path | None) -> _Read:
        try:
            return self._of(wanted)
        except ProcedureWrong:
            if wanted is None:
                raise
            read = self._of(None)  # raises when the fault is the technician's own
            log.exception("what the ward sent down cannot be used")
            return read

    def _renew(self, wanted: Path | None) -> None:
        try:
            read = self._of(wanted)
        except ProcedureWrong:
            log.exception("what the ward sent down cannot be used; nothing changes")
            return
        with self._lock:
            if self._tried == wanted:
                self._read = read

    def _of(self, sent_down: Path | None) -> _Read:
        folders = tuple(one for one in (self._folder, sent_down) if one is not None)
        return _Read(_read_apart(folders), sent_down)


@dataclass(frozen=True)
class _Read:
    """One reading of all folders."""

    packed: dict[str, bytes]
    sent_down: Path | None

    def __getitem__(self, procedure_id: str) -> Procedure:
        return Procedure.model_validate_json(zlib.decompress(self.packed[procedure_id]))

    @cached_property
    def leaflets(self) -> dict[str, Procedure]:
        return {key: self[key].model_copy(update={"sections": ()}) for key in self.packed}


@lru_cache(maxsize=4)
def _read_apart(folders: tuple[Path, ...]) -> dict[str, bytes]:
    """``reader.load_procedures`` in a child, once a process; packed JSON by id."""
    command = [sys.executable, "-m", _CHILD, *map(str, folders)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, timeout=DEADLINE_S, check=False)
    except subprocess.TimeoutExpired:
        raise ProcedureWrong(f"the procedures were not read within {DEADLINE_S:g} s") from None
    if done.returncode == WRONG:
        raise ProcedureWrong(done.stdout.decode())
    if done.returncode != 0:
        raise ProcedureWrong(f"reading the procedures ended with {done.returncode}")
    texts: dict[str, str] = json.loads(done.stdout)
    return {key: zlib.compress(text.encode()) for key, text in texts.items()}
