"""A card as it was scanned: its own JPEG blocks, turned upright and clipped where it is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from appliance.core.cards.sheet import ID1_MM, CardLook, cut_around, place_for
from appliance.core.paper.findings import PageMode, Quad
from appliance.core.paper.plates import PlatedPage
from appliance.imaging.formats.lossless import cut_jpeg, cuts_without_loss, wiped_around
from appliance.jpeg import check_decodes, opened
from appliance.plates import passed_on

_NEAR_MM = 1.5
_AS_IT_LIES_DEG = 1.0  # up to here a straight cut shows at most 1.5 mm of the lid beside the card


@dataclass(frozen=True, slots=True)
class CardScan:
    """One side: the whole scan it lies on, and where."""

    jpeg: bytes
    look: CardLook
    resolution_dpi: int


def card_as_scanned(scan: CardScan) -> PlatedPage:
    """One side alone, upright on a page of its own size.

    Raises:
        PageDamaged: the scan is not wholly there.
    """
    quad = scan.look.quad
    box = cut_around(quad, check_decodes(scan.jpeg), margin_px=0)
    content, cut = cut_jpeg(scan.jpeg, box)
    if _askew_deg(quad) > _AS_IT_LIES_DEG:  # another card, or a letter, may lie beside it
        content = wiped_around(content, _within(quad, cut))
    with opened(content) as image:
        gray = image.mode == "L"
    place = place_for(0, scan.look, scan.resolution_dpi, cut)
    left, below, wide, high = place.clip_pt
    a, b, c, d, e, f = place.matrix
    plate = replace(
        passed_on(content, gray=gray),
        place=(a, b, c, d, e - left, f - below),  # a matrix turns it upright by any angle
        clip=(0.0, 0.0, wide, high),
    )
    return PlatedPage(*ID1_MM, (plate,), PageMode.FULL, scan.resolution_dpi)


def can_pass(scan: CardScan) -> bool:
    """Whether its blocks can be kept: the program is here, and it is as large as a card.

    What is called a card and has another size would lose what lies beyond a card's edges.
    """
    a, b, c, d = scan.look.quad
    mm = 25.4 / scan.resolution_dpi
    sides = (
        ((math.dist(a, b) + math.dist(c, d)) / 2 * mm, ID1_MM[0]),
        ((math.dist(b, c) + math.dist(d, a)) / 2 * mm, ID1_MM[1]),
    )
    return cuts_without_loss() and all(abs(seen - true) < _NEAR_MM for seen, true in sides)


def _within(quad: Quad, cut: tuple[int, int, int, int]) -> Quad:
    a, b, c, d = ((x - cut[0], y - cut[1]) for x, y in quad)
    return a, b, c, d


def _askew_deg(quad: Quad) -> float:
    """How far the card is from lying along the glass, 0 to 45 degrees."""
    (x0, y0), (x1, y1) = quad[0], quad[1]
    angle = math.degrees(math.atan2(y1 - y0, x1 - x0)) % 90
    return min(angle, 90 - angle)
