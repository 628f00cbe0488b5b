"""Colours between the pixels of an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from appliance.core.paper.findings import Quad

Floats = NDArray[np.float64]
Levels = NDArray[np.uint8]  # row, column, channel


def sampled(levels: Levels, xs: Floats, ys: Floats) -> Floats:
    """Bilinear samples; beyond the rim the rim's own level."""
    high, wide = levels.shape[:2]
    xs, ys = xs.clip(0, wide - 1.001), ys.clip(0, high - 1.001)
    x, y = xs.astype(np.int64), ys.astype(np.int64)
    fx, fy = (xs - x)[..., None], (ys - y)[..., None]
    top = levels[y, x] * (1 - fx) + levels[y, x + 1] * fx
    below = levels[y + 1, x] * (1 - fx) + levels[y + 1, x + 1] * fx
    between: Floats = top * (1 - fy) + below * fy
    return between


def tint_within(levels: Levels, quad: Quad) -> Floats:
    """The commonest colour within the quad."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    u, v = np.meshgrid(np.linspace(0.08, 0.92, 50), np.linspace(0.08, 0.92, 50))
    xs = (1 - v) * ((1 - u) * ax + u * bx) + v * ((1 - u) * dx + u * cx)
    ys = (1 - v) * ((1 - u) * ay + u * by) + v * ((1 - u) * dy + u * cy)
    tint: Floats = np.median(sampled(levels, xs, ys).reshape(-1, 3), axis=0)
    return tint
