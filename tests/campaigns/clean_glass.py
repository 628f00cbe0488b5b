"""Things on the glass of a flatbed: each one found, cut to its edge, none for two and none missing.

``python -m tests.campaigns.clean_glass [--seed 5000] [--pages 10]`` draws so many of each set of
things at 200 and at 300 dpi: cards of both layouts, photos, half sheets, one to three together;
as many white cards under a white lid, which show by their shadow alone; and as many sheets that
run out of the glass on one side, beside which a strip of lid is left.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from appliance.imaging.pipeline import analyse
from tests.campaigns.clean_sheets import RESOLUTIONS, corner_mm, lost_mm, nearest
from tests.campaigns.parts.clean_drawn import Job, Scan, Tally, each, run
from tests.pages import LAYOUTS, Scanner

SETS = (
    ("card-front", "card-back"),
    ("photo",),
    ("card-front",),
    ("a5", "photo-3x4"),
    ("card-front", "card-back", "photo"),
)
SIDES = ("left", "right", "top", "bottom")
_FAR_MM = 99.0  # of a thing that was not found


class Found(NamedTuple):
    """What was found on one glass."""

    right_count: bool
    corners_mm: tuple[float, ...]  # of each true thing, its worst
    lost_mm: float
    size_off_mm: float
    is_card: bool


def main() -> None:
    """The command."""
    run(__doc__, campaign, pages=10)


def campaign(
    first: int, *, pages: int, processes: int = 2, kept: Path | None = None
) -> Tally:  # fmt: skip
    """*pages* of each set and resolution."""
    tally = Tally()
    _tell(tally, "things", list(each(judge, _sets(first, pages), processes=processes, kept=kept)))
    white = list(each(judge, _white(first, pages), processes=processes, kept=kept))
    _tell(tally, "white cards under a white lid", white)
    missed = [f"{job.name} {job.seed}/{job.dpi}" for job, one in white if not one.is_card]
    tally.none("white cards not known as cards", missed, len(white))
    cut = list(each(judge_cut, _cut(first, pages), processes=processes, kept=kept))
    bad = [f"{job.seed}/{job.dpi} {dict(job.how)['place']}" for job, one in cut if not one[0]]
    tally.none("sheets that run out of the glass, not found as one thing", bad, len(cut))
    lost = [f"{job.seed}/{job.dpi}: {mm:.1f} mm" for job, (_, mm) in cut if mm > 1.0]
    tally.none("the same, more than 1 mm of the sheet lost", lost, len(cut))
    return tally


def _sets(first: int, count: int) -> list[Job]:
    return [
        Job("on_glass", names, first + n, dpi, (("layout", LAYOUTS[n % len(LAYOUTS)]),))
        for dpi in RESOLUTIONS
        for n in range(count)
        for names in SETS
    ]


def _white(first: int, count: int) -> list[Job]:
    jobs = []
    for n in range(count):
        seed = first + n
        scanner = replace(Scanner.any(random.Random(seed)), lid="white")
        for dpi in RESOLUTIONS:
            how = (("layout", LAYOUTS[n % len(LAYOUTS)]), ("scanner", scanner))
            jobs.append(Job("card", ("front", "back")[n // 2 % 2], seed, dpi, how))
    return jobs


def _cut(first: int, count: int) -> list[Job]:
    names = ("letter", "form", "table")
    return [
        Job("spoiled", "cut", first + n, dpi, (("place", SIDES[n % 4]), ("name", names[n % 3])))
        for dpi in RESOLUTIONS
        for n in range(count)
    ]


def judge(_job: Job, scan: Scan) -> Found:
    """One glass."""
    found = analyse(scan.jpeg, scan.dpi)
    corners, lost, sizes = [], 0.0, 0.0
    for true in scan.items:
        quads = [nearest(one.item.quad, true.quad) for one in found]
        offs = [corner_mm(quad, true.quad, scan.dpi) for quad in quads]
        best = int(np.argmin(offs))
        corners.append(min(offs[best], _FAR_MM))
        lost = max(lost, lost_mm(quads[best], true.quad, scan.dpi))
        item = found[best].item
        ours = sorted((item.width_mm, item.height_mm))
        theirs = sorted((true.width_mm, true.height_mm))
        sizes = max(sizes, *(abs(a - b) for a, b in zip(ours, theirs, strict=True)))
    is_card = found[0].item.snapped == "ID-1"
    return Found(len(found) == len(scan.items), tuple(corners), lost, sizes, is_card)


def judge_cut(_job: Job, scan: Scan) -> tuple[bool, float]:
    """Whether one thing was found, and how much was lost of what of it lies on the glass."""
    found = analyse(scan.jpeg, scan.dpi)
    with Image.open(BytesIO(scan.jpeg)) as image:
        wide, high = image.size
    a, b, c, d = ((min(max(x, 0), wide), min(max(y, 0), high)) for x, y in scan.only.quad)
    on_glass = (a, b, c, d)
    losses = [lost_mm(nearest(one.item.quad, on_glass), on_glass, scan.dpi) for one in found]
    return len(found) == 1, min(losses)


def _tell(tally: Tally, what: str, told: Sequence[tuple[Job, Found]]) -> None:
    counts = [f"{job.name} {job.seed}/{job.dpi}" for job, one in told if not one.right_count]
    tally.none(f"{what}: glasses with more or fewer things than there are", counts, len(told))
    corners = [mm for _, one in told for mm in one.corners_mm]
    tally.most(f"corners of {len(corners)} {what}, median mm", np.median(corners), 0.6)
    tally.most("the same, p95 mm", np.percentile(corners, 95), 1.2)
    tally.most("the same, worst mm", max(corners), 1.2)
    tally.most(f"most of one lost, mm, {what}", max(one.lost_mm for _, one in told), 0.6)
    tally.most(f"worst size, mm off, {what}", max(one.size_off_mm for _, one in told), 0.5)


if __name__ == "__main__":
    main()
