"""Drawn scans for the clean campaigns: made and judged two at a time, kept when that is asked for.

A campaign lists jobs, judges each in a process of its own and adds the answers up. Seeds below
5000 were used for tuning; a campaign begins at 5000 or above, and ends with 1 when a figure that
was promised is not reached.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tests import pages
from tests.pages.truth import Page, TrueItem

Answer = TypeVar("Answer")


class Job(NamedTuple):
    """One scan: *draw* is a function of ``tests.pages``, *how* what it is called with."""

    draw: str
    name: str | tuple[str, ...]
    seed: int
    dpi: int
    how: tuple[tuple[str, Any], ...] = ()

    def drawn(self) -> Page | tuple[Page, Page]:
        """The page; of "duplex" the front and the back."""
        made: Page | tuple[Page, Page]
        made = getattr(pages, self.draw)(self.name, self.seed, self.dpi, **dict(self.how))
        return made


@dataclass(frozen=True)
class Scan:
    """A drawn scan as the scan child hands it over, and what is true of it."""

    jpeg: bytes
    dpi: int
    items: tuple[TrueItem, ...]
    lid: str
    front: bytes | None = None  # of a back: the sheet's other side, from the same pass

    @property
    def only(self) -> TrueItem:
        """The single thing on it."""
        (item,) = self.items
        return item


@dataclass
class Tally:
    """Figures with what they must reach; printed as lines of a table."""

    rows: list[tuple[str, str, bool]] = field(default_factory=list)

    def add(self, what: str, figure: str, *, held: bool = True) -> None:
        """One line; *held* is False where the figure misses what was promised."""
        self.rows.append((what, figure, held))

    def most(self, what: str, value: float, limit: float, digits: int = 3) -> None:
        """*value* must not pass *limit*."""
        self.add(f"{what} (at most {limit:g})", f"{value:.{digits}f}", held=value <= limit)

    def share(self, what: str, good: int, of: int, least: float) -> None:
        """*good* of so many must be *least* of all or more."""
        self.add(f"{what} (at least {least:.0%})", f"{good} of {of}", held=good >= least * of)

    def none(self, what: str, found: Sequence[str], of: int) -> None:
        """Nothing may be found; what was is named."""
        shown = f": {'; '.join(found[:12])}" if found else ""
        self.add(f"{what} (none)", f"{len(found)} of {of}{shown}", held=not found)

    @property
    def held(self) -> bool:
        """Whether every promise was kept."""
        return all(held for _, _, held in self.rows)

    def told(self) -> str:
        """The table."""
        lines = ["| what | figure | held |", "|---|---|---|"]
        lines += [
            f"| {what} | {figure} | {'yes' if ok else 'NO'} |" for what, figure, ok in self.rows
        ]
        return "\n".join(lines)


def each(
    judge: Callable[[Job, Scan], Answer],
    jobs: Iterable[Job],
    *,
    processes: int = 2,
    kept: Path | None = None,
) -> Iterator[tuple[Job, Answer]]:
    """Every job with what *judge*, a module's function, says of its scan; in order.

    *kept* is a folder in which scans stay, so that a changed rule is tried again in a tenth of
    the time.
    """
    listed = list(jobs)
    work = partial(_judged, judge, kept)
    if processes == 1:
        yield from zip(listed, map(work, listed), strict=True)
        return
    # fork would copy a test runner's threads and its locks
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context) as pool:
        yield from zip(listed, pool.map(work, listed), strict=True)


def run(about: str | None, campaign: Callable[..., Tally], seed: int = 5000, **often: int) -> None:
    """The command line of a campaign: ``--seed``, a count or two, ``--processes``, ``--keep``."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=seed, help=f"the first; default: {seed}")
    for name, count in often.items():
        parser.add_argument(f"--{name}", type=int, default=count, help=f"default: {count}")
    parser.add_argument("--processes", type=int, default=2, help="default: 2")
    parser.add_argument("--keep", type=Path, help="a folder in which the drawn scans stay")
    asked = vars(parser.parse_args())
    tally = campaign(asked.pop("seed"), kept=asked.pop("keep"), **asked)
    print(tally.told())  # noqa: T201 - the figures that a campaign is for
    sys.exit(not tally.held)


def _judged(judge: Callable[[Job, Scan], Answer], kept: Path | None, job: Job) -> Answer:
    return judge(job, scan_of(job, kept))


def scan_of(job: Job, kept: Path | None = None) -> Scan:
    """*job* drawn, or as it was drawn before."""
    file = None if kept is None else kept / f"{_label(job)}.pickle"
    if file is not None and file.exists():
        scan: Scan = pickle.loads(file.read_bytes())
        return scan
    drawn = job.drawn()
    front, page = (None, drawn) if isinstance(drawn, Page) else drawn
    behind = None if front is None else front.jpeg()
    scan = Scan(page.jpeg(), page.dpi, page.items, page.lid, behind)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}")
        part.write_bytes(pickle.dumps(scan))
        part.rename(file)
    return scan


def _label(job: Job) -> str:
    name = job.name if isinstance(job.name, str) else "+".join(job.name)
    how = "".join(f"-{value}" for _, value in job.how)
    return f"{job.draw}-{name}-{job.seed}-{job.dpi}{how}".replace("/", "|")
