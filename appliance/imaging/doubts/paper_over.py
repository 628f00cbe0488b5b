"""What lies over the sheet and is paper too: a corner of its own, or another sheet."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.core.paper.findings import Point, Quad, Warn
from appliance.imaging.doubts.folded_corner import folded_corner
from appliance.imaging.doubts.lying_over import Shadow, paper_on, shadows_on
from appliance.imaging.geometry.sizes import sides_px
from appliance.imaging.geometry.spots import Spots

_DPI = 100
_MM = _DPI / 25.4
_SHEET_MM = 120.0  # nobody folds a card; its own rounded corners and fields look like folds
_FRAME = 0.08  # of the sheet's width or height
_FOLDS, _FOLD_OFF = (1 / 3, 1 / 2, 2 / 3), 0.02
_ACROSS = 0.008  # of the height, from one end to the other: half a degree
_CORNER_MM = 95.0  # a shadow that keeps so near to a corner is that of the corner folded over
_RIM_MM = 12.0  # a shadow that ends nearer to the sheet's edge runs on to it


def paper_over(
    small: Image.Image, inside: NDArray[np.bool_], quad: Quad, spots: Spots
) -> list[Warn]:
    """Another sheet or a folded corner: by its edges, and its shadow on the paper beneath.

    *small* has 100 dpi; *inside* is true on the sheet, away from its own edges.
    """
    paper = paper_on(small)
    if min(sides_px(quad)) >= _SHEET_MM * _MM:
        folded = folded_corner(paper.plain, _DPI, quad)
        if folded is not None:
            return [Warn("covered", spots.name([quad[folded]]), severe=True)]
    shadows = [
        one
        for one in shadows_on(paper, inside)
        if not _along_side(one, spots) and not _is_crease(one, spots)
    ]
    if not shadows:
        return []
    longest = shadows[0]
    ends = [end for shadow in shadows for end in (shadow.start, shadow.end)]
    near = min(
        quad, key=lambda corner: max(math.dist(corner, end) for end in (longest.start, longest.end))
    )
    if all(math.dist(near, end) <= _CORNER_MM * _MM for end in ends):
        return [Warn("covered", spots.name([near]), severe=True)]
    return [Warn("overlapping", spots.name([_middle_of(_overlap(shadows, quad))]), severe=True)]


def _overlap(shadows: list[Shadow], quad: Quad) -> list[Point]:
    """What of *quad* the sheet covers that throws these shadows, by its edges that were seen.

    A shadow that ends on the sheet, where no other edge was seen, ends at a corner.
    """
    region: list[Point] = list(quad)
    for shadow in shadows:
        region = _beyond(region, shadow.start, shadow.towards) or region
    for shadow in shadows[:1]:
        for end, other in ((shadow.start, shadow.end), (shadow.end, shadow.start)):
            back = (other[0] - end[0], other[1] - end[1])
            rest = _beyond(region, end, back)
            lost = _beyond(region, end, (-back[0], -back[1]))
            long = math.hypot(*back)
            if rest and any(_far(p, end, back) / long < -_RIM_MM * _MM for p in lost):
                region = rest
    return region


def _beyond(region: list[Point], at: Point, towards: Point) -> list[Point]:
    """The part of a convex *region* that lies *towards* a line through *at*."""
    kept: list[Point] = []
    for a, b in zip(region, region[1:] + region[:1], strict=True):
        far_a, far_b = _far(a, at, towards), _far(b, at, towards)
        if far_a >= 0:
            kept.append(a)
        if (far_a >= 0) != (far_b >= 0):
            t = far_a / (far_a - far_b)
            kept.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
    return kept


def _far(point: Point, at: Point, towards: Point) -> float:
    return (point[0] - at[0]) * towards[0] + (point[1] - at[1]) * towards[1]


def _middle_of(region: list[Point]) -> Point:
    """The centre of a convex region's area."""
    first, rest = region[0], region[1:]
    total = x = y = 0.0
    for a, b in itertools.pairwise(rest):
        area = (a[0] - first[0]) * (b[1] - first[1]) - (a[1] - first[1]) * (b[0] - first[0])
        total += area
        x += area * (first[0] + a[0] + b[0]) / 3
        y += area * (first[1] + a[1] + b[1]) / 3
    return (x / total, y / total) if total else first


def _along_side(shadow: Shadow, spots: Spots) -> bool:
    """Whether it runs close along a side of the sheet: printed frames do, with their own shades."""
    x, y = np.array((shadow.start, shadow.end)).T
    on = spots.on_sheet(x, y)
    return bool(((on < _FRAME).all(axis=0) | (on > 1 - _FRAME).all(axis=0)).any())


def _is_crease(shadow: Shadow, spots: Spots) -> bool:
    """Whether it runs where a letter is folded: straight across, at its half or its thirds."""
    x, y = np.array((shadow.start, shadow.end)).T
    for first, last in spots.on_sheet(x, y).T:
        at = (first + last) / 2
        if abs(first - last) <= _ACROSS and min(abs(at - fold) for fold in _FOLDS) <= _FOLD_OFF:
            return True
    return False
