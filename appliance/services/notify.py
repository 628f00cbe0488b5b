"""What a service tells systemd: that it is ready, what it does, that it is alive.

The protocol of ``sd_notify(3)`` is one datagram, so it needs no library. Everything here does
nothing when no systemd asks for it (a laptop, a test).
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable

log = logging.getLogger(__name__)


def ready(status: str = "") -> None:
    """Start-up is over: units that wait for this one may go on."""
    _tell("READY=1", *_status(status))


def status(text: str) -> None:
    """One line for ``systemctl status``; no personal data, it lands in the journal."""
    _tell(*_status(text))


def stopping(text: str = "") -> None:
    """Shutting down on purpose."""
    _tell("STOPPING=1", *_status(text))


def somebody_starts_us_again() -> bool:
    """Whether systemd watches over this process; a terminal or a test does not."""
    return bool(os.environ.get("NOTIFY_SOCKET"))


class Watchdog:
    """Fed from the main loop and from nowhere else: a loop that hangs must starve it.

    A thread of its own would go on feeding while the loop stands still.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._every_s = _interval_s()
        self._fed_at: float | None = None

    @property
    def interval_s(self) -> float | None:
        """How long the loop may wait between two calls of ``fed``; None: nobody watches."""
        return self._every_s

    def fed(self) -> None:
        """The loop came round. Call it as often as you like: few calls become a datagram."""
        now = self._clock()
        if self._every_s is None or (
            self._fed_at is not None and now - self._fed_at < self._every_s / 2
        ):
            return
        self._fed_at = now
        _tell("WATCHDOG=1")


def _interval_s() -> float | None:
    """Half of WatchdogSec, as systemd advises; None when this process is not watched."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    watched = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds.isdigit() or watched != str(os.getpid()):
        return None
    return int(microseconds) / 2_000_000


def _status(text: str) -> list[str]:
    # a line break would begin another assignment
    return [f"STATUS={' '.join(text.split())}"] if text else []


def _tell(*assignments: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not assignments or not address.startswith(("/", "@")):
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # Linux's abstract namespace
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as wire:
            wire.setblocking(False)  # a full queue must not stop the loop
            wire.sendto("\n".join(assignments).encode(), address)
    except OSError as error:
        log.warning("systemd was not told %s: %s", assignments[0], error)
