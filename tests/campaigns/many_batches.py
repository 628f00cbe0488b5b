"""A thousand batches through one station process: does it grow?

``python -m tests.campaigns.many_batches [--batches 1000]`` touches the screen's button again and
again; the virtual scanner feeds one sheet each time. Prints memory, descriptors, threads and
children of the station every tenth of the way, as one JSON object a line.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from PIL import Image, ImageDraw

from appliance.config import read_config
from appliance.desk.dossier import dossiers
from appliance.desk.pages import scanning
from appliance.desk.point import Point, open_point
from appliance.pretend.scanner import VirtualScanner
from appliance.store.people.volunteers import Role, add_volunteer
from tests.campaigns.parts.command import asks, run

PATIENCE_S = 120.0
GROWTH_KB = 8192  # of memory, from the first tenth to the last; heaps breathe


def main() -> None:
    """The campaign, once."""
    # in memory: it is the station that is looked at, not a card
    run(asks(__doc__, batches=1000), _grown, bad=("grew",), inside="/dev/shm")


def _grown(home: Path, asked: argparse.Namespace) -> dict[str, object]:
    """What there was at the last look, and what of it piled up since the first."""
    seen = campaign(home, asked.batches)
    first, last = seen[0], seen[-1]
    grew = [what for what in ("fds", "threads", "children") if last[what] > first[what]]
    if last["rss_kb"] > first["rss_kb"] + GROWTH_KB:
        grew.append("memory")
    return {**last, "grew": grew}


def campaign(home: Path, batches: int) -> list[dict[str, int]]:
    """Run it below *home*; returns what was seen, the first after a tenth of the batches."""
    papers = home / "papers"
    papers.mkdir()
    _sheet().save(papers / "1.jpg", dpi=(150, 150))
    seen: list[dict[str, int]] = []
    failed = 0
    with VirtualScanner(papers) as scanner:
        config = _write_config(home, scanner)
        point = open_point(read_config(config))
        point.database.migrate()
        with point.database.writing() as connection:
            helper = add_volunteer(connection, "A", "482915", Role.VOLUNTEER, point.clock())
        station = subprocess.Popen(
            [sys.executable, "-m", "appliance.cli", "--config", str(config), "station"]
        )
        try:
            for number in range(1, batches + 1):
                scanner.load_tray(["1.jpg"])
                # a fresh dossier now and then, as at a real desk
                if number % 10 == 1:
                    dossier_id = dossiers.open_dossier(point, "khai-sinh", helper.id)
                error = one_batch(point, dossier_id)
                failed += error is not None
                if number % max(1, batches // 10) == 0:
                    seen.append(_look(station.pid) | {"batches": number, "failed": failed})
                    print(json.dumps(seen[-1]), flush=True)  # noqa: T201
        finally:
            station.terminate()
            station.wait(60)
            point.database.close()
    return seen


def _sheet() -> Image.Image:
    """Lines as of writing on paper that is not quite even."""
    sheet = Image.effect_noise((1240, 1754), 9).point(lambda v: 236 + v // 16).convert("RGB")
    draw = ImageDraw.Draw(sheet)
    for top in range(160, 1600, 48):
        draw.rectangle((120, top, 400 + top * 7 % 700, top + 14), fill=(30, 30, 60))
    return sheet


def one_batch(point: Point, dossier_id: str) -> str | None:
    """Touch, then wait until the batch has ended and its page is cleaned; its error, if any."""
    scanning.press(point, scanning.AskedBy.SCREEN)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        view = dossiers.look_at(point, dossier_id)
        ended = view.scan is not None and view.scan.state in ("done", "failed")
        if ended and all(page.preview for page in view.pages):
            return view.scan.error_code if view.scan else None
        time.sleep(0.05)
    raise AssertionError(f"no batch within {PATIENCE_S:g} s")


def _write_config(home: Path, scanner: VirtualScanner) -> Path:
    config = home / "config.toml"
    config.write_text(
        f'[paths]\nstate = "{home / "state"}"\nruntime = "{home / "run"}"\n'
        f'[scanner]\ndevice = "{scanner.sane_device}"\n'
        f'sane_config = "{scanner.sane_config(home / "sane.d")}"\n'
        'source = "feeder"\nresolution_dpi = 150\n[panel]\nkind = "none"\n'
        '[text]\nlayer = "off"\n',
        encoding="utf-8",
    )
    return config


def _look(pid: int) -> dict[str, int]:
    process = Path("/proc") / str(pid)
    status = dict(
        line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line
    )
    children = [
        child
        for thread in (process / "task").iterdir()
        for child in (thread / "children").read_text().split()
    ]
    return {
        "rss_kb": int(status["VmRSS"].split()[0]),
        "fds": sum(1 for _ in (process / "fd").iterdir()),
        "threads": int(status["Threads"]),
        "children": len(children),
    }


if __name__ == "__main__":
    main()
