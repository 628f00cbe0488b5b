"""Patches of a mask and the four corners that hold most of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from appliance.core.paper.findings import Point, Quad

Mask = NDArray[np.bool_]


def largest_patch(mask: Mask) -> Mask:
    """The largest connected part of *mask* (neighbours above, below, left and right)."""
    runs = [_runs(row) for row in mask]
    parent: list[int] = []
    size: list[int] = []
    labels: list[list[int]] = []
    above: list[tuple[int, int]] = []
    above_labels: list[int] = []

    def root(label: int) -> int:
        while parent[label] != label:
            parent[label] = label = parent[parent[label]]
        return label

    for row in runs:
        row_labels = []
        for start, stop in row:
            touching = {
                root(label)
                for (first, last), label in zip(above, above_labels, strict=True)
                if first < stop and start < last
            }
            label = min(touching, default=len(parent))
            if label == len(parent):
                parent.append(label)
                size.append(0)
            size[label] += stop - start
            for other in touching - {label}:
                parent[other] = label
                size[label] += size[other]
            row_labels.append(label)
        labels.append(row_labels)
        above, above_labels = row, row_labels
    kept = np.zeros_like(mask)
    if parent:
        winner = max((root(label) for label in range(len(parent))), key=size.__getitem__)
        for y, (row, row_labels) in enumerate(zip(runs, labels, strict=True)):
            for (start, stop), label in zip(row, row_labels, strict=True):
                if root(label) == winner:
                    kept[y, start:stop] = True
    return kept


def hull(mask: Mask) -> NDArray[np.float64]:
    """The corners of the convex hull of *mask*, clockwise on the screen, pixels as squares."""
    points: set[Point] = set()
    for y in np.flatnonzero(mask.any(axis=1)):
        xs = np.flatnonzero(mask[y])
        left, right = float(xs[0]), float(xs[-1]) + 1
        points |= {(x, float(v)) for x in (left, right) for v in (y, y + 1)}
    ordered = sorted(points)
    half = _chain(ordered)
    return (
        np.array(half[:-1] + _chain(ordered[::-1])[:-1]) if len(ordered) > 2 else np.zeros((0, 2))
    )


def widest_quad(corners: NDArray[np.float64]) -> Quad | None:
    """Four of *corners* that enclose the largest area, in their order; None for fewer than 4."""
    count = len(corners)
    if count < 4:
        return None
    if count > 90:  # evenly fewer: the refinement that follows mends a pixel or two
        corners = corners[np.linspace(0, count, 90, endpoint=False).astype(int)]
        count = 90
    best, quad = 0.0, None
    for first in range(count - 2):
        for third in range(first + 2, count):
            a, c = corners[first], corners[third]
            away = (c[0] - a[0]) * (corners[:, 1] - a[1]) - (c[1] - a[1]) * (corners[:, 0] - a[0])
            between = away[first + 1 : third]
            others = np.concatenate((away[third + 1 :], away[:first]))
            if not len(others):
                continue
            area = float(np.abs(between).max() + np.abs(others).max())
            if area > best:
                second = first + 1 + int(np.abs(between).argmax())
                fourth = (third + 1 + int(np.abs(others).argmax())) % count
                best, quad = area, (first, second, third, fourth)
    if quad is None:
        return None
    a, b, c, d = ((float(corners[place][0]), float(corners[place][1])) for place in quad)
    return a, b, c, d


def _chain(ordered: list[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in ordered:
        while len(chain) >= 2 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _runs(row: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
