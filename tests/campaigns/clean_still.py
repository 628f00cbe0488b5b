"""Nothing is ever turned wrongly: nearly empty sides, cards, photos, pages that lie straight.

``python -m tests.campaigns.clean_still [--seed 5000] [--pages 20]`` draws so many of each kind at
200 and at 300 dpi in turn: empty sides, sides with a signature or a page number or a pale stamp
alone, photos and cards on the glass, and every paper lying straight.

A thing is turned wrongly when it is turned at all and comes out leaning by more than 0.15°, or
when it is turned by a quarter or a half and that is not its truth. A blank side is left as it
lies: nobody can tell, and nobody reads it.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

from appliance.imaging.pipeline import analyse
from tests import pages
from tests.campaigns.clean_sheets import off_deg
from tests.campaigns.parts.clean_drawn import Job, Scan, Tally, each, run
from tests.pages.truth import middle

MOST_DEG = 0.15
GLASS = (("photo",), ("photo-3x4", "a5"), ("card-front", "card-back", "photo"))
STRAIGHT = (("form", 0.0), ("table", 4.0), ("certificate", 0.0), ("by-hand", 0.0))


class Turned(NamedTuple):
    """One thing that may have been turned."""

    name: str
    lay_deg: float
    comes_out_deg: float
    by_deg: float
    turn_right: bool


def main() -> None:
    """The command."""
    run(__doc__, campaign, pages=20)


def campaign(first: int, *, pages: int, processes: int = 2, kept: Path | None = None) -> Tally:
    """*pages* of each kind."""
    tally = Tally()
    told = list(each(judge, _jobs(first, pages), processes=processes, kept=kept))
    kinds: dict[str, list[tuple[Job, Turned]]] = {}
    for job, things in told:
        for thing in things:
            kinds.setdefault(_kind(job), []).append((job, thing))
    for kind, those in kinds.items():
        wrong = [
            f"{one.name} {job.seed}/{job.dpi}: lay {one.lay_deg:.2f}°, out {one.comes_out_deg:.2f}°"
            for job, one in those
            if one.by_deg and one.comes_out_deg > MOST_DEG
        ]
        tally.none(f"{kind}: turned and leaning by more than {MOST_DEG}°", wrong, len(those))
        flipped = [f"{one.name} {job.seed}/{job.dpi}" for job, one in those if not one.turn_right]
        tally.none(f"{kind}: turned by a wrong quarter", flipped, len(those))
    every = [one for _, things in told for one in things]
    tally.add("things in all", str(len(every)))
    turned = [one.comes_out_deg for one in every if one.by_deg]
    tally.add(
        f"worst lean of the {len(turned)} that were turned, °", f"{max(turned, default=0):.3f}"
    )
    return tally


def _jobs(first: int, count: int) -> list[Job]:
    jobs = []
    for n in range(count):
        seed, dpi = first + n, (200, 300)[n % 2]
        jobs += [Job("true_blank", how, seed, dpi) for how in pages.TRUE_BLANKS]
        jobs += [Job("near_blank", how, seed, dpi) for how in pages.NEAR_BLANKS]
        jobs += [Job("on_glass", names, seed, dpi) for names in GLASS]
        jobs += [
            Job("paper", name, seed, dpi, (("angle_deg", 0.0), ("margin_mm", margin)))
            for name, margin in (
                ("form", 0.0),
                ("table", 4.0),
                ("certificate", 0.0),
                ("by-hand", 0.0),
            )
        ]
    return jobs


def _kind(job: Job) -> str:
    return {
        "true_blank": "empty sides",
        "near_blank": "next to nothing on it",
        "on_glass": "things on the glass",
        "paper": "papers that lie straight",
    }[job.draw]


def judge(job: Job, scan: Scan) -> list[Turned]:
    """Every true thing, with what was found where it lies."""
    found = analyse(scan.jpeg, scan.dpi)
    told = []
    for true in scan.items:
        near = min(found, key=lambda one: math.dist(middle(true.quad), middle(one.item.quad)))
        right = near.turn in (None, true.turn) or (true.blank and near.turn == 0)
        out = off_deg(near.angle_deg, true.angle_deg)
        told.append(Turned(true.name, abs(true.angle_deg), out, abs(near.angle_deg), right))
    return told


if __name__ == "__main__":
    main()
