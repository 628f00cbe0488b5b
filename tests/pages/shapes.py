"""Plain geometry of the truth: what two convex shapes share, and where its middle lies."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from appliance.core.paper.findings import Point


def shared(one: Sequence[Point], other: Sequence[Point]) -> tuple[Point, ...]:
    """The part of *one* inside *other*; both convex, their corners clockwise (y runs down)."""
    rest = list(one)
    for a, b in zip(other, (*other[1:], other[0]), strict=True):
        kept: list[Point] = []
        for p, q in zip(rest, (*rest[1:], *rest[:1]), strict=True):
            in_p, in_q = _right_of(a, b, p), _right_of(a, b, q)
            if in_p >= 0:
                kept.append(p)
            if (in_p >= 0) != (in_q >= 0):
                t = in_p / (in_p - in_q)
                kept.append((p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])))
        rest = kept
    return tuple(rest)


def centre(region: Sequence[Point]) -> Point:
    """The middle of a convex region's area."""
    total = x = y = 0.0
    for a, b in itertools.pairwise(region[1:]):
        area = _right_of(region[0], a, b)
        total += area
        x += area * (region[0][0] + a[0] + b[0]) / 3
        y += area * (region[0][1] + a[1] + b[1]) / 3
    return x / total, y / total


def _right_of(a: Point, b: Point, p: Point) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
