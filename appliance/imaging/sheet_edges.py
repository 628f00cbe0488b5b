"""The edges of a sheet to a fraction of a pixel, from many small looks across each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.core.findings import Point, Quad
from appliance.imaging.rectangles import Rectangle

_LOOKS = 90  # per side
_REACH_MM = 3.0  # either way from the rough edge
_STEP_PX = 0.5
_BORDERLINE_LEVELS = 10  # paper and lid this much apart are two things
_LEAST_STEP = 4.0  # levels within a pixel; a look without such an edge says nothing

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edges:
    """A sheet's corners and what its edges look like."""

    quad: Quad
    seen: tuple[bool, bool, bool, bool]  # top, right, bottom, left
    differs: bool  # within is another colour than without, on most of what is seen
    shaded: bool  # a soft grey shadow lies along at least one side


@dataclass(frozen=True, slots=True)
class _Side:
    """A side as a point on it and its direction, with what lies beyond and within."""

    at: Point
    along: Point
    seen: bool
    differs: bool = False
    shaded: bool = False


def refined(look: Image.Image, rectangle: Rectangle, dpi: float) -> Edges:
    """The true edges near the rough *rectangle* on *look* (RGB)."""
    levels = np.asarray(look, dtype=np.float32)
    c, s = float(np.cos(rectangle.angle)), float(np.sin(rectangle.angle))
    r = rectangle
    ends = [(r.left, r.top), (r.right, r.top), (r.right, r.bottom), (r.left, r.bottom)]
    corners = [(u * c - v * s, u * s + v * c) for u, v in ends]
    sides = []
    for n, seen in enumerate(rectangle.seen):
        a, b = corners[n], corners[(n + 1) % 4]
        sides.append(_side(levels, a, b, dpi) if seen else _straight(a, b))
    sides = [_parallel(side, n, sides) for n, side in enumerate(sides)]
    crossings = [_crossing(sides[n - 1], sides[n]) for n in range(4)]
    shown = [side for side in sides if side.seen]
    return Edges(
        (crossings[0], crossings[1], crossings[2], crossings[3]),
        (sides[0].seen, sides[1].seen, sides[2].seen, sides[3].seen),
        sum(side.differs for side in shown) * 2 > len(shown),
        any(side.shaded for side in shown),
    )


def _straight(a: Point, b: Point) -> _Side:
    length = float(np.hypot(b[0] - a[0], b[1] - a[1])) or 1.0
    return _Side(a, ((b[0] - a[0]) / length, (b[1] - a[1]) / length), False)


def _side(levels: NDArray[np.float32], a: Point, b: Point, dpi: float) -> _Side:
    """The line through the strongest edges across the stretch from *a* to *b*."""
    rough = _straight(a, b)
    px = dpi / 25.4
    (ax, ay), (dx, dy) = rough.at, rough.along
    length = float(np.hypot(b[0] - a[0], b[1] - a[1]))
    t = np.linspace(0.04 * length, 0.96 * length, _LOOKS)
    n = np.arange(-_REACH_MM * px, _REACH_MM * px + _STEP_PX, _STEP_PX)  # below 0: outside
    xs = ax + t[:, None] * dx - n * dy - 0.5
    ys = ay + t[:, None] * dy + n * dx - 0.5
    high, wide = levels.shape[:2]
    visible = ((xs > 0) & (xs < wide - 1) & (ys > 0) & (ys < high - 1)).mean(axis=1) > 0.75
    if np.count_nonzero(visible) < 5:
        return rough
    t, xs, ys = t[visible], xs[visible], ys[visible]
    looks = _sampled(levels, xs, ys)
    steps = np.abs(np.diff(looks, axis=1)).max(axis=2)
    smooth = (steps[:, :-1] + steps[:, 1:]) / 2
    best = smooth[:, 1:-1].argmax(axis=1) + 1
    rows = np.arange(best.size)
    strong = smooth[rows, best] * 2 >= _LEAST_STEP
    left, top, right = (smooth[rows, best + k] for k in (-1, 0, 1))
    bend = left - 2 * top + right
    between = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, -1), 0.0)
    place = n[0] + (best + 1 + between.clip(-1, 1)) * _STEP_PX
    if np.count_nonzero(strong) < 5:
        return rough
    slope, offset = _line(t[strong], place[strong])
    at = (ax - offset * dy, ay + offset * dx)
    direction = np.array([dx - slope * dy, dy + slope * dx])
    direction /= np.hypot(*direction)
    near = offset + slope * t
    differs, shaded = _beside(looks, n, near, px)
    return _Side(at, (float(direction[0]), float(direction[1])), True, differs, shaded)


def _sampled(levels: NDArray[np.float32], xs: Floats, ys: Floats) -> Floats:
    """Bilinear samples; beyond the rim the rim's own level."""
    high, wide = levels.shape[:2]
    xs, ys = xs.clip(0, wide - 1.001), ys.clip(0, high - 1.001)
    x, y = xs.astype(np.int64), ys.astype(np.int64)
    fx, fy = (xs - x)[..., None], (ys - y)[..., None]
    top = levels[y, x] * (1 - fx) + levels[y, x + 1] * fx
    below = levels[y + 1, x] * (1 - fx) + levels[y + 1, x + 1] * fx
    sampled: Floats = top * (1 - fy) + below * fy
    return sampled


def _line(t: Floats, place: Floats) -> tuple[float, float]:
    """Slope and offset of the line that most looks agree on."""
    middle = t.mean()
    best, slope, offset = -1.0, 0.0, float(np.median(place))
    pick = np.linspace(0, t.size - 1, min(24, t.size)).astype(int)
    for i in pick:
        for j in pick[pick > i]:
            if t[j] - t[i] < (t[-1] - t[0]) * 0.25:
                continue
            m = (place[j] - place[i]) / (t[j] - t[i])
            if abs(m) > 0.04:
                continue
            q = place[i] - m * t[i]
            score = float(np.exp(-(((place - q - m * t) / 0.6) ** 2)).sum())
            if score > best:
                best, slope, offset = score, m, q
    for _ in range(2):
        near = np.abs(place - offset - slope * t) <= 1.0
        if np.count_nonzero(near) < 4:
            break
        at = t[near] - middle
        spread = float(np.dot(at - at.mean(), at - at.mean()))
        if spread <= 0:
            break
        slope = float(np.dot(at - at.mean(), place[near]) / spread)
        offset = float(place[near].mean() - slope * t[near].mean())
    return slope, offset


def _beside(looks: Floats, n: Floats, near: Floats, px: float) -> tuple[bool, bool]:
    """Whether within differs from without, and whether a shadow lies along the line."""
    away = n[None, :] - near[:, None]

    def level(low_mm: float, high_mm: float) -> Floats:
        here = (away >= low_mm * px) & (away <= high_mm * px)
        many = np.maximum(here.sum(axis=1), 1)
        mean: Floats = (looks * here[..., None]).sum(axis=1) / many[:, None]
        return mean[here.any(axis=1)]

    without, within, close = level(-2.6, -1.8), level(0.5, 1.6), level(-0.8, -0.3)
    if not (len(without) and len(within) and len(close)):
        return False, False
    out, inn = np.median(without, axis=0), np.median(within, axis=0)
    dip = out - np.median(close, axis=0)
    differs = bool(np.abs(out - inn).max() >= _BORDERLINE_LEVELS)
    return differs, bool(dip.min() >= 4 and np.ptp(dip) <= max(6.0, 0.35 * dip.max()))


def _parallel(side: _Side, number: int, sides: list[_Side]) -> _Side:
    """A side that nobody saw runs like the one across from it, or square to its neighbours."""
    if side.seen:
        return side
    across, beside = sides[(number + 2) % 4], [sides[number - 1], sides[(number + 1) % 4]]
    if across.seen:
        return _Side(side.at, (-across.along[0], -across.along[1]), False)
    for neighbour, turn in zip(beside, (1, -1), strict=True):
        if neighbour.seen:
            dx, dy = neighbour.along
            return _Side(side.at, (-dy * turn, dx * turn), False)
    return side


def _crossing(one: _Side, other: _Side) -> Point:
    (ax, ay), (adx, ady) = one.at, one.along
    (bx, by), (bdx, bdy) = other.at, other.along
    cross = adx * bdy - ady * bdx
    if abs(cross) < 1e-6:
        return other.at
    t = ((bx - ax) * bdy - (by - ay) * bdx) / cross
    return ax + t * adx, ay + t * ady
