"""Both sides of a card on one A4 page of a PDF, as ``core.card_sheet`` has ordered them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from appliance.core.card_sheet import A4_MM, CardLook, cut_around, in_order, place_for
from appliance.core.findings import PageMode, Quad, Warn
from appliance.core.plates import Coding, Plate, PlatedPage
from appliance.imaging.cards.sides import card_picture
from appliance.imaging.formats.lossless import cut_jpeg
from appliance.jpeg import check_decodes, opened

_AS_IT_LIES_DEG = 1.0  # up to here a straight cut shows at most 1.5 mm of the lid beside the card
_QUALITY = 92  # where a card must be turned: nobody sees a difference, and small print stays


@dataclass(frozen=True, slots=True)
class CardScan:
    """One side: the whole scan it lies on, and where."""

    jpeg: bytes
    look: CardLook
    resolution_dpi: int


def card_page(scans: Sequence[CardScan]) -> tuple[PlatedPage, tuple[Warn, ...]]:
    """The sides front first, upright, true to size, and what a person should look at.

    A card that lay straight keeps the scanner's own JPEG blocks; one that lay askew is turned
    once and encoded anew. Colours are never touched.

    Raises:
        PageDamaged: a scan is not wholly there.
        ValueError: no side, or more than two.
    """
    if not 1 <= len(scans) <= 2:
        raise ValueError(f"{len(scans)} sides of one card")
    order, warnings = in_order([scan.look for scan in scans])
    plates = tuple(_plate(scans[index], row) for row, index in enumerate(order))
    dpi = max(scan.resolution_dpi for scan in scans)
    return PlatedPage(*A4_MM, plates, PageMode.FULL, dpi), warnings


def _plate(scan: CardScan, row: int) -> Plate:
    look, dpi = scan.look, scan.resolution_dpi
    if _askew_deg(look.quad) <= _AS_IT_LIES_DEG:
        size = check_decodes(scan.jpeg)
        content, cut = cut_jpeg(scan.jpeg, cut_around(look.quad, size, margin_px=0))
    else:
        content, cut, look = _turned(scan)
    with opened(content) as image:
        width, height, gray = *image.size, image.mode == "L"
    place = place_for(row, look, dpi, cut)
    return Plate(Coding.JPEG, content, width, height, gray=gray, place=place.matrix)


def _turned(scan: CardScan) -> tuple[bytes, tuple[int, int, int, int], CardLook]:
    """The card alone, upright, and its look as if it had been scanned so."""
    with opened(scan.jpeg) as image:
        image.load()
        picture = card_picture(_rgb_or_gray(image), scan.look, scan.resolution_dpi)
    out = BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
    check_decodes(out.getvalue())
    w, h = picture.size
    quad: Quad = ((0.0, 0.0), (float(w), 0.0), (float(w), float(h)), (0.0, float(h)))
    look = CardLook(scan.look.side, quad, scan.look.upright_known)
    return out.getvalue(), (0, 0, w, h), look


def _rgb_or_gray(image: Image.Image) -> Image.Image:
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _askew_deg(quad: Quad) -> float:
    """How far the card is from lying along the glass, 0 to 45 degrees."""
    (x0, y0), (x1, y1) = quad[0], quad[1]
    angle = math.degrees(math.atan2(y1 - y0, x1 - x0)) % 90
    return min(angle, 90 - angle)
