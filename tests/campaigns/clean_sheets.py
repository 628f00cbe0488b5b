"""Sheets out of a feeder: straight, cut from the lid, upright, at their true size.

``python -m tests.campaigns.clean_sheets [--seed 5000] [--pages 200]`` draws so many sheets at 200
and as many at 300 dpi, every paper of the generator in turn, in all four turns and up to 5°
crooked; a fifth as many again up to 15°.

A corner is off by the distance between where it is and where it was found, the worst of four.
What is lost is how far a found edge lies within the sheet. Handwriting has no straight lines: it
has lines of its own.
"""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import NamedTuple

import numpy as np

from appliance.core.paper.findings import Quad
from appliance.imaging.pipeline import analyse
from tests.campaigns.parts.clean_drawn import Job, Scan, Tally, each, run

NAMES = ("form", "letter", "table", "sparse", "certificate", "a5", "letter-size", "by-hand")
RESOLUTIONS = (200, 300)


class Seen(NamedTuple):
    """What was found of one sheet, beside the truth."""

    items: int
    lean_off_deg: float
    corner_mm: float
    lost_mm: float
    size_off_mm: float
    snapped: bool
    turn: str  # "right", "wrong" or "unsure"
    pointed_out: bool


def main() -> None:
    """The command."""
    run(__doc__, campaign, pages=200)


def campaign(
    first: int, *, pages: int, processes: int = 2, kept: Path | None = None,
    resolutions: tuple[int, ...] = RESOLUTIONS,
) -> Tally:  # fmt: skip
    """*pages* sheets at each of *resolutions*, and a fifth as many very crooked ones."""
    tally = Tally()
    for dpi in resolutions:
        told = list(each(judge, _sheets(first, pages, dpi), processes=processes, kept=kept))
        _tell(tally, told, f"{dpi} dpi")
        crooked = _crooked(first, max(1, pages // 5), dpi)
        _tell_crooked(
            tally, list(each(judge, crooked, processes=processes, kept=kept)), f"{dpi} dpi"
        )
    return tally


def _sheets(first: int, count: int, dpi: int) -> list[Job]:
    return [
        Job("paper", NAMES[n % len(NAMES)], first + n, dpi, (("turn", 90 * (n // 8 % 4)),))
        for n in range(count)
    ]


def _crooked(first: int, count: int, dpi: int) -> list[Job]:
    """Up to 15°, with room for the corners."""
    return [
        Job(
            "paper", NAMES[n % 7], first + n, dpi,
            (("angle_deg", random.Random(first + n).uniform(-15, 15)), ("margin_mm", 12.0)),
        )
        for n in range(count)
    ]  # fmt: skip


def judge(job: Job, scan: Scan) -> Seen:
    """One sheet."""
    true = scan.only
    found = analyse(scan.jpeg, scan.dpi)
    first = found[0]
    turn = "unsure" if first.turn is None else "right" if first.turn == true.turn else "wrong"
    quad = nearest(first.item.quad, true.quad)
    item = first.item
    return Seen(
        len(found),
        off_deg(first.angle_deg, true.angle_deg),
        corner_mm(quad, true.quad, scan.dpi),
        lost_mm(quad, true.quad, scan.dpi),
        max(abs(item.width_mm - true.width_mm), abs(item.height_mm - true.height_mm)),
        item.snapped is not None,
        turn,
        any(warning.code == "very-crooked" for warning in first.warnings),
    )


def off_deg(found: float, true: float) -> float:
    """How far apart two leans are; a thing turned by a quarter leans the same."""
    off = abs(found - true) % 90
    return min(off, 90 - off)


def nearest(found: Quad, true: Quad) -> Quad:
    """*found* begun at the corner that fits *true* best."""
    rolled = [found[n:] + found[:n] for n in range(4)]
    a, b, c, d = min(rolled, key=lambda quad: max(map(math.dist, quad, true)))
    return a, b, c, d


def corner_mm(found: Quad, true: Quad, dpi: int) -> float:
    """Of the worst corner."""
    return max(map(math.dist, found, true)) / dpi * 25.4


def lost_mm(found: Quad, true: Quad, dpi: int) -> float:
    """How far the sheet reaches beyond what is kept of it."""
    far = 0.0
    for n in range(4):
        (ax, ay), (bx, by) = found[n], found[(n + 1) % 4]
        for x, y in (true[n], true[(n + 1) % 4]):
            across = (x - ax) * (by - ay) - (y - ay) * (bx - ax)
            far = max(far, across / (math.dist((ax, ay), (bx, by)) or 1.0))
    return far / dpi * 25.4


def _tell(tally: Tally, told: list[tuple[Job, Seen]], where: str) -> None:
    seen = [one for _, one in told]
    print_ = [one for job, one in told if job.name != "by-hand"]
    hand = [one for job, one in told if job.name == "by-hand"]
    if print_:
        leans = [one.lean_off_deg for one in print_]
        tally.most(f"lean of {len(print_)} printed sheets, mean °, {where}", np.mean(leans), 0.02)
        tally.most(f"the same, worst °, {where}", max(leans), 0.15)
    if hand:
        worst = max(one.lean_off_deg for one in hand)
        tally.most(f"lean of {len(hand)} sheets by hand, worst °, {where}", worst, 0.5)
    corners = [one.corner_mm for one in seen]
    tally.most(f"corners of {len(seen)} sheets, median mm, {where}", np.median(corners), 0.6)
    tally.most(f"the same, p95 mm, {where}", np.percentile(corners, 95), 1.2)
    tally.add(f"the same, worst mm, {where}", f"{max(corners):.2f}")
    tally.most(f"most of a sheet lost, mm, {where}", max(one.lost_mm for one in seen), 1.0)
    sizes = [f"{job.name} {job.seed}" for job, one in told if one.size_off_mm > 0.5]
    tally.none(f"sizes more than 0.5 mm off, {where}", sizes, len(seen))
    counts = [f"{job.name} {job.seed}: {one.items}" for job, one in told if one.items != 1]
    tally.none(f"sheets taken for more than one thing, {where}", counts, len(seen))
    wrong = [f"{job.name} {job.seed}" for job, one in told if one.turn == "wrong"]
    tally.none(f"turned wrongly by the own test, {where}", wrong, len(seen))
    right = sum(one.turn == "right" for one in seen)
    tally.share(f"upright by the own test alone, {where}", right, len(seen), 0.85)
    alarms = [f"{job.name} {job.seed}" for job, one in told if one.pointed_out]
    tally.add(f"pointed out as very crooked though within 5°, {where}", str(len(alarms)))


def _tell_crooked(tally: Tally, told: list[tuple[Job, Seen]], where: str) -> None:
    leans = [one.lean_off_deg for _, one in told]
    tally.most(f"lean of {len(told)} sheets within 15°, mean °, {where}", np.mean(leans), 0.02)
    tally.most(f"the same, worst °, {where}", max(leans), 0.15)
    missed = []
    for job, one in told:
        lean = abs(dict(job.how)["angle_deg"])
        if abs(lean - 5) > 0.15 and one.pointed_out != (lean > 5):
            missed.append(f"{job.name} {job.seed}: {lean:.1f}°, said {one.pointed_out}")
    tally.none(f"beyond 5° and not pointed out, or the other way round, {where}", missed, len(told))


if __name__ == "__main__":
    main()
