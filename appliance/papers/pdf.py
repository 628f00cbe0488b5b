"""One paper becomes one PDF: its pages as they are plated, true to size. The one writer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from appliance.core.paper.plates import Coding, PlatedPage

BUDGET_BYTES = 1_900_000
"""The portal refuses 2 MB; this leaves room whichever way it counts a megabyte."""


def make_pdf(
    pages: Sequence[PlatedPage], title: str, made_at: datetime | None = None, *, part: int = 2
) -> bytes:
    """A PDF/A-2b (or 1b) of *pages* in order. The same input gives the same bytes.

    Every plate is decoded in full before it goes in, and compared, byte for byte, after it was
    written. Without *made_at* the PDF carries no date.

    Raises:
        PageDamaged: a plate is not wholly there; nothing is returned then.
        ValueError: no pages, or a JPEG that is neither grey nor RGB.
    """
    if not pages:
        raise ValueError("a paper without pages")
    # 20 MB of libraries: only who makes a PDF pays for them, not everybody who knows the words
    from appliance.papers.archive import finished  # noqa: PLC0415
    from appliance.plates import check_plate  # noqa: PLC0415

    plates = [plate for page in pages for plate in page.plates]
    for plate in plates:
        check_plate(plate)
    contents = [plate.content for plate in plates]
    return finished(_laid_out(pages), contents, title, made_at, pages=len(pages), part=part)


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF of ours has."""
    from appliance.papers import archive  # noqa: PLC0415  as above

    return archive.count_pages(pdf)


def _laid_out(pages: Sequence[PlatedPage]) -> bytes:
    """Scans one behind the other are img2pdf's; stencils, places and unseen words it cannot do."""
    if all(_is_bare_scan(page) for page in pages):
        from appliance.papers.binding import bound  # noqa: PLC0415  as above

        return bound(pages)
    from appliance.papers.plain import laid_out  # noqa: PLC0415  as above

    return laid_out(pages)


def _is_bare_scan(page: PlatedPage) -> bool:
    if len(page.plates) != 1 or page.text is not None:
        return False
    (plate,) = page.plates
    return plate.coding is Coding.JPEG and plate.place is None and plate.clip is None
