"""Pages of PDFs that people bring, as pictures. The only file that knows pypdfium2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import pypdfium2
from PIL import Image

from appliance.core.errors import FileDamaged, PdfLocked, PictureTooLarge
from appliance.jpeg import MAX_PIXELS

_TEXT, _IMAGE = 1, 3  # FPDF_PAGEOBJ_TEXT, FPDF_PAGEOBJ_IMAGE
_INVISIBLE = 3  # FPDF_TEXTRENDERMODE_INVISIBLE
_LEAST_DPI, _MOST_DPI, _USUAL_DPI = 150, 600, 300
_POINTS_PER_INCH = 72
_ONE_AT_A_TIME = Lock()  # PDFium knows no threads


def count(path: Path) -> int:
    """How many pages.

    Raises:
        PdfLocked: it asks for a password.
        FileDamaged: it is not wholly there, or has no page.
    """
    with _ONE_AT_A_TIME, _document(path) as document:
        pages = len(document)
    if pages < 1:
        raise FileDamaged(f"{path.name}: no page")
    return pages


def rendered(path: Path, number: int) -> tuple[Image.Image, int, bool]:
    """Page *number*, counted from 1, its dpi: that of the largest scan on it, and whether it
    has text that is seen, set and not scanned.

    Raises:
        PdfLocked, FileDamaged: as ``count``.
        PictureTooLarge: the page is larger than any paper.
    """
    with _ONE_AT_A_TIME, _document(path) as document:
        page = document[number - 1]
        dpi = _resolution(page)
        width, height = (side / _POINTS_PER_INCH * dpi for side in page.get_size())
        if width * height > MAX_PIXELS:
            raise PictureTooLarge(f"{path.name}: {width:.0f} x {height:.0f}")
        picture = page.render(scale=dpi / _POINTS_PER_INCH).to_pil().convert("RGB")
        return picture, dpi, _has_set_text(page)


def _has_set_text(page: pypdfium2.PdfPage) -> bool:
    """What a text recogniser laid unseen over a scan is no loss; letters that are seen are."""
    mode = pypdfium2.raw.FPDFTextObj_GetTextRenderMode
    return any(
        mode(thing.raw) != _INVISIBLE for thing in page.get_objects(filter=[_TEXT], max_depth=3)
    )


def _resolution(page: pypdfium2.PdfPage) -> int:
    best = 0.0
    for thing in page.get_objects(filter=[_IMAGE], max_depth=3):
        left, _, right, _ = thing.get_bounds()
        if right > left:
            width_px, _ = thing.get_px_size()
            best = max(best, width_px / (right - left) * _POINTS_PER_INCH)
    return min(max(round(best), _LEAST_DPI), _MOST_DPI) if best else _USUAL_DPI


@contextmanager
def _document(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).casefold()
        raise (PdfLocked if locked else FileDamaged)(f"{path.name}: {error}") from error
    try:
        yield document
    except pypdfium2.PdfiumError as error:
        raise FileDamaged(f"{path.name}: {error}") from error
    finally:
        document.close()
