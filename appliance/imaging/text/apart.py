"""A page being read in a process of its own, while nobody waits. Knows no image library."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

_CHILD = "appliance.imaging.text.child"
_DEADLINE_S = 240.0


class Reading:
    """One page in the hands of a child; begun when it is made."""

    def __init__(self, page: bytes, resolution_dpi: int, turn: int) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", _CHILD, str(resolution_dpi), str(turn)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a trace could quote the page
            start_new_session=True,  # tesseract below it ends with it
        )
        self._answer: bytes | None = None
        self._thread = threading.Thread(target=self._follow, args=(page,), name="text", daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether ``answer`` is known."""
        return not self._thread.is_alive()

    @property
    def answer(self) -> bytes | None:
        """The text layer's bytes; None when the child failed or took too long."""
        return self._answer

    def stop(self) -> None:
        """End it, whatever it does."""
        with suppress(OSError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._thread.join(5)

    def _follow(self, page: bytes) -> None:
        try:
            said, _ = self._child.communicate(page, _DEADLINE_S)
        except (OSError, subprocess.TimeoutExpired):
            with suppress(OSError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
            return
        if self._child.returncode == 0:
            self._answer = said
