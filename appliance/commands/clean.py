"""``tramhoso clean``: scans and photos into one small, straight, lasting PDF."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from appliance.commands.clean_threads import threads_here
from appliance.commands.whole_file import write_whole
from appliance.core.errors import FileError, PageDamaged, PdfTooBig, PictureTooLarge
from appliance.core.paper.findings import Kind
from appliance.wording import notice_for

if TYPE_CHECKING:  # numpy and Pillow are loaded when there is something to clean
    from appliance.imaging.cleaning import CleanInput

NOTHING_CLEANED, SOME_REFUSED, NOT_WRITTEN = 1, 3, 4
BUDGET_BYTES = 1_900_000
Refused = FileError | PageDamaged | PdfTooBig


@dataclass
class Batch:
    """What came of each input, in order."""

    pages: list[CleanInput] = field(default_factory=list)
    refused: list[tuple[Path, int | None, Refused]] = field(default_factory=list)


@click.command(short_help="Clean scanned or photographed papers.")
@click.argument(
    "sources",
    metavar="IN...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice([k.value for k in Kind]), default="auto")
@click.option("--budget", type=click.IntRange(min=20_000), default=BUDGET_BYTES, show_default=True)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Findings as JSON.")
@click.option("--keep-blank", is_flag=True, help="Blank pages go into OUT too.")
@click.option("--text", is_flag=True, help="What the pages say can be searched and copied.")
@click.option(
    "--threads",
    type=click.IntRange(1, 16),
    help="Pages at once. [default: 2 where two cores and 1 GB of memory are free, else 1]",
)
def clean(
    *,
    sources: tuple[Path, ...],
    out: Path,
    kind: str,
    budget: int,
    report: Path | None,
    keep_blank: bool,
    text: bool,
    threads: int | None,
) -> None:
    """Straighten, crop, even and shrink IN... (JPEG, PNG, TIFF, PNM, HEIC, PDF) into OUT, a PDF.

    Blank pages are left out and named, and so is what somebody should look at. What is over
    the budget even at the floor of its kind becomes "OUT phan 1-2.pdf" and "OUT phan 2-2.pdf".
    Ends with 1 when nothing could be cleaned, 3 when some inputs were refused and OUT holds
    the others, 4 when a file could not be written.
    """
    logging.getLogger("pikepdf").setLevel(logging.WARNING)
    began = time.monotonic()
    at_once = threads or threads_here()
    batch = _cleaned(sources, Kind(kind), at_once, keep_blank=keep_blank)
    written = _bound(batch, out, budget, keep_blank=keep_blank, text=text and _may_read())
    if report is not None:
        from appliance.commands.clean_report import told

        content = told(batch, written, time.monotonic() - began)
        _write(report, json.dumps(content, ensure_ascii=False, indent=1).encode())
    for line in _seen(batch, keep_blank=keep_blank):
        click.echo(line, err=True)
    for path, number, error in batch.refused:
        page = "" if number is None else f", page {number}"
        click.echo(f"{error.code}: {path}{page}: {notice_for(error).what}", err=True)
    if len(written) > 1:
        names = ", ".join(str(path) for path, _ in written)
        click.echo(f"over {budget} bytes, so in {len(written)} parts: {names}", err=True)
    if batch.refused:
        sys.exit(SOME_REFUSED if written else NOTHING_CLEANED)
    if not written:
        click.echo("every page is blank; --keep-blank keeps them", err=True)
        sys.exit(NOTHING_CLEANED)


def _cleaned(sources: tuple[Path, ...], kind: Kind, threads: int, *, keep_blank: bool) -> Batch:
    """Every page of every source. One that cannot be read does not stop the others."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its threads only spin
    from appliance.imaging.child.thrift import be_thrifty, give_back
    from appliance.imaging.cleaning import clean_input
    from appliance.imaging.formats.opening import count_pages

    be_thrifty()
    batch = Batch()

    def each() -> Iterator[tuple[Path, int | None, Callable[[], CleanInput]]]:
        for source in sources:
            try:
                pages = count_pages(source)
            except FileError as error:
                yield source, None, _raising(error)
                continue
            for number in range(1, pages + 1):
                yield (
                    source,
                    number,
                    partial(clean_input, source, number, kind, keep_blank=keep_blank),
                )

    with ThreadPoolExecutor(threads) as pool:
        asked = [(source, number, pool.submit(work)) for source, number, work in each()]
        for source, number, answer in asked:
            try:
                batch.pages.append(answer.result())
            except (FileError, PageDamaged) as error:
                batch.refused.append((source, number, error))
            except MemoryError:
                refusal = PictureTooLarge(f"{source.name}: not enough memory")
                batch.refused.append((source, number, refusal))
    give_back()  # the PDF's libraries need 12 MB, and would stand on top of the pictures' room
    return batch


def _seen(batch: Batch, *, keep_blank: bool) -> Iterator[str]:
    """A line for each page that was left out, and for each thing that a person should see to."""
    from appliance.wording.findings import advice_for

    for page in batch.pages:
        where = f"{page.source}, page {page.number}"
        blank = sum(item.found.blank.is_blank for item in page.items)
        if blank and not keep_blank:
            what = "blank" if blank == len(page.items) else f"{blank} of {len(page.items)} blank"
            yield f"left out: {where}: {what}; --keep-blank keeps it"
        for warn in (*page.warnings, *(w for item in page.items for w in item.found.warnings)):
            yield f"{warn.code}: {where}: {advice_for(warn).what}"


def _raising(error: FileError) -> Callable[[], CleanInput]:
    def raise_it() -> CleanInput:
        raise error

    return raise_it


def _may_read() -> bool:
    """Say so where no texts can be read; the pages are good without."""
    from appliance.commands.clean_text import why_no_text

    why = why_no_text()
    if why is not None:
        click.echo(f"without text: {why}", err=True)
    return why is None


def _bound(
    batch: Batch, out: Path, budget: int, *, keep_blank: bool, text: bool
) -> list[tuple[Path, int]]:
    """Write OUT, or its parts; each path with its size."""
    from appliance.commands.clean_sides import sides_of
    from appliance.commands.clean_text import with_text
    from appliance.papers.fitting import part_file_stem, part_title, shrunk_to_fit
    from appliance.papers.pdf import make_pdf

    sides = sides_of(batch.pages, keep_blank=keep_blank)
    while sides:
        try:
            parts = shrunk_to_fit(sides, budget)
            break
        except PdfTooBig as error:  # one page alone: it is named, the others go on
            heaviest = max(sides, key=lambda side: side.plated.size_bytes)
            sides.remove(heaviest)
            batch.refused.append((heaviest.source, heaviest.number, error))
    else:
        return []
    written = []
    for number, part in enumerate(parts, start=1):
        pages = with_text(part, budget) if text else part
        stem = part_file_stem(out.stem, number, len(parts))
        path = out.with_name(stem + out.suffix)
        content = make_pdf(pages, part_title(out.stem, number, len(parts)))
        _write(path, content)
        written.append((path, len(content)))
    return written


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        click.echo(f"{path}: {error.strerror}", err=True)
        sys.exit(NOT_WRITTEN)
