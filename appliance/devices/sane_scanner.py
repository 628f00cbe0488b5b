"""A SANE scanner, driven by a child process that can be killed; see scan_child.py."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import appliance
from appliance.airscan import carries_its_address, write_sane_config
from appliance.core.errors import (
    ScanCancelled,
    ScanChildCrashed,
    ScannerError,
    ScannerSilent,
    ScanProgramMissing,
)
from appliance.core.paper.scan import (
    BatchEnded,
    PageScanned,
    ScanEvent,
    ScannedPage,
    ScanSettings,
    ScanStarted,
)
from appliance.devices.scan_explained import Step
from appliance.devices.scan_option import Shown
from appliance.devices.scan_wire import (
    LIST,
    LOOK,
    NO_LIBSANE,
    Ended,
    Line,
    Page,
    Pulling,
    Said,
    ScanOrder,
    Started,
    from_line,
)

_CLOSING_S = 10.0  # to cancel and close the device, which libsane now and then never does
_GOING_S = 1.0  # from the end of the pipe to the end of the process
_LISTING_S = 30.0
_SANE_CONFIG = ".sane"  # in the spool, while the batch runs
_LINE_BYTES = 1 << 16


class FoundScanner(NamedTuple):
    """One line of ``list_devices``."""

    name: str
    vendor: str
    model: str
    kind: str


class SaneScanner:
    """Any scanner libsane knows. An empty *device* is the first one found.

    *config_dir* is a private SANE_CONFIG_DIR (None: the system's). A batch with no line for
    *line_deadline_s* inside a page, or no page for *page_deadline_s*, is killed.
    """

    def __init__(
        self,
        device: str = "",
        config_dir: Path | None = None,
        line_deadline_s: float = 20.0,
        page_deadline_s: float = 90.0,
        *,
        meminfo: Path = Path("/proc/meminfo"),
    ) -> None:
        self.device = device
        self.config_dir = config_dir
        self.line_deadline_s = line_deadline_s
        self.page_deadline_s = page_deadline_s
        self._meminfo = meminfo

    def start(self, settings: ScanSettings, spool: Path) -> SaneBatch:
        """Start one batch in a fresh child; see ``core.ports.Scanner``."""
        spool.mkdir(parents=True, exist_ok=True)
        config_dir = self.config_dir
        systems_own = config_dir is None and "SANE_CONFIG_DIR" not in os.environ
        if systems_own and carries_its_address(self.device):
            config_dir = write_sane_config(spool / _SANE_CONFIG, {})
        order = ScanOrder(self.device, spool.absolute(), settings, self._meminfo)
        child = _start_child(order.to_json(), config_dir)
        return SaneBatch(child, spool, self.line_deadline_s, self.page_deadline_s)


class SaneBatch:
    """One running child and the group it leads; see ``core.ports.ScanBatch``."""

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        spool: Path,
        line_deadline_s: float,
        page_deadline_s: float,
    ) -> None:
        assert child.stdout is not None  # noqa: S101 - for the type checker
        self._child, self._spool = child, spool
        self._pipe = child.stdout.fileno()
        os.set_blocking(self._pipe, False)
        self._line_deadline_s, self._page_deadline_s = line_deadline_s, page_deadline_s
        now = time.monotonic()
        self._page_due, self._line_due = now + page_deadline_s, float("inf")
        self._heard = b""
        self._pages = 0
        self._outcome: Ended | None = None
        self._killed_for: ScannerError | None = None
        self._cancelled = self._over = False

    def fileno(self) -> int:
        """The pipe's descriptor; -1 after ``close``."""
        return self._pipe

    @property
    def pid(self) -> int:
        """Of the child, which leads the group."""
        return self._child.pid

    @property
    def reading(self) -> bool:
        """Whether rows of a page are coming, so that the line deadline counts."""
        return self._line_due < float("inf")

    def events(self, timeout_s: float = 0.0) -> Sequence[ScanEvent]:
        """What happened since the last call; see ``core.ports.ScanBatch``."""
        until = time.monotonic() + timeout_s
        while not self._over:
            self._wait(until)
            happened = self._read()
            if happened or time.monotonic() >= until:
                return happened
        return ()

    def cancel(self) -> None:
        """Stop after what is already read; BatchEnded(ScanCancelled) follows."""
        if self._over or self._cancelled:
            return
        self._cancelled = True
        self._page_due = min(self._page_due, time.monotonic() + _CLOSING_S)
        self._hang_up()

    def close(self) -> None:
        """No survivors, whatever state the batch is in. Safe to call again."""
        if not self._over:  # afterwards the number may belong to somebody else
            self._kill_group()
        self._hang_up()
        self._child.wait()
        if self._pipe >= 0:
            assert self._child.stdout is not None  # noqa: S101
            self._child.stdout.close()
            self._pipe = -1
        self._over = True
        for part in self._spool.glob("page-*.part"):
            part.unlink(missing_ok=True)
        shutil.rmtree(self._spool / _SANE_CONFIG, ignore_errors=True)

    def __enter__(self) -> SaneBatch:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _wait(self, until: float) -> None:
        due = min(self._page_due, self._line_due)
        patience = max(0.0, min(until, due) - time.monotonic())
        heard = select.select([self._pipe], [], [], patience)[0]
        if not heard and time.monotonic() >= due:
            self._give_up(due)

    def _read(self) -> list[ScanEvent]:
        happened: list[ScanEvent] = []
        while True:
            try:
                got = os.read(self._pipe, _LINE_BYTES)
            except BlockingIOError:
                return happened
            if not got:
                return [*happened, self._end()]
            *lines, self._heard = (self._heard + got).split(b"\n")
            for line in lines:
                happened.extend(self._hear(line))

    def _hear(self, line: bytes) -> Sequence[ScanEvent]:
        try:
            said: Said = from_line(line)
        except (ValueError, KeyError, TypeError):
            return ()  # not ours; the end of the child tells the rest
        now = time.monotonic()
        match said:
            case Started(device):
                return (ScanStarted(device),)
            case Pulling():
                self._line_due = float("inf")
            case Line():
                self._line_due = now + self._line_deadline_s
            case Page(page):
                self._pages += 1
                self._page_due = now + self._page_deadline_s
                return (PageScanned(page),)
            case Ended():
                self._outcome = said
                self._page_due, self._line_due = now + _CLOSING_S, float("inf")
        return ()

    def _give_up(self, due: float) -> None:
        """A deadline passed. What was told before still counts."""
        if self._outcome is None and not self._cancelled:
            what, within = ("page", self._page_deadline_s)
            if due == self._line_due:
                what, within = "line", self._line_deadline_s
            self._killed_for = ScannerSilent(f"no {what} within {within:g} s")
        self._kill_group()

    def _end(self) -> BatchEnded:
        """The pipe is at its end: the child is gone, or on its last instruction."""
        try:
            code: int | None = self._child.wait(_GOING_S)
        except subprocess.TimeoutExpired:
            code = None
        self._kill_group()
        self._child.wait()
        self._over = True
        return BatchEnded(self._pages, self._error(code))

    def _error(self, code: int | None) -> ScannerError | None:
        if self._killed_for is not None:
            return self._killed_for
        if self._outcome is not None:
            return self._outcome.error()
        # Several backends take SIGTERM back from the child, which then dies of it.
        if self._cancelled or code == -signal.SIGTERM:
            return ScanCancelled("stopped; the scan child had to be ended")
        if code == NO_LIBSANE:
            return ScanProgramMissing("libsane is missing: apt install libsane1")
        how = "without a word" if code is None else f"with status {code}"
        if code is not None and code < 0:
            how = f"by {signal.Signals(-code).name}"
        return ScanChildCrashed(f"the scan child ended {how}")

    def _hang_up(self) -> None:
        """The end of its standard input tells the child to stop."""
        if self._child.stdin is not None:
            self._child.stdin.close()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)


def scan_all(
    scanner: SaneScanner, settings: ScanSettings, spool: Path
) -> tuple[list[ScannedPage], ScannerError | None]:
    """Scan one batch to its end: the good pages, and what ended it early, if anything did."""
    pages: list[ScannedPage] = []
    with scanner.start(settings, spool) as batch:
        while True:
            for event in batch.events(timeout_s=1.0):
                match event:
                    case PageScanned(page):
                        pages.append(page)
                    case BatchEnded(error=error):
                        return pages, error


class LookedAt(NamedTuple):
    """What ``look_at_scanner`` saw.

    *error* without options: it did not open; with them: it refused a setting after *steps*.
    """

    device: str
    options: tuple[Shown, ...]
    error: ScannerError | None
    steps: tuple[Step, ...] = ()


def look_at_scanner(
    device: str,
    settings: ScanSettings,
    config_dir: Path | None = None,
    limit_s: float = _LISTING_S,
    on_start: Callable[[int | None], None] = lambda _child: None,
) -> LookedAt:
    """Open *device* in a child, set it up as a batch would, let it go. No paper moves.

    *on_start* gets the child's number, which leads a group, and None when it is gone: whoever
    needs the scanner before may kill the group.
    """
    with tempfile.TemporaryDirectory(prefix="tramhoso-look-") as folder:
        systems_own = config_dir is None and "SANE_CONFIG_DIR" not in os.environ
        if systems_own and carries_its_address(device):
            config_dir = write_sane_config(Path(folder) / _SANE_CONFIG, {})
        order = ScanOrder(device, Path(folder), settings).to_json()
        try:
            said = json.loads(_asked(f"{LOOK}{order}", config_dir, limit_s, on_start))
        except ScannerError as error:
            return LookedAt(device, (), error)
    outcome = Ended(0, said["code"], said["text"]).error()
    options = tuple(map(Shown.from_json, said["options"]))
    return LookedAt(said["device"], options, outcome, tuple(Step(**row) for row in said["steps"]))


def list_devices(config_dir: Path | None = None) -> list[FoundScanner]:
    """Every scanner libsane finds now; a child asks, for some backends hang.

    Raises ScannerSilent, ScanProgramMissing or ScanChildCrashed.
    """
    return [FoundScanner(*row) for row in json.loads(_asked(LIST, config_dir, _LISTING_S))]


def _asked(
    order: str,
    config_dir: Path | None,
    limit_s: float,
    on_start: Callable[[int | None], None] = lambda _child: None,
) -> bytes:
    what = order.partition(":")[0]
    with _start_child(order, config_dir) as child:
        on_start(child.pid)
        try:
            said, _none = child.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            raise ScannerSilent(f"{what}: no answer within {limit_s:g} s") from None
        finally:
            on_start(None)
    if child.returncode == NO_LIBSANE:
        raise ScanProgramMissing("libsane is missing: apt install libsane1")
    if child.returncode != 0:
        raise ScanChildCrashed(f"{what} ended with status {child.returncode}")
    return said


def _start_child(order: str, config_dir: Path | None) -> subprocess.Popen[bytes]:
    """``-S``: no site-packages to search, which is most of an interpreter's start on a Pi."""
    found = find_spec("_sane")
    if found is None or found.origin is None:
        raise ScanProgramMissing("python-sane is missing: apt install python3-sane")
    home = Path(appliance.__file__).parent.parent
    env = dict(os.environ, PYTHONPATH=f"{home}{os.pathsep}{Path(found.origin).parent}")
    # Pages go back to the system when freed; by itself glibc keeps blocks up to 32 MB.
    env["MALLOC_MMAP_THRESHOLD_"] = str(1 << 20)
    if config_dir is not None:
        env["SANE_CONFIG_DIR"] = str(config_dir)
    return subprocess.Popen(
        [sys.executable, "-P", "-S", "-m", "appliance.devices.scan_child", order],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=env,
        start_new_session=True,
    )
