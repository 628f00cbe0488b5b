"""Scan jobs of the virtual scanner: which side comes next, and when it has passed the lamp."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from appliance.pretend.scanner_images import Look
from appliance.pretend.scanner_tray import Sheet, Tray

SHORTEST_JOB_S = 0.25


@dataclass(slots=True)
class ScanJob:
    """One eSCL job; ``sent`` counts the sides already fetched."""

    number: int
    source: str
    duplex: bool
    look: Look
    began: float = field(default_factory=time.monotonic)
    sent: int = 0
    running: bool = True
    pulled: Sheet | None = None
    back_next: Path | None = None
    back_due: bool = False


class NoMorePages(Exception):
    """The tray is empty, or the one page of the glass was sent."""


class ScanJobs:
    """The jobs asked for so far, and a log of what was asked."""

    def __init__(self, tray: Tray) -> None:
        self._tray = tray
        self._jobs: dict[int, ScanJob] = {}
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self.log: list[str] = []

    def open(self, source: str, duplex: bool, look: Look) -> ScanJob:
        """A new job; pages are pulled when they are asked for."""
        with self._lock:
            job = ScanJob(len(self._jobs) + 1, source, duplex, look)
            self._jobs[job.number] = job
            return job

    def get(self, number: int) -> ScanJob | None:
        """The job of that number, finished ones too."""
        return self._jobs.get(number)

    def known(self) -> Iterator[ScanJob]:
        """Newest first, as the status document lists them."""
        return iter(sorted(self._jobs.values(), key=lambda job: -job.number)[:10])

    def newest_from_tray(self) -> ScanJob | None:
        """The last job that took paper from the feeder, running or over."""
        return next((job for job in self.known() if job.source != "Platen"), None)

    def next_side(self, job: ScanJob) -> Path | None:
        """The next side of *job*; None is a blank one.

        Raises NoMorePages at the end; the job is then over.
        """
        if not job.running:
            raise NoMorePages
        if job.back_due:
            job.back_due = False
            return job.back_next
        if job.source == "Platen":
            job.running = False
            return self._tray.glass
        sheet = self._tray.pull()
        if sheet is None:
            job.running = False
            raise NoMorePages
        job.pulled, job.back_due, job.back_next = sheet, job.duplex, sheet.back
        return sheet.front

    def put_back(self, job: ScanJob) -> None:
        """The sheet in motion goes back on the tray."""
        if job.pulled is not None:
            self._tray.put_back(job.pulled)
            job.pulled = None

    def wait_for_lamp(self, job: ScanJob, pace_s: float) -> None:
        """Return when side ``job.sent + 1`` has passed the lamp at *pace_s* a side."""
        ready = job.began + pace_s * (job.sent + 1)
        self._closing.wait(max(0.0, ready - time.monotonic()))

    def wait_for_the_end(self, job: ScanJob) -> None:
        """No job is over sooner than ``SHORTEST_JOB_S`` after it began, as with any real scanner.

        sane-airscan takes a job that ends before its client has woken for an empty feeder, and
        throws away the page that it received (seen in 3 of 15 batches on a busy machine).
        """
        self._closing.wait(max(0.0, job.began + SHORTEST_JOB_S - time.monotonic()))

    def close(self) -> None:
        """Let everybody who waits go on."""
        self._closing.set()
