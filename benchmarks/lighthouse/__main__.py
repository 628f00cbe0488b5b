"""What Lighthouse says of the first screen, the work page and the phone's page.

.venv/bin/python -m benchmarks.lighthouse [--runs 3]

npm's Lighthouse, by its lock file, with Debian's Chromium, on the demo's processes: a dossier with
ten pages and every answer given. A volunteer's pages are asked as by a laptop, the phone's as by a
phone on a slow line with a quarter of this processor; both are Lighthouse's own settings. A score
is the median of its runs. Needs node 18.16 or newer; the first run installs 185 MB beside this
file.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from appliance.demo.house import House
from appliance.desk.point import Point, open_point
from benchmarks.full_house import Visitor, filled_dossier, phone_at, volunteer
from benchmarks.machine import Row, counts, report
from tests.station_page.chromium import ARGUMENTS, CHROMIUM

HERE = Path(__file__).parent
LIGHTHOUSE = HERE / "node_modules" / ".bin" / "lighthouse"
BUDGETS = {"performance": 95, "accessibility": 100, "best-practices": 95}
LAPTOP, PHONE = ("--preset=desktop",), ()  # without a preset Lighthouse is a phone
PAGES = 10
PATIENCE_S = 300


class Seen(NamedTuple):
    """One page, who looks at it, and with what."""

    what: str
    visitor: Visitor
    path: str
    device: tuple[str, ...]


def main() -> None:
    """Install, measure, print."""
    runs = counts(__doc__, runs=3).runs
    install()
    with tempfile.TemporaryDirectory() as folder, House(Path(folder) / "house") as house:
        point = open_point(house.config())
        try:
            seen = looked_at(house, point)
            rows = [row for one in seen for row in scores(one, runs, Path(folder))]
        finally:
            point.database.close()
    report(rows, ("flask", "waitress"))


def install() -> None:
    """What the lock file names, no script of a package run, once."""
    mark = HERE / "node_modules" / ".package-lock.json"
    lock = HERE / "package-lock.json"
    if not mark.exists() or mark.stat().st_mtime < lock.stat().st_mtime:
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(["npm", "ci", *quiet], cwd=HERE, check=True)
        mark.touch()


def looked_at(house: House, point: Point) -> tuple[Seen, ...]:
    """The pages, with people let in to them."""
    desk = volunteer(house, 0)
    dossier_id = filled_dossier(house, point, desk, PAGES)
    phone = phone_at(house, point, dossier_id)
    return (
        Seen("the first screen", desk, "/", LAPTOP),
        Seen("a dossier's list", desk, f"/dossiers/{dossier_id}", LAPTOP),
        Seen("a topic of the form", desk, f"/dossiers/{dossier_id}/topics/3", LAPTOP),
        Seen("the phone's first page", phone, "/phone", PHONE),
        Seen("the phone's papers", phone, "/phone/papers", PHONE),
    )


def scores(one: Seen, runs: int, folder: Path) -> Iterator[Row]:
    """A row for each budget; how it fell short is named beside it."""
    told = [lighthouse(one, folder) for _ in range(runs)]
    for name, budget in BUDGETS.items():
        got = [float(each["categories"][name]["score"] or 0) * 100 for each in told]
        yield Row(
            f"{name} of {one.what}",
            f"≥ {budget}" if budget < 100 else "100",
            f"{statistics.median(got):.0f} ({min(got):.0f} to {max(got):.0f})",
            f"{runs} × {'laptop' if one.device else 'phone'}{short(told[-1], name)}",
        )


def lighthouse(one: Seen, folder: Path) -> dict[str, Any]:
    """One run; its whole report."""
    cookies = "; ".join(f"{name}={value}" for name, value in one.visitor.cookies.items())
    headers, out = folder / "headers.json", folder / "report.json"
    headers.write_text(json.dumps({"Cookie": cookies}), encoding="utf-8")
    command = [
        str(LIGHTHOUSE),
        one.visitor.house.web_url.rstrip("/") + one.path,
        f"--chrome-flags=--headless=new {' '.join(ARGUMENTS)}",
        f"--extra-headers={headers}",
        f"--only-categories={','.join(BUDGETS)}",
        "--output=json",
        f"--output-path={out}",
        "--no-enable-error-reporting",
        "--quiet",
        *one.device,
    ]
    env = os.environ | {"CHROME_PATH": CHROMIUM}
    subprocess.run(command, env=env, check=True, timeout=PATIENCE_S)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    if not found["finalDisplayedUrl"].endswith(one.path):
        raise SystemExit(f"{one.path} led to {found['finalDisplayedUrl']}")
    return found


def short(told: dict[str, Any], name: str) -> str:
    """What cost points, and for speed the moments it is made of."""
    parts = []
    for reference in told["categories"][name]["auditRefs"]:
        audit = told["audits"][reference["id"]]
        if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
            shown = audit.get("displayValue", "").replace("\u00a0", " ")
            parts.append(f"{audit['id']} {audit['score']:.2f} {shown}".strip())
    return f": {', '.join(parts)}" if parts else ""


if __name__ == "__main__":
    main()
