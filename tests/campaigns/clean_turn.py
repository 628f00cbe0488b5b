"""Which way up: what each of the three deciders says by itself, and what they say together.

``python -m tests.campaigns.clean_turn [--seed 5000] [--pages 8]`` draws so many of every paper in
each of the four turns: pages full of print, and such as leave the own test in doubt: titles with
a line or two, letters by hand, a single line. Of every page is told what the own test says, and
what tesseract says whether it would have been asked or not. Together: the own test, tesseract
where that is unsure, then the vote of a batch of ten sheets that lie the same way.

Photographs and cards are no text. Whatever tesseract would say of them, nobody may believe it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from appliance.core.paper.findings import Kind
from appliance.core.paper.turns import agreed
from appliance.imaging.geometry.osd_program import osd_is_here
from appliance.imaging.pipeline import analyse, with_osd
from tests.campaigns.parts.clean_drawn import Job, Scan, Tally, each, run

PRINTED = ("form", "letter", "table", "certificate", "letter-size", "a5")
DOUBTFUL = ("sparse", "by-hand")
LINE = "one-line"
TURNS = (0, 90, 180, 270)
BATCH = 10


class Said(NamedTuple):
    """Clockwise turns relative to the truth: 0 is right, None unsure."""

    own: int | None
    tesseract: int | None
    together: int | None


def main() -> None:
    """The command."""
    run(__doc__, campaign, pages=8)


def campaign(
    first: int, *, pages: int, processes: int = 2, kept: Path | None = None,
    papers: Sequence[str] = (*PRINTED, *DOUBTFUL), turns: Sequence[int] = TURNS,
) -> Tally:  # fmt: skip
    """*pages* of each of *papers* in each turn; tesseract's column only where it is installed."""
    tally = Tally()
    told: list[tuple[Job, Said]] = []
    for turn in turns:
        seeds = [(first + n, (200, 300)[n % 2]) for n in range(pages)]
        sheets = [Job("paper", name, *seed, (("turn", turn),)) for seed in seeds for name in papers]
        lines = [Job("near_blank", LINE, *seed) for seed in seeds]
        laid = [
            *each(judge, sheets, processes=processes, kept=kept),
            *each(partial(judge_laid, turn), lines, processes=processes, kept=kept),
        ]
        random.Random(first + turn).shuffle(laid)
        told += laid
    for name in (*papers, LINE):
        mine = [said for job, said in told if job.name == name]
        tally.add(f"{name}: own test", _counted([said.own for said in mine]))
        if osd_is_here():
            tally.add(f"{name}: tesseract", _counted([said.tesseract for said in mine]))
    every = [said for job, said in told if job.name != LINE]
    _tell(tally, "own test, printed pages", [s.own for j, s in told if j.name in PRINTED], 0.0)
    _tell(tally, "own test, all pages", [s.own for s in every], 0.0)
    if osd_is_here():
        _tell(tally, "tesseract alone, all pages", [s.tesseract for s in every], 0.0, wrong=True)
        asked = [s.tesseract for s in every if s.own is None]
        _tell(tally, "tesseract where the own test is unsure", asked, 0.0)
    _tell(tally, "own test, then tesseract", [s.together for s in every], 0.99)
    _tell(tally, "own test, then the vote; single lines too", _voted(told, own=True), 0.99)
    _tell(tally, "all three; single lines too", _voted(told, own=False), 0.99)
    things = [
        Job("on_glass", names, first + n, (200, 300)[n % 2])
        for n in range(pages)
        for names in (("photo",), ("card-front", "card-back", "photo"))
    ]
    seen = [
        s for _, those in each(judge_glass, things, processes=processes, kept=kept) for s in those
    ]
    wrong = [str(said) for said in seen if said]
    tally.none("photographs and cards turned wrongly by either", wrong, len(seen))
    return tally


def judge(_job: Job, scan: Scan) -> Said:
    """One page."""
    found = analyse(scan.jpeg, scan.dpi)[0]
    doubtful = with_osd(scan.jpeg, scan.dpi, replace(found, turn=None)) if osd_is_here() else found
    together = found.turn if found.turn is not None else doubtful.turn
    true = scan.only.turn
    return Said(*(_from(turn, true) for turn in (found.turn, doubtful.turn, together)))


def judge_laid(turn: int, job: Job, scan: Scan) -> Said:
    """One upright page, laid so that it needs *turn*."""
    with Image.open(BytesIO(scan.jpeg)) as image:
        laid = image.rotate(turn, expand=True)
    out = BytesIO()
    laid.save(out, "JPEG", quality=90)
    return judge(job, replace(scan, jpeg=out.getvalue(), items=(replace(scan.only, turn=turn),)))


def judge_glass(_job: Job, scan: Scan) -> list[int | None]:
    """How far from the truth each thing would be turned, by our test or else by tesseract."""
    off = []
    for found in analyse(scan.jpeg, scan.dpi):
        near = min(scan.items, key=lambda true: _apart(true.quad, found.item.quad))
        told = found
        if found.turn is None and found.item.kind not in (Kind.ID_CARD, Kind.PHOTO):
            told = with_osd(scan.jpeg, scan.dpi, found)
        off.append(_from(told.turn, near.turn))
    return off


def _apart(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> float:
    return sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in zip(one, other, strict=True))


def _from(turn: int | None, true: int) -> int | None:
    return None if turn is None else (turn - true) % 360


def _voted(told: Sequence[tuple[Job, Said]], *, own: bool) -> list[int | None]:
    """Batches of sheets that lie the same way, of all papers mixed."""
    voted: list[int | None] = []
    for start in range(0, len(told), BATCH):
        batch = [said.own if own else said.together for _, said in told[start : start + BATCH]]
        voted += agreed(batch)
    return voted


def _counted(turns: Sequence[int | None]) -> str:
    right, unsure = turns.count(0), turns.count(None)
    return f"{right} right, {unsure} unsure, {len(turns) - right - unsure} wrong"


def _tell(
    tally: Tally, what: str, turns: Sequence[int | None], least: float, *, wrong: bool = False
) -> None:
    """*wrong*: even a wrong answer is only told, for nobody goes by it alone."""
    right, unsure = turns.count(0), turns.count(None)
    held = right >= least * len(turns) and (wrong or right + unsure == len(turns))
    tally.add(f"{what}, of {len(turns)} (at least {least:.0%} right)", _counted(turns), held=held)


if __name__ == "__main__":
    main()
