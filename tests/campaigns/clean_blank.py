"""Empty sides are found, and no side on which somebody left anything is called empty.

``python -m tests.campaigns.clean_blank [--seed 5000] [--pages 26] [--backs 13]``: so many of each
at 200 and at 300 dpi in turn: empty sides with ink from behind, specks, holes, a staple, folds or a
tint, and sides with a page number, a signature, one line, pencil, a pale stamp or initials alone.
Then the backs of so many dark pages on thin paper, whose ink comes through at 8 to 26 %, with
each of these; judged alone and with their front beside them.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from appliance.imaging.doubts.blank import OtherSide
from appliance.imaging.geometry.sheets import find_items
from appliance.imaging.pipeline import analyse
from appliance.imaging.sight import Sight, sight_of
from tests import pages as drawn
from tests.campaigns.parts.clean_drawn import Job, Scan, Tally, each, run

FRONTS = ("form", "letter", "table", "certificate", "by-hand", "sparse")
DEPTHS = (0.08, 0.14, 0.2, 0.26)
KINDS = (*drawn.TRUE_BLANKS, *drawn.NEAR_BLANKS)


def main() -> None:
    """The command."""
    run(__doc__, campaign, pages=26, backs=13)


def campaign(
    first: int,
    *,
    pages: int,
    backs: int,
    kinds: Collection[str] = KINDS,
    processes: int = 2,
    kept: Path | None = None,
) -> Tally:
    """*pages* of each of *kinds*, and the backs of as many sheets as *backs* says with each."""
    tally = Tally()
    told = list(each(judge, _sides(first, pages, kinds), processes=processes, kept=kept))
    _tell(tally, told, "sides by themselves", 0.98)
    judged = list(each(judge_back, _backs(first, backs, kinds), processes=processes, kept=kept))
    with_front = [(job, both) for job, (_, both) in judged]
    _tell(tally, with_front, "backs with their front", 0.9)
    alone = [is_blank for job, (is_blank, _) in judged if _is_empty(job)]
    tally.add("the same empty backs by themselves", f"{sum(alone)} of {len(alone)}")
    return tally


def _sides(first: int, count: int, kinds: Collection[str]) -> list[Job]:
    jobs = []
    for n in range(count):
        seed, dpi = first + n, (200, 300)[n % 2]
        for how in kinds:
            what = "true_blank" if how in drawn.TRUE_BLANKS else "near_blank"
            jobs.append(Job(what, how, seed, dpi))
    return jobs


def _backs(first: int, count: int, kinds: Collection[str]) -> list[Job]:
    return [
        Job(
            "duplex", FRONTS[n % len(FRONTS)], first + n, (200, 300)[n % 2],
            (("back", back), ("depth", DEPTHS[n // 2 % 4])),
        )
        for n in range(count)
        for back in kinds
    ]  # fmt: skip


def judge(_job: Job, scan: Scan) -> bool:
    """Whether the side is called empty, as the whole pipeline sees it."""
    return analyse(scan.jpeg, scan.dpi)[0].blank.is_blank


def judge_back(_job: Job, back: Scan) -> tuple[bool, bool]:
    """Whether a back is called empty by itself, and beside its front."""
    assert back.front is not None
    alone = analyse(back.jpeg, back.dpi)[0].blank.is_blank
    other = _other_side(sight_of(back.front, back.dpi))
    return alone, analyse(back.jpeg, back.dpi, other=other)[0].blank.is_blank


def _other_side(sight: Sight) -> OtherSide:
    """As the cleaning child makes it."""
    things = find_items(sight.look, sight.look_dpi)
    quad = things[0].item.quad if len(things) == 1 else None
    return OtherSide(sight.look, sight.look_dpi, quad)


def _is_empty(job: Job) -> bool:
    how = dict(job.how).get("back", job.name)
    return how in drawn.TRUE_BLANKS


def _tell(tally: Tally, told: list[tuple[Job, bool]], what: str, least: float) -> None:
    near = [(job, is_blank) for job, is_blank in told if not _is_empty(job)]
    lost = [
        f"{dict(job.how).get('back', job.name)} {job.seed}/{job.dpi}" for job, is_ in near if is_
    ]
    tally.none(f"{what}: not empty and called so", lost, len(near))
    empty = [is_blank for job, is_blank in told if _is_empty(job)]
    tally.share(f"{what}: empty and found", sum(empty), len(empty), least)


if __name__ == "__main__":
    main()
