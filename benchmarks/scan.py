"""How long a batch takes beside scanimage, and how much memory the scan child needs.

.venv/bin/python -m benchmarks.scan [--rounds 3]

The virtual scanner is a process of its own, so that it takes no time from either side. Ours and
scanimage scan in turn; a ratio is the median of the ratios of the pairs.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from appliance.airscan import write_sane_config
from appliance.core.paper.scan import BatchEnded, ColorMode, PageScanned, PaperSource, ScanSettings
from appliance.devices.sane_scanner import SaneScanner
from appliance.pretend.sample_pages import write_sample_pages
from benchmarks.machine import NO_BUDGET, Row, counts, middle, peak_mb, report

PAGES = 10
PATIENCE_S = 180.0
PACES_S = {1.0: "≤ 1.15 ×", 0.0: NO_BUDGET}
PEAKS_MB = {300: 110, 600: 260}
LOOK_S = 0.01  # at the child's memory; its peak stays readable until it ends


class Feeder(NamedTuple):
    """A virtual scanner in a process of its own."""

    device: str
    url: str
    sane_config: Path

    def load(self, pace_s: float = 0.0) -> None:
        """Put every page back; *pace_s* is how long one takes to pass the lamp."""
        order = json.dumps({"load": "all", "pace_s": pace_s}).encode()
        door = urllib.request.Request(self.url.replace("/eSCL/", "/_control"), order)
        with urllib.request.urlopen(door, timeout=10):
            pass


def main() -> None:
    """Measure and print."""
    rounds = counts(__doc__, rounds=3).rounds
    with tempfile.TemporaryDirectory(prefix="bench-scan-") as name:
        home = Path(name)
        write_sample_pages(home / "300", 300, PAGES)
        write_sample_pages(home / "600", 600, 2)
        report([*time_rows(home, rounds), *memory_rows(home)])


def time_rows(home: Path, rounds: int) -> Iterator[Row]:
    """From the request to the last page row, ours and scanimage's whole run."""
    with feeder(home / "300") as paper:
        pair(paper, home, 0.0)  # once unmeasured: images encoded, files cached
        for pace_s, budget in PACES_S.items():
            pairs = [pair(paper, home, pace_s) for _round in range(rounds)]
            ours, theirs = zip(*pairs, strict=True)
            ratio = statistics.median(our / their for our, their in pairs)
            pace = f"{pace_s:g} s a page" if pace_s else "as fast as it can"
            yield Row(
                f"{PAGES} pages A4, 300 dpi, colour, feeder, {pace}",
                budget,
                f"{ratio:.2f} × `scanimage --batch --format=jpeg`",
                f"ours {middle(ours, 's', 2)}, scanimage {middle(theirs, 's', 2)}; {rounds} pairs",
            )


def memory_rows(home: Path) -> Iterator[Row]:
    """The most the scan child ever held."""
    for dpi, budget_mb in PEAKS_MB.items():
        for mode in reversed(ColorMode):
            with feeder(home / str(dpi)) as paper:
                pages = len(list((home / str(dpi)).glob("*.jpg")))
                peak = ours_mb(paper, ScanSettings(dpi, mode), home / "peak", pages)
            yield Row(
                f"peak memory of the scan child, {dpi} dpi, {mode}",
                f"≤ {budget_mb} MB" if mode is ColorMode.COLOR else NO_BUDGET,
                f"{peak:.0f} MB",
                f"VmHWM, {pages} pages A4 in one batch",
            )


@contextmanager
def feeder(pages: Path) -> Iterator[Feeder]:
    """A virtual scanner with *pages* in its tray."""
    command = [sys.executable, "-m", "appliance.pretend.scanner", "--pages", str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as scanner:
        try:
            assert scanner.stdout is not None
            told = json.loads(scanner.stdout.readline())
            config = write_sane_config(pages.parent / "sane.d", {"TramHoSo": told["url"]})
            yield Feeder(told["device"], told["url"], config)
        finally:
            scanner.terminate()


def pair(paper: Feeder, home: Path, pace_s: float) -> tuple[float, float]:
    """One batch of ours and one of scanimage's, right after each other."""
    paper.load(pace_s)
    ours = ours_s(paper, home / "ours")
    paper.load(pace_s)
    return ours, scanimage_s(paper, home / "theirs")


def ours_s(paper: Feeder, spool: Path) -> float:
    """Seconds from the request to the last page told of."""
    settings = ScanSettings(300, ColorMode.COLOR, PaperSource.FEEDER)
    began, told = time.monotonic(), [0.0]
    with SaneScanner(paper.device, paper.sane_config).start(settings, spool) as batch:
        while time.monotonic() - began < PATIENCE_S:
            for event in batch.events(timeout_s=1.0):
                match event:
                    case PageScanned():
                        told.append(time.monotonic() - began)
                    case BatchEnded(error=error):
                        assert error is None, error
                        assert len(told) == PAGES + 1, told
                        return told[-1]
    raise SystemExit(f"no end of batch within {PATIENCE_S:g} s")


def ours_mb(paper: Feeder, settings: ScanSettings, spool: Path, pages: int) -> float:
    """The child's peak in a batch of its own, so that looking costs no measured time."""
    began, peak, count = time.monotonic(), 0.0, 0
    with SaneScanner(paper.device, paper.sane_config).start(settings, spool) as batch:
        while time.monotonic() - began < PATIENCE_S:
            for event in batch.events(timeout_s=LOOK_S):
                match event:
                    case PageScanned():
                        count += 1
                    case BatchEnded(error=error):
                        assert error is None, error
                        assert count == pages, count
                        return peak
            peak = max(peak, peak_mb(batch.pid))
    raise SystemExit(f"no end of batch within {PATIENCE_S:g} s")


def scanimage_s(paper: Feeder, folder: Path) -> float:
    """Seconds of the whole command."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = ["scanimage", "-d", paper.device, "--source", "ADF", "--mode", "Color"]
    command += ["--resolution", "300", "-x", "210", "-y", "297", "--format=jpeg", "--batch=%d.jpg"]
    env = dict(os.environ, SANE_CONFIG_DIR=str(paper.sane_config))
    began = time.monotonic()
    subprocess.run(
        command, cwd=folder, env=env, check=True, timeout=PATIENCE_S, capture_output=True
    )
    took_s = time.monotonic() - began
    assert len(list(folder.glob("*.jpg"))) == PAGES
    return took_s


if __name__ == "__main__":
    main()
