"""A process of its own that takes a step of the product and ends there, as by a power cut."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from pathlib import Path

from appliance.failpoints import DIE_AT, PASSINGS


def dies_at(step: str, home: Path, work: Callable[[], object]) -> None:
    """Do *work* in a child of ours that is armed for *step*; a child of it may be who dies.

    Whoever calls lets go of every database first. AssertionError when nobody came by that step.
    """
    notes = home / f"passings-{step}"
    notes.mkdir()
    child = os.fork()
    if not child:
        code = 1
        try:
            os.environ |= {DIE_AT: step, PASSINGS: str(notes)}
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)  # nothing of the tests' process is tidied up twice
    _, status = os.waitpid(child, 0)
    assert list(notes.glob("*.died-*")), f"nobody passed {step}"
    ended = os.waitstatus_to_exitcode(status)
    assert ended in (-signal.SIGKILL, 0), f"{step}: ended with {ended}"
