"""A plated page turned, or two sides of a card laid on one sheet; nothing is coded anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from appliance.core.cards.sheet import A4_MM, corner_mm
from appliance.core.paper.plates import POINTS_PER_MM, Box, Matrix, Plate, PlatedPage


def turned(page: PlatedPage, degrees: int) -> PlatedPage:
    """*page* turned clockwise by a multiple of 90 degrees."""
    if degrees % 360 == 0:
        return page
    width, height = (page.width_mm, page.height_mm)[:: 1 if degrees % 180 == 0 else -1]
    plates = _moved(page, degrees, 0.0, 0.0)
    return replace(page, width_mm=width, height_mm=height, plates=plates)


def on_a4(cards: Sequence[PlatedPage]) -> PlatedPage:
    """Sides of a card at true size on one A4, the first one above."""
    plates: list[Plate] = []
    for row, card in enumerate(cards):
        left, top = (mm * POINTS_PER_MM for mm in corner_mm(row))
        bottom = (A4_MM[1] - card.height_mm) * POINTS_PER_MM - top
        plates += _moved(card, 0, left, bottom)
    return PlatedPage(*A4_MM, tuple(plates), cards[0].mode, cards[0].resolution_dpi)


def _moved(page: PlatedPage, degrees: int, left: float, bottom: float) -> tuple[Plate, ...]:
    """The plates after the page was turned and its lower left corner came to *left*, *bottom*."""
    wide, high = page.width_mm * POINTS_PER_MM, page.height_mm * POINTS_PER_MM
    move: Matrix = {
        0: (1.0, 0.0, 0.0, 1.0, left, bottom),
        90: (0.0, -1.0, 1.0, 0.0, left, bottom + wide),
        180: (-1.0, 0.0, 0.0, -1.0, left + wide, bottom + high),
        270: (0.0, 1.0, -1.0, 0.0, left + high, bottom),
    }[degrees % 360]
    fills: Matrix = (wide, 0.0, 0.0, high, 0.0, 0.0)
    return tuple(
        replace(
            plate,
            place=_after(plate.place or fills, move),
            clip=plate.clip and _box_after(plate.clip, move),
        )
        for plate in page.plates
    )


def _after(first: Matrix, then: Matrix) -> Matrix:
    """Both mappings, one after the other."""
    a, b, c, d, e, f = first
    x, y = _point(a, b, then, 0.0), _point(c, d, then, 0.0)
    return (*x, *y, *_point(e, f, then, 1.0))


def _point(x: float, y: float, by: Matrix, shift: float) -> tuple[float, float]:
    a, b, c, d, e, f = by
    return a * x + c * y + e * shift, b * x + d * y + f * shift


def _box_after(box: Box, by: Matrix) -> Box:
    left, bottom, width, height = box
    (x0, y0), (x1, y1) = (
        _point(left, bottom, by, 1.0),
        _point(left + width, bottom + height, by, 1.0),
    )
    return min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)
