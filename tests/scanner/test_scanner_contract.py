"""The promises of core.ports.Scanner, kept by every scanner in the same tests."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.core.errors import PaperJam, ScanCancelled, ScanChildCrashed
from appliance.core.paper.scan import PageScanned, ScanStarted
from appliance.core.ports import Scanner
from appliance.devices import sane_scanner
from appliance.devices.sane_scanner import SaneScanner
from appliance.pretend.scanner import VirtualScanner
from appliance.pretend.scanner_tray import Fault
from tests.scanner.conftest import QUICK, group_is_gone, until, watch


@dataclass(frozen=True)
class Bench:
    """A scanner with several pages in its tray, and a way to fill it again."""

    scanner: SaneScanner
    refill: Callable[[], None]
    pages: int


@pytest.fixture(params=["virtual scanner", "test backend"])
def bench(
    request: pytest.FixtureRequest,
    virtual: VirtualScanner,
    sane: SaneScanner,
    test_backend: Callable[..., SaneScanner],
    papers: list[Path],
) -> Bench:
    if request.param == "virtual scanner":
        virtual.pace_s = 0.2
        return Bench(sane, lambda: virtual.load_tray(papers), 5)
    return Bench(test_backend(read__delay="true", read__delay__duration=8000), lambda: None, 10)


def test_a_batch_keeps_its_promises(bench: Bench, spool: Path) -> None:
    scanner: Scanner = bench.scanner
    with bench.scanner.start(QUICK, spool) as batch:
        seen = watch(batch)
    assert len(seen.started) == 1
    assert [page.number for page in seen.pages] == list(range(1, bench.pages + 1))
    assert (seen.ended.pages, seen.error) == (bench.pages, None)
    assert {page.path.parent for page in seen.pages} == {spool}
    assert scanner is bench.scanner


def test_the_descriptor_becomes_readable_with_the_first_event(bench: Bench, spool: Path) -> None:
    with bench.scanner.start(QUICK, spool) as batch:
        assert select.select([batch.fileno()], [], [], 20)[0]
        (first, *_rest) = batch.events(5)
        assert isinstance(first, ScanStarted)


def test_asking_without_patience_returns_at_once(bench: Bench, spool: Path) -> None:
    with bench.scanner.start(QUICK, spool) as batch:
        assert list(batch.events()) == []  # an interpreter does not start that fast


def test_cancel_keeps_the_pages_before_it(bench: Bench, spool: Path) -> None:
    with bench.scanner.start(QUICK, spool) as batch:
        seen = watch(batch, lambda event: _on_page(event, batch.cancel))
    assert isinstance(seen.error, ScanCancelled)
    assert 1 <= len(seen.pages) < bench.pages
    assert seen.ended.pages == len(seen.pages)
    assert all(page.path.is_file() for page in seen.pages)


def test_a_polite_signal_ends_the_batch_like_a_cancel(bench: Bench, spool: Path) -> None:
    """What systemd sends to the whole unit when the station is stopped."""
    with bench.scanner.start(QUICK, spool) as batch:
        stop = signal.SIGTERM
        seen = watch(batch, lambda event: _on_page(event, lambda: os.kill(batch.pid, stop)))
    assert isinstance(seen.error, ScanCancelled)
    assert 1 <= len(seen.pages) < bench.pages


def test_a_device_that_never_closes_costs_no_page_and_not_the_outcome(
    spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libsane's sane_cancel dead-locks about once in 900 failed scans."""
    monkeypatch.setattr(sane_scanner, "_CLOSING_S", 0.3)
    script = (
        'echo noise; echo \'{"event": "ended", "pages": 0, "code": "paper-jam", "text": "x"}\';'
    )
    child = subprocess.Popen(
        ["sh", "-c", f"{script} sleep 600"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with sane_scanner.SaneBatch(child, spool, 20, 20) as batch:
        seen = watch(batch)
    assert isinstance(seen.error, PaperJam)
    assert group_is_gone(batch.pid)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_a_crash_keeps_the_pages_and_the_next_batch_works(
    bench: Bench, spool: Path, how: signal.Signals
) -> None:
    with bench.scanner.start(QUICK, spool) as batch:
        seen = watch(batch, lambda event: _on_page(event, lambda: os.kill(batch.pid, how)))
        assert isinstance(seen.error, ScanChildCrashed)
        assert how.name in str(seen.error)
        assert 1 <= len(seen.pages) < bench.pages
        assert group_is_gone(batch.pid)
    bench.refill()
    with bench.scanner.start(QUICK, spool) as batch:
        assert watch(batch).error is None


def test_close_in_mid_batch_leaves_no_survivors(bench: Bench, spool: Path) -> None:
    batch = bench.scanner.start(QUICK, spool)
    until(lambda: any(isinstance(event, PageScanned) for event in batch.events(0.1)))
    batch.close()
    batch.close()
    assert group_is_gone(batch.pid)
    assert not list(spool.glob("*.part"))
    assert list(batch.events(0.1)) == []


def test_a_child_stuck_in_libsane_is_gone_after_close(
    virtual: VirtualScanner, sane: SaneScanner, spool: Path
) -> None:
    virtual.misbehave(Fault.STALL, at_page=1)
    with sane.start(QUICK, spool) as batch:
        until(lambda: bool(batch.events(0.1)))
    assert group_is_gone(batch.pid)


def test_the_child_ends_when_its_parent_is_killed(bench: Bench, spool: Path) -> None:
    """Otherwise it would hold the scanner, and the restarted station would find it busy."""
    script = (
        "import sys; from pathlib import Path\n"
        "from appliance.core.paper.scan import ScanSettings\n"
        "from appliance.devices.sane_scanner import SaneScanner\n"
        "name, config, spool = sys.argv[1:]\n"
        "batch = SaneScanner(name, Path(config)).start(ScanSettings(100), Path(spool))\n"
        "print(batch.pid, flush=True)\n"
        "while True: batch.events(1)\n"
    )
    command = [sys.executable, "-c", script, bench.scanner.device]
    command += [str(bench.scanner.config_dir), str(spool)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        until((spool / "page-0001.jpg").exists)
        parent.kill()
    until(lambda: group_is_gone(child))
    assert not (spool / f"page-{bench.pages:04d}.jpg").exists()


def _on_page(event: object, act: Callable[[], object]) -> None:
    if isinstance(event, PageScanned) and event.page.number == 1:
        act()
