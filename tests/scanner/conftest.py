"""A virtual scanner with drawn papers, libsane's test backend, and a way to run one batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.core.errors import ScannerError, ScannerSilent
from appliance.core.paper.scan import (
    BatchEnded,
    PageScanned,
    ScanEvent,
    ScannedPage,
    ScanSettings,
    ScanStarted,
)
from appliance.core.ports import ScanBatch
from appliance.devices.sane_scanner import SaneScanner
from appliance.pretend.sample_pages import write_sample_pages
from appliance.pretend.scanner import VirtualScanner

PATIENCE_S = 60.0
QUICK = ScanSettings(resolution_dpi=100)


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_sample_pages(tmp_path_factory.mktemp("papers"), dpi=100)


@pytest.fixture
def virtual(papers: list[Path]) -> Iterator[VirtualScanner]:
    with VirtualScanner(papers[0].parent) as scanner:
        yield scanner


@pytest.fixture
def sane(virtual: VirtualScanner, tmp_path: Path) -> SaneScanner:
    """The station's scanner, looking at the virtual one."""
    return SaneScanner(virtual.sane_device, virtual.sane_config(tmp_path / "sane.d"))


@dataclass(frozen=True)
class Seen:
    """What one batch gave."""

    started: list[ScanStarted]
    pages: list[ScannedPage]
    ended: BatchEnded

    @property
    def error(self) -> ScannerError | None:
        return self.ended.error


def watch(batch: ScanBatch, on_event: Callable[[ScanEvent], None] = lambda _event: None) -> Seen:
    """Follow a batch to its end; gives up loudly."""
    seen = Seen([], [], BatchEnded(-1))
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for event in batch.events(timeout_s=0.5):
            on_event(event)
            match event:
                case ScanStarted():
                    seen.started.append(event)
                case PageScanned(page):
                    seen.pages.append(page)
                case BatchEnded():
                    return Seen(seen.started, seen.pages, event)
    raise AssertionError(f"no end within {PATIENCE_S:g} s; so far {seen}")


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def scan(sane: SaneScanner, spool: Path) -> Callable[..., Seen]:
    """One whole batch from the virtual scanner."""

    def once(settings: ScanSettings = QUICK) -> Seen:
        with sane.start(settings, spool) as batch:
            return watch(batch)

    return once


@pytest.fixture
def test_backend(tmp_path: Path) -> Callable[..., SaneScanner]:
    """A scanner over libsane's own ``test`` backend, its oddities set in test.conf."""

    def made(
        line_deadline_s: float = 10.0, page_deadline_s: float = 40.0, **lines: object
    ) -> SaneScanner:
        config = tmp_path / "test.sane.d"
        config.mkdir(exist_ok=True)
        (config / "dll.conf").write_text("test\n")
        said = {"geometry_max": "300.0", "br_x": "210.0", "br_y": "297.0", "mode": "Color"}
        said |= {key.replace("__", "-"): str(value) for key, value in lines.items()}
        (config / "test.conf").write_text("".join(f"{k} {v}\n" for k, v in said.items()))
        return SaneScanner("test:0", config, line_deadline_s, page_deadline_s)

    return made


def watch_whole(scanner: SaneScanner, settings: ScanSettings, spool: Path) -> Seen:
    """One batch of the ``test`` backend to its end.

    libsane 1.2.1 ends each page of that backend by cancelling its reading thread wherever it is;
    about one page in thirty on a busy machine that is within ``free()``, and the lock of the C
    library stays taken for ever. The child is then silent and ended, as it must be: ask again.
    """
    for _ in range(3):
        with scanner.start(settings, spool) as batch:
            seen = watch(batch)
        if not isinstance(seen.error, ScannerSilent):
            break
    return seen


def group_is_gone(pid: int) -> bool:
    """Whether nothing of the process group led by *pid* runs; the dead may wait to be reaped."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue  # it ended while we looked
        if int(group) == pid and state != "Z":
            return False
    return True


def until(holds: Callable[[], bool], patience_s: float = 20.0) -> None:
    """Wait for a condition, but not for ever."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, f"still not so after {patience_s:g} s"
        time.sleep(0.01)
