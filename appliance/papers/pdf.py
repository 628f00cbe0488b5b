"""One paper becomes one PDF: the scans untouched inside, true to size, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.core.errors import PdfTooBig
from appliance.core.rendition import LADDER, Rendition, Rung

BUDGET_BYTES = 1_900_000
"""The portal refuses 2 MB; this leaves room whichever way it counts a megabyte."""

Render = Callable[[bytes, Rung, int, int], Rendition]
"""``imaging.render.render`` or ``Cleaner.render``: master, rung, master's dpi, clockwise turn."""

Make = Callable[[Sequence["PdfPage"], str, datetime | None], bytes]
"""``make_pdf`` here, or ``apart.make_pdf_apart`` in a child."""


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One side as it goes in: a grey or RGB JPEG and the resolution that makes it true to size."""

    jpeg: bytes
    resolution_dpi: int


@dataclass(frozen=True, slots=True)
class PageSource:
    """Where one page comes from. The callables are called late, one page at a time.

    *ready* gives the rendition on the first rung, if it was kept: most papers need no other.
    """

    master: Callable[[], bytes]
    resolution_dpi: int  # of the master
    turn: int = 0  # degrees clockwise, still to be carried out on the master
    ready: Callable[[], PdfPage] | None = None


@dataclass(frozen=True, slots=True)
class Pdf:
    """A finished paper."""

    content: bytes
    pages: int
    rung: Rung


def make_pdf(pages: Sequence[PdfPage], title: str, made_at: datetime | None = None) -> bytes:
    """A PDF/A-2b of *pages* in order. The same input gives the same bytes.

    Every page is decoded before it goes in and compared, byte for byte, after it is written.
    Without *made_at* the PDF carries no date.

    Raises:
        PageDamaged: a page is not wholly there; nothing is returned then.
        ValueError: no pages, or one that is neither grey nor RGB: render it first.
    """
    if not pages:
        raise ValueError("a paper without pages")
    # 20 MB of libraries: only who makes a PDF pays for them, not everybody who knows the words
    from appliance.papers.archive import finished  # noqa: PLC0415
    from appliance.papers.binding import bound  # noqa: PLC0415

    jpegs = [page.jpeg for page in pages]
    plain = bound(jpegs, [page.resolution_dpi for page in pages])
    return finished(plain, jpegs, title, made_at)


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF of ours has."""
    from appliance.papers import archive  # noqa: PLC0415  as above

    return archive.count_pages(pdf)


def fit_pdf(
    pages: Sequence[PageSource],
    title: str,
    *,
    render: Render,
    make: Make = make_pdf,
    budget_bytes: int = BUDGET_BYTES,
    made_at: datetime | None = None,
) -> Pdf:
    """The best-looking PDF of *pages* that is not over *budget_bytes*.

    All pages stand on the same rung. Memory is bounded by the budget and one master: a rung
    is given up as soon as its pages are over.

    Raises:
        PdfTooBig: even the last rung is over; nothing is lost, the masters are as they were.
        PageDamaged: a master does not decode.
    """
    for rung in LADDER:
        small = _on_rung(pages, rung, render, budget_bytes)
        if small is None:
            continue
        content = make(small, title, made_at)
        if len(content) <= budget_bytes:
            return Pdf(content, len(pages), rung)
    raise PdfTooBig(f"{len(pages)} pages are over {budget_bytes} bytes on every rung")


def _on_rung(
    pages: Sequence[PageSource], rung: Rung, render: Render, budget_bytes: int
) -> list[PdfPage] | None:
    """All pages on *rung*, or None once they are over the budget."""
    made: list[PdfPage] = []
    total = 0
    for page in pages:
        if page.ready is not None and rung is LADDER[0]:
            made.append(page.ready())
        else:
            rendition = render(page.master(), rung, page.resolution_dpi, page.turn)
            made.append(PdfPage(rendition.jpeg, rendition.resolution_dpi))
        total += len(made[-1].jpeg)
        if total > budget_bytes:
            return None
    return made
