"""Our own ward as a process that can be killed and started again."""

from __future__ import annotations

import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from web.ward.init import WardMade, init_ward
from web.ward.settings import WardSettings


class WardProcess:
    def __init__(self, home: Path, *options: str) -> None:
        self.home, self.options = home, options
        self.made: WardMade = init_ward(WardSettings(home))
        self.start()

    def start(self) -> None:
        """On another free port; lead the network there."""
        command = [sys.executable, "-m", "appliance.commands.ward", "serve", str(self.home)]
        self.child = subprocess.Popen(
            [*command, "--listen", "127.0.0.1:0", *self.options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.child.stdout is not None
        ready, _, _ = select.select([self.child.stdout], [], [], 60)
        assert ready, "the ward did not start within 60 s"
        self.port = int(self.child.stdout.readline().strip().rpartition(":")[2])

    def kill(self) -> None:
        self.child.kill()
        self.child.wait(10)

    def kept(self, sha256: str) -> bytes | None:
        """What the ward holds of a committed file."""
        path = self.home / "sealed" / sha256[:2] / sha256
        return path.read_bytes() if path.exists() else None

    def half_received(self) -> list[Path]:
        return list((self.home / "uploads").iterdir())


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.002)
