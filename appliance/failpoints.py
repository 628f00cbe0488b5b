"""Named steps at which a test ends this process as a power cut would: between two effects.

A module writes ``if __debug__: passing("page-file-before-row")`` where a crash matters. The
installed units run with PYTHONOPTIMIZE=2, which leaves such lines out of the byte code, so nothing
here can be set off at a support point. ``tests/campaigns/kill_matrix.py`` arms them:

* ``TRAMHOSO_DIE_AT=STEP`` or ``STEP:3``: kill -9 at the first, or third, passing of that process
* ``TRAMHOSO_PASSINGS=FOLDER``: a file for each step passed, and for each one died at
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from pathlib import Path

DIE_AT, PASSINGS = "TRAMHOSO_DIE_AT", "TRAMHOSO_PASSINGS"

_lock = threading.Lock()
_passed: Counter[str] = Counter()
if __debug__:
    os.register_at_fork(after_in_child=_passed.clear)  # each process counts for itself


def passing(step: str) -> None:
    """This process is at *step* now; it may not come back from here."""
    if __debug__:
        with _lock:
            _passed[step] += 1
            count = _passed[step]
        _note(f"{step}.passed")
        armed, _, which = os.environ.get(DIE_AT, "").partition(":")
        if armed == step and count == int(which or 1):
            _note(f"{step}.died-{os.getpid()}")
            os.kill(os.getpid(), signal.SIGKILL)


def _note(name: str) -> None:
    folder = os.environ.get(PASSINGS)
    if folder:
        (Path(folder) / name).touch()
