"""How soon after the feeder stops its last page is clean, at the station itself.

.venv/bin/python -m benchmarks.cleaning [--rounds 3]

Ten pages (eight forms, two blanks, A4, 300 dpi, colour) at one page a second: the virtual scanner
in a process of its own, the real libsane in the scan child, the real station, cleaning child and
encrypted store. The feeder stops when the batch's row says so.

On a machine with other work the wall says how long cleaning had to wait for a core: it runs five
steps nicer than the scan. How many pages were still waiting when the feeder stopped, and the
processor time they then took, do not depend on that.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from appliance.config import Config, PathsSection, PointSection, ScannerSection, WardSection
from appliance.core.paper.scan import PaperSource
from appliance.core.ports import Signal
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point, open_point
from appliance.devices.sane_scanner import SaneScanner
from appliance.imaging.child.cleaner import Cleaner
from appliance.keys import age
from appliance.pretend.panel import ScreenPanel
from appliance.services.station import Station
from appliance.store.people.volunteers import Role, add_volunteer
from benchmarks.clean import draw_set
from benchmarks.machine import NO_BUDGET, Row, counts, middle, peak_mb, report
from benchmarks.scan import Feeder, feeder

PAGES, PACE_S = 10, 1.0
SLOT = "giay_chung_sinh"
PATIENCE_S = 180.0
LOOK_S = 0.005


class Cost(NamedTuple):
    """What one batch took."""

    scan_s: float
    last_clean_s: float  # after the feeder stopped
    last_cpu_s: float  # of that, what the cleaning child worked
    waiting: int  # pages not yet clean when it stopped
    load: float  # over the last minute
    clean_cpu_s: float  # of the cleaning child, all pages
    clean_mb: float


def main() -> None:
    """Measure and print."""
    rounds = counts(__doc__, rounds=3).rounds
    with tempfile.TemporaryDirectory(prefix="bench-cleaning-") as name:
        home = Path(name)
        (home / "pages").mkdir()
        jpegs, copies = draw_set(home / "pages")
        for copy in copies:  # the peers of benchmarks.clean want PPM
            copy.unlink()
        jpegs[-1].rename(jpegs[-1].with_name("page-00.jpg"))  # a form comes last, not a blank side
        with feeder(home / "pages") as paper, station(home, paper) as (point, cleaner):
            batch(point, paper, cleaner)  # once unmeasured: files cached, units read
            costs = [batch(point, paper, cleaner) for _round in range(rounds)]
    report(rows(costs, rounds), ("pillow", "numpy"))


def rows(costs: Sequence[Cost], rounds: int) -> Iterator[Row]:
    """One line each."""
    how = f"{rounds} batches of {PAGES} pages at {PACE_S:g} s a page"
    after, cpu = [cost.last_clean_s for cost in costs], [cost.clean_cpu_s for cost in costs]
    yield Row("last page clean after the feeder stopped", "≤ 1 s", middle(after, "s", 2), how)
    worked, waiting = [cost.last_cpu_s for cost in costs], [float(cost.waiting) for cost in costs]
    busy = middle([cost.load for cost in costs], "", 1)
    yield Row("the cleaning child's work in that time", "≤ 1 s", middle(worked, "s", 2), how)
    yield Row("pages that waited when it stopped", NO_BUDGET, middle(waiting, "pages"), how)
    yield Row("load of the machine", NO_BUDGET, f"{busy} of {os.cpu_count()} cores", how)
    yield Row("the batch itself", NO_BUDGET, middle([c.scan_s for c in costs], "s", 2), how)
    yield Row("processor time of cleaning, a page", NO_BUDGET, middle(cpu, "s", 2), "user + system")
    peak = f"{max(cost.clean_mb for cost in costs):.0f} MB"
    yield Row("peak memory of the cleaning child", NO_BUDGET, peak, "VmHWM")


@contextmanager
def station(home: Path, paper: Feeder) -> Iterator[tuple[Point, Cleaner]]:
    """A point with one volunteer and its station, until the block ends."""
    config = Config(
        point=PointSection(code="KV-0007", name="Điểm mẫu"),
        paths=PathsSection(state=home / "state", runtime=home / "run"),
        scanner=ScannerSection(source=PaperSource.FEEDER),
        ward=WardSection(
            url="http://127.0.0.1:9/intake/v1", recipient=age.recipient_of(age.new_identity())
        ),
    )
    point, cleaner, panel = open_point(config), Cleaner(), ScreenPanel("127.0.0.1:0")
    point.database.migrate()
    with point.database.writing() as connection:
        add_volunteer(connection, "Người mẫu", "482915", Role.VOLUNTEER, point.clock())
    scanner = SaneScanner(paper.device, paper.sane_config, 30.0, 60.0)
    stop = threading.Event()
    own = Station(open_point(config), scanner, panel, cleaner)
    thread = threading.Thread(target=own.run, args=(stop.is_set, lambda: None), daemon=True)
    thread.start()
    try:
        until(lambda: panel.frame().signal is Signal.READY)
        yield point, cleaner
    finally:
        stop.set()
        thread.join(30)


def batch(point: Point, paper: Feeder, cleaner: Cleaner) -> Cost:
    """Press, scan ten pages, wait for the last clean one."""
    paper.load(PACE_S)
    dossier_id = dossiers.open_dossier(point, "khai-sinh", 1)
    dossiers.choose_slot(point, dossier_id, SLOT)
    before, cpu = time.monotonic(), child_cpu_s(cleaner)
    scanning.press(point, scanning.AskedBy.SCREEN)

    def done() -> bool:
        scan = dossiers.look_at(point, dossier_id).scan
        if scan is not None and scan.state == "failed":
            raise SystemExit(f"the batch failed: {scan.error_code}")
        return scan is not None and scan.state == "done"

    until(done)
    stopped, cpu_then = time.monotonic(), child_cpu_s(cleaner)
    pages = dossiers.look_at(point, dossier_id).pages
    if len(pages) != PAGES:
        raise SystemExit(f"{len(pages)} pages instead of {PAGES}")
    waiting = sum(page.awaits_cleaning for page in pages)
    until(lambda: not any(p.awaits_cleaning for p in dossiers.look_at(point, dossier_id).pages))
    clean, cpu_now = time.monotonic(), child_cpu_s(cleaner)
    pages = dossiers.look_at(point, dossier_id).pages
    if any(page.clean_error for page in pages) or sum(page.is_blank for page in pages) != 2:
        raise SystemExit("a page could not be cleaned, or a blank one was not found")
    return Cost(
        scan_s=stopped - before,
        last_clean_s=clean - stopped,
        last_cpu_s=cpu_now - cpu_then,
        waiting=waiting,
        load=os.getloadavg()[0],
        clean_cpu_s=(cpu_now - cpu) / PAGES,
        clean_mb=peak_mb(cleaner.child_pid or 0),
    )


def child_cpu_s(cleaner: Cleaner) -> float:
    """What the cleaning child used so far; 0 while there is none."""
    if cleaner.child_pid is None:
        return 0.0
    stat = Path(f"/proc/{cleaner.child_pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def until(holds: Callable[[], bool]) -> None:
    """Wait, but not for ever."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"still not so after {PATIENCE_S:g} s")
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main()
