"""Several things laid on the glass of a flatbed, each somewhere, none on another."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from appliance.core.paper.findings import Point
from tests.pages.pen import Sheet
from tests.pages.scanner import Lying, Scanner, scan
from tests.pages.truth import Page

BED = (216.0, 297.0)
_STARTS, _TRIES = 20, 120


class NoRoom(ValueError):
    """These sheets do not fit beside one another."""


def lay(
    sheets: Sequence[Sheet],
    rng: random.Random,
    scanner: Scanner,
    clockwise: Sequence[float] | None = None,
    gap_mm: float = 5.0,
    bed_mm: tuple[float, float] = BED,
) -> Page:
    """*sheets* on a bed, at least *gap_mm* apart and wholly on the glass.

    *clockwise* says how each is turned; without it each lies as the luck has it.
    """
    dpi = sheets[0].dpi
    px = dpi / 25.4
    size = (round(bed_mm[0] * px), round(bed_mm[1] * px))
    for _ in range(_STARTS):
        placed: list[Lying] = []
        for n, sheet in enumerate(sheets):
            wish = clockwise[n] if clockwise else None
            one = _somewhere(sheet, rng, wish, placed, size, gap_mm * px)
            if one is None:
                break
            placed.append(one)
        else:
            return scan(placed, size, dpi, rng, scanner)
    raise NoRoom(f"{len(sheets)} sheets on {bed_mm}")


def _somewhere(
    sheet: Sheet,
    rng: random.Random,
    clockwise: float | None,
    others: list[Lying],
    size: tuple[int, int],
    gap: float,
) -> Lying | None:
    """A free place; after half of the tries the sheet lies almost along the glass."""
    for n in range(_TRIES):
        any_way = rng.uniform(0, 360) if n < _TRIES // 2 else _almost_square(rng)
        angle = any_way if clockwise is None else clockwise
        half = [max(abs(c[k]) for c in outline(Lying(sheet, (0, 0), angle))) + 2 for k in (0, 1)]
        if half[0] * 2 >= size[0] or half[1] * 2 >= size[1]:
            continue
        at = tuple(rng.uniform(h, side - h) for h, side in zip(half, size, strict=True))
        one = Lying(sheet, (at[0], at[1]), angle)
        if _fits(one, others, size, gap):
            return one
    return None


def _almost_square(rng: random.Random) -> float:
    return rng.choice((0, 90, 180, 270)) + rng.uniform(-3, 3)


def outline(one: Lying, more: float = 0.0) -> list[Point]:
    """The corners of a lying sheet, *more* px wider on every side."""
    a = math.radians(one.clockwise)
    half_w, half_h = (side / 2 + more for side in one.sheet.image.size)
    return [
        (
            one.at[0] + x * math.cos(a) - y * math.sin(a),
            one.at[1] + x * math.sin(a) + y * math.cos(a),
        )
        for x, y in ((-half_w, -half_h), (half_w, -half_h), (half_w, half_h), (-half_w, half_h))
    ]


def _fits(one: Lying, others: list[Lying], size: tuple[int, int], gap: float) -> bool:
    inside = all(2 <= x <= size[0] - 2 and 2 <= y <= size[1] - 2 for x, y in outline(one))
    mine = outline(one, gap / 2)
    return inside and all(_apart(mine, outline(other, gap / 2)) for other in others)


def _apart(first: list[Point], second: list[Point]) -> bool:
    """Whether some side of either separates the two convex outlines."""
    for shape in (first, second):
        for (ax, ay), (bx, by) in zip(shape, shape[1:] + shape[:1], strict=True):
            nx, ny = by - ay, ax - bx
            reach = [[x * nx + y * ny for x, y in points] for points in (first, second)]
            if max(reach[0]) < min(reach[1]) or max(reach[1]) < min(reach[0]):
                return True
    return False
