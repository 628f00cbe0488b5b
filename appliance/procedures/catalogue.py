"""What this point offers, without its weight.

YAML, its mistakes and its line numbers are read in a process of their own that ends; kept are the
leaflets (a procedure without its questions) and, packed, the whole text of each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path

from appliance.core.errors import ProcedureWrong
from appliance.core.procedure import Procedure

_CHILD = "appliance.procedures.catalogue_child"
WRONG = 3  # how the child says that a file has mistakes; they stand on its stdout
DEADLINE_S = 300.0  # twenty files on the slowest board, its card busy


class Catalogue(Mapping[str, Procedure]):
    """Procedures by id, sorted. Read at first need; each look-up unpacks a procedure anew.

    Raises:
        ProcedureWrong: at the first use, one ``file:line: words`` for every mistake.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def __getitem__(self, procedure_id: str) -> Procedure:
        return Procedure.model_validate_json(zlib.decompress(self._packed[procedure_id]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    @cached_property
    def leaflets(self) -> dict[str, Procedure]:
        """The same procedures without sections: for lists, which ask no question."""
        return {key: self[key].model_copy(update={"sections": ()}) for key in self._packed}

    @property
    def _packed(self) -> dict[str, bytes]:
        return _read_apart(self._folder)


@cache
def _read_apart(folder: Path | None) -> dict[str, bytes]:
    """``reader.load_procedures`` in a child, once a process; packed JSON by id."""
    command = [sys.executable, "-m", _CHILD, *([str(folder)] if folder else [])]
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
