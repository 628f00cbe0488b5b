"""How long a batch takes and how much memory the scan child needs; prints a Markdown table.

``python -m benchmarks.scan [--rounds 3]``. Needs scanimage (sane-utils) for the comparison.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from appliance.core.scan import BatchEnded, ColorMode, PageScanned, PaperSource, ScanSettings
from appliance.devices.sane_scanner import SaneScanner
from appliance.pretend.sample_pages import write_sample_pages
from appliance.pretend.scanner import VirtualScanner

PAGES = 10
PATIENCE_S = 180.0
BUDGETS_MB = {300: 110, 600: 260}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="pairs for each row")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="bench-scan-") as name:
        home = Path(name)
        write_sample_pages(home / "300", 300, PAGES)
        write_sample_pages(home / "600", 600, 2)
        print(_about(), end="\n\n")
        print("| measured | ours | scanimage | ratio | budget |\n|---|---|---|---|---|")
        with VirtualScanner(home / "300") as virtual:
            config = virtual.sane_config(home / "sane.d")
            _pair(virtual, config, home, 0.0)  # once unmeasured: images encoded, files cached
            for pace_s, budget in ((1.0, "≤ 1.15"), (0.0, "—")):
                pairs = [_pair(virtual, config, home, pace_s) for _round in range(rounds)]
                ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
                ratio = statistics.median(our / their for our, their in pairs)
                pace = f"{pace_s:g} s a page" if pace_s else "unpaced"
                what = f"{PAGES} pages A4 300 dpi colour, {pace}"
                print(f"| {what} | {ours:.2f} s | {theirs:.2f} s | {ratio:.2f} | {budget} |")
        for dpi, budget_mb in BUDGETS_MB.items():
            for mode in ColorMode:
                peak = _peak_mb(home / str(dpi), home, ScanSettings(dpi, mode))
                limit = f"≤ {budget_mb} MB" if mode is ColorMode.COLOR else "—"
                print(
                    f"| peak RSS of the child, {dpi} dpi {mode} | {peak:.0f} MB | — | — | {limit} |"
                )


def _pair(virtual: VirtualScanner, config: Path, home: Path, pace_s: float) -> tuple[float, float]:
    """One batch of ours and one of scanimage's, right after each other."""
    virtual.pace_s = pace_s
    virtual.obey({"load": "all"})
    settings = ScanSettings(300, ColorMode.COLOR, PaperSource.FEEDER)
    ours, _peak = _ours(SaneScanner(virtual.sane_device, config), settings, home / "ours", PAGES)
    virtual.obey({"load": "all"})
    return ours, _scanimage(virtual, config, home / "theirs")


def _ours(
    scanner: SaneScanner, settings: ScanSettings, spool: Path, pages: int
) -> tuple[float, float]:
    """Seconds from the request to the last PageScanned; the child's peak RSS in MB."""
    began, last, count, peak = time.monotonic(), 0.0, 0, 0.0
    with scanner.start(settings, spool) as batch:
        while time.monotonic() - began < PATIENCE_S:
            for event in batch.events(timeout_s=0.02):
                match event:
                    case PageScanned():
                        last, count = time.monotonic() - began, count + 1
                    case BatchEnded(error=error):
                        assert error is None, error
                        assert count == pages, count
                        return last, peak
            peak = max(peak, _high_water_mb(batch.pid))
    raise SystemExit(f"no end of batch within {PATIENCE_S:g} s")


def _scanimage(virtual: VirtualScanner, config: Path, folder: Path) -> float:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = ["scanimage", "-d", virtual.sane_device, "--source", "ADF", "--mode", "Color"]
    command += ["--resolution", "300", "-x", "210", "-y", "297", "--format=jpeg", "--batch=%d.jpg"]
    env = dict(os.environ, SANE_CONFIG_DIR=str(config))
    began = time.monotonic()
    subprocess.run(
        command, cwd=folder, env=env, check=True, timeout=PATIENCE_S, capture_output=True
    )
    took = time.monotonic() - began
    assert len(list(folder.glob("*.jpg"))) == PAGES
    return took


def _peak_mb(pages: Path, home: Path, settings: ScanSettings) -> float:
    with VirtualScanner(pages) as virtual:
        scanner = SaneScanner(virtual.sane_device, virtual.sane_config(home / "sane.d"))
        return _ours(scanner, settings, home / "peak", len(virtual.tray.left()))[1]


def _high_water_mb(pid: int) -> float:
    """VmHWM never falls, so the last look before the child ends is its peak."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) / 1024 if found else 0.0


def _about() -> str:
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    machine = model.group(1) if model else platform.machine()
    said = subprocess.run(["scanimage", "--version"], capture_output=True, text=True, check=True)
    sane = said.stdout.strip().rpartition("backend version ")[2]
    listed = subprocess.run(
        [
            "dpkg-query",
            "-W",
            "-f",
            "${Package} ${Version}, ",
            "sane-airscan",
            "libjpeg-turbo-progs",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return (
        f"{machine}, {os.cpu_count()} cores, Linux {platform.release()}; "
        f"Python {platform.python_version()}, libsane {sane}, {listed.stdout.rstrip(', ')}"
    )


if __name__ == "__main__":
    main()
