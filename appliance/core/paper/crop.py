"""The four corners between which a person wants a page cut out, checked before anything changes.

Corners are pixels of the upright master in the order of ``findings.Quad``. A page may be shown
turned; its edges and corners are then named as the person sees them.
"""

from __future__ import annotations

import json
import math
from enum import StrEnum

from appliance.core.errors import CropWrong
from appliance.core.paper.findings import Point, Quad

LEAST_MM = 15.0  # a stamp cut out of its page is larger
_OUTSIDE = 0.02  # of the long side: what a finger overshoots is laid back onto the rim
_FLAT = 0.02  # a corner this near to the line of its neighbours is none


class Edge(StrEnum):
    """An edge as it is seen, clockwise from the top."""

    TOP = "top"
    RIGHT = "right"
    BOTTOM = "bottom"
    LEFT = "left"


def checked(quad: Quad, size_px: tuple[int, int], dpi: float) -> Quad:
    """*quad* on a master of *size_px*, a finger's overshoot laid back onto its rim.

    Raises:
        CropWrong: it is no piece of paper: outside, crossed over, bent inwards, or tiny.
    """
    wide, high = size_px
    slack = _OUTSIDE * max(wide, high)
    for x, y in quad:
        if not (-slack <= x <= wide + slack and -slack <= y <= high + slack):  # NaN is never
            raise CropWrong("a corner lies outside the picture")
    a, b, c, d = ((min(max(x, 0.0), float(wide)), min(max(y, 0.0), float(high))) for x, y in quad)
    kept: Quad = (a, b, c, d)
    least = LEAST_MM / 25.4 * dpi
    if min(_sides(kept)) < least:
        raise CropWrong("an edge is shorter than any paper")
    if min(_bends(kept)) < _FLAT:
        raise CropWrong("the corners do not go round")
    return kept


def boxed(quad: Quad) -> Quad:
    """The leaning rectangle around *quad*: a scanner shows paper without perspective."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    angle = math.atan2(by - ay + cy - dy, bx - ax + cx - dx)
    cos, sin = math.cos(angle), math.sin(angle)
    us = [x * cos + y * sin for x, y in quad]
    vs = [y * cos - x * sin for x, y in quad]
    corners = [
        (u * cos - v * sin, u * sin + v * cos)
        for u, v in (
            (min(us), min(vs)),
            (max(us), min(vs)),
            (max(us), max(vs)),
            (min(us), max(vs)),
        )
    ]
    return corners[0], corners[1], corners[2], corners[3]


def moved(quad: Quad, edge: Edge, turn: int, outwards_px: float) -> Quad:
    """*quad* with one edge, named as it is seen after *turn* clockwise, moved along its normal."""
    order = list(Edge)
    first = (order.index(edge) - turn // 90) % 4  # the edge runs from this corner to the next
    corners = list(quad)
    for near, far in ((first, (first - 1) % 4), ((first + 1) % 4, (first + 2) % 4)):
        corners[near] = _stretched(quad[far], quad[near], outwards_px)
    return corners[0], corners[1], corners[2], corners[3]


def crop_text(quad: Quad) -> str:
    """As a column or a form field holds it; a tenth of a pixel is enough."""
    return json.dumps([[round(x, 1), round(y, 1)] for x, y in quad])


def crop_of(text: str) -> Quad:
    """What ``crop_text`` wrote, or somebody's own script.

    Raises:
        CropWrong: it is not that.
    """
    try:
        a, b, c, d = ((float(x), float(y)) for x, y in json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise CropWrong("no four corners") from error
    return a, b, c, d


def _sides(quad: Quad) -> list[float]:
    return [math.dist(one, quad[(n + 1) % 4]) for n, one in enumerate(quad)]


def _bends(quad: Quad) -> list[float]:
    """The sine of the clockwise bend at each corner; all of them positive where they go round."""
    bends = []
    for n, at in enumerate(quad):
        before, after = quad[n - 1], quad[(n + 1) % 4]
        one = (at[0] - before[0], at[1] - before[1])
        next_one = (after[0] - at[0], after[1] - at[1])
        cross = one[0] * next_one[1] - one[1] * next_one[0]
        bends.append(cross / (math.hypot(*one) * math.hypot(*next_one) or 1.0))
    return bends


def _stretched(far: Point, near: Point, by_px: float) -> Point:
    """*near* moved away from *far*."""
    length = math.dist(far, near) or 1.0
    return (
        near[0] + (near[0] - far[0]) / length * by_px,
        near[1] + (near[1] - far[1]) / length * by_px,
    )
