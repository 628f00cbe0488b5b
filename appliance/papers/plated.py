"""A paper of plated pages becomes one PDF/A."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from appliance.core.plates import PlatedPage
from appliance.papers.plain import laid_out


def make_plated_pdf(
    pages: Sequence[PlatedPage], title: str, made_at: datetime | None = None, *, part: int = 2
) -> bytes:
    """A PDF/A-2b (or 1b) of *pages* in order. The same input gives the same bytes.

    Every plate is decoded in full before it goes in, and compared, byte for byte, after it
    was written.

    Raises:
        PageDamaged: a plate is not wholly there; nothing is returned then.
        ValueError: no pages.
    """
    if not pages:
        raise ValueError("a paper without pages")
    # Pillow and pikepdf weigh 20 MB: only who makes a PDF pays for them
    from appliance.papers.archive import finished  # noqa: PLC0415
    from appliance.plates import check_plate  # noqa: PLC0415

    plates = [plate for page in pages for plate in page.plates]
    for plate in plates:
        check_plate(plate)
    contents = [plate.content for plate in plates]
    return finished(laid_out(pages), contents, title, made_at, pages=len(pages), part=part)
