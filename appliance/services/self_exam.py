"""The station looks after itself: the doctor's checks now and then, beside the loop.

What keeps a press from ending well puts the point out of service: lamp, page and heartbeat say so
until a later look finds it gone. The button is obeyed all the same: a look may be wrong, and a
press that fails tells its own trouble.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from appliance.core import errors
from appliance.core.diagnosis import Finding, Level
from appliance.core.paper.scan import ScanSettings
from appliance.core.ports import ScanBatch, Scanner
from appliance.desk.point import Point
from appliance.desk.sending.examined import note_findings
from appliance.doctoring.around import look_at_printers
from appliance.doctoring.board import look_at_board
from appliance.doctoring.clock import look_at_clock
from appliance.doctoring.disk import look_at_disk
from appliance.doctoring.examining import Check, examine
from appliance.doctoring.keeping import look_at_queue
from appliance.doctoring.machine import Machine
from appliance.doctoring.scanner import LIMIT_S, look_at_the_scanner

# What a volunteer is told, where the doctor's word is for a technician: an error with sentences.
TOLD_AS: dict[str, str] = {
    "scanner-needs-rule": errors.ScannerForbidden.code,
    "scanner-held-by-ipp-usb": errors.ScannerClaimed.code,
    "scanner-needs-ipp-usb": errors.ScannerDriverMissing.code,
    "scanner-without-driver": errors.ScannerDriverMissing.code,
    "scanner-other-name": errors.ScannerAbsent.code,
    "scanner-silent-at-address": errors.ScannerAbsent.code,
    "scanner-ill": errors.ScannerAbsent.code,
}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When to look, in seconds."""

    first: float = 20.0  # a scanner switched on with the box finds its feet first
    every: float = 60.0
    scanner_every: float = 600.0  # each look wakes it
    ill_every: float = 20.0  # so that it is back in service soon after somebody mended it


@dataclass(slots=True)
class SelfExam:
    """*idle* tells whether nobody scans; *tell* gets the code for the lamp, or None: in service."""

    point: Point
    idle: Callable[[], bool]
    tell: Callable[[str | None], None]
    machine: Machine = field(default_factory=Machine)
    rhythm: Rhythm = field(default_factory=Rhythm)
    _thread: threading.Thread | None = None
    _found: list[Finding] | None = None
    _scanner: list[Finding] = field(default_factory=list)
    _suspected: bool = False  # a scanner that did not answer once may just be waking
    _child: int | None = None  # leads the group of the look that has the scanner open
    _gave_way: bool = False
    _due: float = 0.0
    _scanner_due: float = 0.0
    _holding: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._due = self._scanner_due = time.monotonic() + self.rhythm.first

    def follow(self) -> None:
        """Once a turn of the loop: take what was found, begin when it is time. Never waits."""
        if self._thread is not None:
            if not self._thread.is_alive():
                self._thread = None
                self._take()
            return
        now = time.monotonic()
        if now < self._due:
            return
        asks_scanner = now >= self._scanner_due and self.idle()
        self._found, self._gave_way = None, False
        self._thread = threading.Thread(
            target=self._look, args=(asks_scanner,), name="doctor", daemon=True
        )
        self._thread.start()

    def make_way(self) -> None:
        """A batch begins: whoever looks at the scanner lets it go now."""
        with self._holding:
            self._gave_way = True
            if self._child is not None:
                with suppress(ProcessLookupError):
                    os.killpg(self._child, signal.SIGKILL)

    def _look(self, asks_scanner: bool) -> None:
        scanner: list[Finding] | None = None
        if asks_scanner:
            scanner = examine([Check("scanner", self._look_at_scanner, LIMIT_S + 10.0)])
        found = examine(list(self._checks()))
        if scanner is not None and not self._gave_way:
            self._hear_scanner(scanner)
        self._found = [*self._scanner, *found]

    def _checks(self) -> Iterator[Check]:
        config, machine, point = self.point.config, self.machine, self.point
        yield Check("disk", lambda: look_at_disk(config.paths.state, machine))
        yield Check("board", lambda: look_at_board(machine))
        yield Check("clock", lambda: look_at_clock(point, machine, point.clock()))
        yield Check("queue", lambda: look_at_queue(point))
        yield Check("printer", lambda: look_at_printers(config.printer), 15.0)

    def _look_at_scanner(self) -> Iterator[Finding]:
        return look_at_the_scanner(
            self.point.config.scanner, self.machine, on_start=self._has_begun
        )

    def _has_begun(self, child: int | None) -> None:
        """The look has the scanner from now on, or (None) has let it go."""
        with self._holding:
            self._child = child
            if child is not None and self._gave_way:
                os.killpg(child, signal.SIGKILL)

    def _hear_scanner(self, found: list[Finding]) -> None:
        is_out = any(one.level is Level.OUT for one in found)
        if not is_out or self._suspected:
            self._scanner = found
        self._suspected = is_out
        wait = self.rhythm.ill_every if is_out else self.rhythm.scanner_every
        self._scanner_due = time.monotonic() + wait

    def _take(self) -> None:
        found = self._found or []
        if not self._suspected and not self._gave_way:
            self._due = time.monotonic() + self.rhythm.every
        else:
            self._due = time.monotonic() + self.rhythm.ill_every
        out = [one.code for one in found if one.level is Level.OUT]
        self.tell(TOLD_AS.get(out[0], out[0]) if out else None)
        note_findings(self.point, found)


@dataclass(frozen=True, slots=True)
class WayMaking:
    """The station's scanner, before whose batches a look at it steps aside."""

    scanner: Scanner
    exam: SelfExam

    def start(self, settings: ScanSettings, spool: Path) -> ScanBatch:
        """As ``Scanner.start``."""
        self.exam.make_way()
        return self.scanner.start(settings, spool)
