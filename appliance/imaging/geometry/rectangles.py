"""The rectangle that a patch of pixels is, if it is one; some sides may lie outside the image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NEAR_MM = 1.2  # how far a patch may bulge: shadows and grain
_STRAIGHT_SHARE = 0.82  # of the outline that must run along four sides
_RIM_PX = 3  # an outline this near the image's rim follows the rim, not the sheet
_SEEN_MM = 6.0  # a side of which less shows is not to be relied on
_NIBBLED_MM = 5.0  # beside a side that runs out of the image

Pixels = tuple[NDArray[np.int64], NDArray[np.int64]]  # y and x, in reading order
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Four sides as distances along two axes turned by *angle* (radians, clockwise).

    *u* runs along the top side, *v* down: left and right are u, top and bottom v. *seen* tells
    which of top, right, bottom and left show inside the image; the others are its rim.
    """

    angle: float
    left: float
    top: float
    right: float
    bottom: float
    seen: tuple[bool, bool, bool, bool]
    image_size: tuple[int, int]  # width, height

    def scaled(self, times: float, image_size: tuple[int, int]) -> Rectangle:
        """The same in an image *times* as large."""
        r = self
        return Rectangle(
            r.angle, r.left * times, r.top * times, r.right * times, r.bottom * times,
            r.seen, image_size,
        )  # fmt: skip


def rectangle_around(pixels: Pixels, shape: tuple[int, ...], dpi: float) -> Rectangle | None:
    """The rectangle that these *pixels* fill; None when their outline is not straight."""
    high, wide = shape[0], shape[1]
    outline = _outline(pixels, shape)
    if outline[0].size < 8:
        return None
    near = _NEAR_MM * dpi / 25.4
    angle, ends = _angle(outline), _row_ends(pixels)
    for _ in range(2):
        angle += _more_turn(outline, ends, angle, near)
    u, v = turned(outline, angle)
    sides = [_side(*way, near, dpi) for way in _ways(outline, ends, angle)]
    (top, s_top), (right, s_right), (bottom, s_bottom), (left, s_left) = sides
    seen = (s_top, s_right, s_bottom, s_left)
    left, top, right, bottom = _to_rim((left, top, right, bottom), seen, angle, shape, dpi)
    off = np.full(u.size, np.inf)
    for place, along, visible in (
        (top, v, s_top),
        (right, u, s_right),
        (bottom, v, s_bottom),
        (left, u, s_left),
    ):
        if visible:
            off = np.minimum(off, np.abs(along - place))
    if min(right - left, bottom - top) < near:
        return None  # two sides in one place: not seen on a lid, but where sheets overlap
    if np.count_nonzero(off <= near) < _STRAIGHT_SHARE * u.size:
        return None
    return Rectangle(angle, left, top, right, bottom, seen, (wide, high))


def _to_rim(
    sides: tuple[float, float, float, float],
    seen: tuple[bool, bool, bool, bool],
    angle: float,
    shape: tuple[int, ...],
    dpi: float,
) -> tuple[float, float, float, float]:
    """The sides, those that do not show drawn out to the rim when it is near.

    Bare paper between rules or letters that run out of the image looks like a bit of lid. The
    rim is taken as far as these sides reach: further along, a crooked one is further off.
    """
    high, wide = shape[0], shape[1]
    u, v, c, s = np.array(sides[::2]), np.array(sides[1::2]), np.cos(angle), np.sin(angle)
    rims = (
        float((v * s).min() / c),
        float((-u * s).min() / c),
        float((wide + v * s).max() / c),
        float((high - u * s).max() / c),
    )
    hidden = not seen[3], not seen[0], not seen[1], not seen[2]
    left, top, right, bottom = (
        rim if out and abs(rim - side) <= _NIBBLED_MM * dpi / 25.4 else side
        for side, rim, out in zip(sides, rims, hidden, strict=True)
    )
    return left, top, right, bottom


def _ways(
    outline: tuple[Floats, Floats], ends: tuple[Floats, Floats], angle: float
) -> list[tuple[Floats, Floats, float]]:
    """For top, right, bottom, left: the outline across and along it, and how far the patch goes.

    However the patch is turned, the *ends* of its rows reach as far as any of its pixels.
    """
    u, v = turned(outline, angle)
    all_u, all_v = turned(ends, angle)
    top, bottom = float(np.min(all_v)), float(np.max(all_v))
    return [
        (v, u, top),
        (u, v, float(np.max(all_u))),
        (v, u, bottom),
        (u, v, float(np.min(all_u))),
    ]


def _row_ends(pixels: Pixels) -> tuple[Floats, Floats]:
    """x and y of the middles of each row's first and last pixel."""
    y, x = pixels
    last = np.flatnonzero(np.diff(y, append=-1))
    first = np.concatenate(([0], last[:-1] + 1))
    ends = np.concatenate((first, last))
    return x[ends] + 0.5, y[ends] + 0.5


def _more_turn(
    outline: tuple[Floats, Floats], ends: tuple[Floats, Floats], angle: float, near: float
) -> float:
    """By how much more the sides are turned than *angle*: their common slope, least squares."""
    rise = run = 0.0
    for side, (across, along, extreme) in enumerate(_ways(outline, ends, angle)):
        mine = np.abs(across - extreme) <= 3 * near
        if np.count_nonzero(mine) < 8:
            continue
        place = np.median(across[mine])
        mine = np.abs(across - place) <= 1.5 * near
        a, c = along[mine], across[mine]
        sign = 1 if side % 2 == 0 else -1  # v grows along u where u shrinks along v
        rise += sign * float(np.dot(a - a.mean(), c - c.mean()))
        run += float(np.dot(a - a.mean(), a - a.mean()))
    return float(np.arctan(rise / run)) if run else 0.0


def turned(points: tuple[Floats, Floats], angle: float) -> tuple[Floats, Floats]:
    """x and y of *points* along axes turned clockwise by *angle*."""
    x, y = points
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def _outline(pixels: Pixels, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """x and y of the outermost pixels of each row and column, save those at the image's rim."""
    y, x = pixels
    high, wide = shape[0], shape[1]
    low_x, high_x = np.full(high, wide), np.full(high, -1)
    low_y, high_y = np.full(wide, high), np.full(wide, -1)
    # pixels come in reading order and the last one put somewhere stays there
    low_x[y[::-1]], high_x[y] = x[::-1], x
    low_y[x[::-1]], high_y[x] = y[::-1], y
    rows, columns = np.flatnonzero(high_x >= 0), np.flatnonzero(high_y >= 0)
    xs = np.concatenate((low_x[rows], high_x[rows] + 1, columns + 0.5, columns + 0.5))
    ys = np.concatenate((rows + 0.5, rows + 0.5, low_y[columns], high_y[columns] + 1))
    rim = _RIM_PX
    inside = (xs > rim) & (xs < wide - rim) & (ys > rim) & (ys < high - rim)
    return xs[inside].astype(np.float64), ys[inside].astype(np.float64)


def _angle(outline: tuple[Floats, Floats]) -> float:
    """The turn, within ±45°, at which most of the outline runs along the axes."""
    best = 0.0
    for reach, step in ((45.0, 1.0), (1.0, 0.1)):
        angles = np.radians(np.arange(np.degrees(best) - reach, np.degrees(best) + reach, step))
        energies = []
        for angle in angles:
            energy = 0.0
            for along in turned(outline, angle):
                counts = np.bincount((along - along.min()).astype(np.int64))
                energy += float(np.dot(counts, counts))
            energies.append(energy)
        best = float(angles[int(np.argmax(energies))])
    return best


def _side(
    across: Floats, along: Floats, extreme: float, near: float, dpi: float
) -> tuple[float, bool]:
    """Where the side nearest *extreme* runs, and whether enough of it shows."""
    mine = np.abs(across - extreme) <= 3 * near
    if not mine.any():
        return extreme, False
    place = float(np.median(across[mine]))
    mine = np.abs(across - place) <= near
    if np.unique(along[mine].astype(np.int64)).size < _SEEN_MM * dpi / 25.4:
        return extreme, False
    return float(np.median(across[mine])), True
