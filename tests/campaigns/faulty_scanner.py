"""Every fault of the virtual scanner at every place, through a whole station.

``python -m tests.campaigns.faulty_scanner [--rounds 50] [--seed 1]`` (some seconds a round). A
round lays five sheets in, lets the scanner misbehave at a page, presses, puts it right as a person
would and presses again. All sheets must be pages then, in paper order, the fault must be told by
its own code, and nothing may be left in the spool. Prints one JSON object, ends with 1 on damage.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from appliance.config import ScannerSection
from appliance.core.paper.scan import PaperSource
from appliance.desk.dossier import dossiers
from appliance.desk.point import open_point, utc_now
from appliance.pretend.scanner import VirtualScanner
from appliance.pretend.scanner_tray import Fault
from appliance.services.station import STALE_PRESS_S
from appliance.store.people.volunteers import Role, add_volunteer
from tests.campaigns.parts.command import asks, run
from tests.point.conftest import WardKeys, point_config
from tests.station.conftest import RunningStation

SHEETS = 5
# what is told, whatever comes first: a busy scanner is asked again until a page is overdue
TOLD: dict[Fault, set[str]] = {
    Fault.JAM: {"paper-jam"},
    Fault.COVER_OPEN: {"cover-open"},
    Fault.BUSY: {"scanner-busy", "scanner-silent"},
    Fault.STALL: {"scanner-silent"},
    Fault.CUT: {"scanner-gone"},
    Fault.TRUNCATED: {"short-page"},
    Fault.VANISH: {"scanner-gone", "scanner-absent"},
}


@contextmanager
def bench(home: Path) -> Iterator[tuple[RunningStation, VirtualScanner]]:
    """A station in this process, before a feeder with small sheets."""
    (home / "papers").mkdir()
    for number in range(1, SHEETS + 1):
        sheet = Image.new("RGB", (827, 1169), (250, 250, 250))
        sheet.paste((20, 20, 60), (80, 80, 80 + 120 * number, 160))
        sheet.save(home / "papers" / f"{number}.png", dpi=(100, 100))
    section = ScannerSection(
        source=PaperSource.FEEDER, resolution_dpi=100, line_deadline_s=6.0, page_deadline_s=8.0
    )
    point = open_point(point_config(home, WardKeys(), section), utc_now)
    point.database.migrate()
    with point.database.writing() as connection:
        add_volunteer(connection, "Lan", "482915", Role.VOLUNTEER, point.clock())
    with VirtualScanner(home / "papers") as scanner:
        station = RunningStation(point, scanner, home / "sane.d")
        station.start()
        try:
            yield station, scanner
        finally:
            station.stop()
            point.database.close()


def one_round(
    station: RunningStation, scanner: VirtualScanner, fault: Fault, at_page: int
) -> Counter[str]:
    """Press, be told, put it right, press again; what was not as it must be."""
    damage: Counter[str] = Counter()
    point = station.point
    dossier_id = dossiers.open_dossier(point, "khai-sinh", 1)
    scanner.load_tray([f"{number}.png" for number in range(1, SHEETS + 1)])
    scanner.misbehave(fault, at_page=at_page)
    told = _press(station, dossier_id)
    damage[f"{fault}: told as {told}"] += told not in TOLD[fault]
    kept = len(dossiers.look_at(point, dossier_id).pages)
    damage[f"{fault}: {kept} kept before {at_page}"] += kept > max(at_page - 1, 0)
    scanner.behave()
    again = range(kept + 1, SHEETS + 1)  # as somebody does who lays back what is no page yet
    scanner.load_tray([f"{number}.png" for number in again])
    told = _press(station, dossier_id)
    damage[f"{fault}: told as {told} when all was well"] += told is not None
    pages = dossiers.look_at(point, dossier_id).pages
    damage[f"{fault}: {len(pages)} pages of {SHEETS}"] += len(pages) != SHEETS
    damage["out of order"] += [p.position for p in pages] != sorted(p.position for p in pages)
    damage["left in the spool"] += any(point.spool.rglob("page-*"))
    return +damage


def _press(station: RunningStation, dossier_id: str) -> str | None:
    before = dossiers.look_at(station.point, dossier_id).scan
    last = before.id if before else 0
    deadline = time.monotonic() + 90

    def ended() -> bool:
        scan = dossiers.look_at(station.point, dossier_id).scan
        return scan is not None and scan.id > last and scan.state in ("done", "failed")

    while True:
        station.press()
        try:
            station.until(ended, 60)
            break
        except AssertionError:  # the lamp was still busy with the one before
            if time.monotonic() > deadline:
                raise
            time.sleep(STALE_PRESS_S)
    scan = dossiers.look_at(station.point, dossier_id).scan
    assert scan is not None
    return scan.error_code


def campaign(home: Path, more: int, seed: int) -> dict[str, object]:
    """Every fault at every page once, then *more* rounds of any."""
    dice = random.Random(seed)
    rounds = [(fault, page) for fault in Fault for page in range(1, SHEETS + 1)]
    rounds += [(dice.choice(list(Fault)), dice.randint(0, SHEETS)) for _ in range(more)]
    damage: Counter[str] = Counter()
    began = time.monotonic()
    with bench(home) as (station, scanner):
        for fault, page in rounds:
            damage += one_round(station, scanner, fault, page)
    seconds = round(time.monotonic() - began)
    return {"rounds": len(rounds), "damage": dict(damage), "seconds": seconds}


def main() -> None:
    """The campaign, once."""
    parser = asks(__doc__, rounds=50, seed=1)
    run(parser, lambda home, asked: campaign(home, asked.rounds, asked.seed))


if __name__ == "__main__":
    main()
