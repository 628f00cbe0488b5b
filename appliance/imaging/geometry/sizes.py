"""True sizes of papers and cards, and which of them something measured is."""

from __future__ import annotations

import math

from appliance.core.paper.findings import Item, Kind, Point, Quad

SIZES_MM = {
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "letter": (215.9, 279.4),
    "ID-1": (85.6, 53.98),
}
_NEAR_MM = 2.0  # measured sides are within 1.2 mm; the sizes themselves lie 6 mm apart


def snapped(width_mm: float, height_mm: float) -> tuple[str, float, float] | None:
    """The standard size that this is, with its width and height as the thing lies."""
    for name, (wide, high) in SIZES_MM.items():
        for w, h in ((wide, high), (high, wide)):
            if abs(w - width_mm) <= _NEAR_MM and abs(h - height_mm) <= _NEAR_MM:
                return name, w, h
    return None


def sides_px(quad: Quad) -> tuple[float, float]:
    """Mean width and height of a quad."""
    top, right, bottom, left = (
        math.dist(a, b) for a, b in zip(quad, (*quad[1:], quad[0]), strict=True)
    )
    return (top + bottom) / 2, (left + right) / 2


def sides_mm(quad: Quad, dpi: float) -> tuple[float, float]:
    """Mean width and height of a quad, true to size."""
    width, height = sides_px(quad)
    return width / dpi * 25.4, height / dpi * 25.4


def item_of(quad: Quad, dpi: float) -> Item:
    """The item with these corners at its true size."""
    width_mm, height_mm = sides_mm(quad, dpi)
    standard = snapped(width_mm, height_mm)
    if standard is None:
        return Item(quad, width_mm, height_mm)
    name, width_mm, height_mm = standard
    kind = Kind.ID_CARD if name == "ID-1" else Kind.AUTO
    return Item(quad, width_mm, height_mm, kind, name)


def angle_deg(quad: Quad) -> float:
    """The counter-clockwise turn that lays the quad's sides along the image's."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    return math.degrees(math.atan2(by - ay + cy - dy, bx - ax + cx - dx))


def middle(quad: Quad) -> Point:
    """The centre of a quad."""
    return sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4
