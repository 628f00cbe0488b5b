"""Four corners of a flat thing become a rectangle, in one resampling."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from appliance.core.paper.findings import Point, Quad

_SHRINK_FIRST = 2  # from here on bicubic would skip pixels, and thin strokes would break


def side_lengths(quad: Quad) -> tuple[float, float]:
    """Mean width and mean height of *quad* in its own unit."""
    a, b, c, d = quad
    return (math.dist(a, b) + math.dist(d, c)) / 2, (math.dist(a, d) + math.dist(b, c)) / 2


def flattened(image: Image.Image, quad: Quad, size: tuple[int, int]) -> Image.Image:
    """What lies within *quad* (corners in pixels of *image*) as an image of *size*.

    The quad's first corner becomes the upper left one. A source much finer than the result is
    averaged down first. What lies beyond *image* becomes white.
    """
    across, down = side_lengths(quad)
    factor = int(min(across / size[0], down / size[1]))
    if factor >= _SHRINK_FIRST:
        box = _around(quad, image.size, factor)
        image = image.reduce(factor, box)
        a, b, c, d = (((x - box[0]) / factor, (y - box[1]) / factor) for x, y in quad)
        quad = (a, b, c, d)
    return image.transform(
        size,
        Image.Transform.PERSPECTIVE,
        _coefficients(quad, size),
        Image.Resampling.BICUBIC,
        fillcolor=(255,) * len(image.getbands()) if image.mode != "L" else 255,
    )


def _around(quad: Quad, size: tuple[int, int], margin: int) -> tuple[int, int, int, int]:
    """The part of an image that is needed: a page's worth less to average."""
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    left, top = max(0, int(min(xs)) - margin), max(0, int(min(ys)) - margin)
    right = min(size[0], math.ceil(max(xs)) + margin)
    bottom = min(size[1], math.ceil(max(ys)) + margin)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _coefficients(quad: Quad, size: tuple[int, int]) -> tuple[float, ...]:
    """Pillow's eight numbers: from a point of the result to the point of the source."""
    width, height = size
    targets: tuple[Point, ...] = ((0, 0), (width, 0), (width, height), (0, height))
    rows, wanted = [], []
    for (x, y), (u, v) in zip(targets, quad, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return tuple(float(n) for n in np.linalg.solve(np.array(rows, float), np.array(wanted, float)))
