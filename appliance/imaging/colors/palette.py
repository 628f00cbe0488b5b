"""Sixteen colours that say what a page says: paper, print and its edges, seals, ink, tints."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

COLORS = 16
_BITS = 5  # a channel, in the table that finds a pixel's colour
_WHITE = 246  # lighter than this in every channel is paper
_STRIP = 256
_ROUNDS = 4
_HUE = 1.6  # how much more a difference in hue counts than one in lightness
# lightness, then how far red and blue differ from it
_SEEN = np.array(
    [
        [0.3, 0.59, 0.11],
        [0.7 * _HUE, -0.59 * _HUE, -0.11 * _HUE],
        [-0.3 * _HUE, -0.59 * _HUE, 0.89 * _HUE],
    ],
    dtype=np.float32,
).T

Colors = npt.NDArray[np.float32]


def sixteen_colors(even: Image.Image) -> Colors:
    """The colours of *even* (RGB): white, then 15 that its pixels lie around.

    Rare colours count: a small seal has its own entry beside a page of black print, because
    clusters are grown over the colours that occur, weighted by the root of how often.
    """
    cells, weights = _cells(even)
    if cells.shape[0] == 0:
        return np.full((COLORS, 3), 255, dtype=np.float32)
    centres = _farthest(cells, weights)
    for _ in range(_ROUNDS):
        nearest = _nearest(cells, centres)
        for index in range(1, centres.shape[0]):  # white stays white
            mine = nearest == index
            if mine.any():
                centres[index] = np.average(cells[mine], axis=0, weights=weights[mine])
    return np.round(centres)


def in_colors(even: Image.Image, colors: Colors) -> npt.NDArray[np.uint8]:
    """The index of each pixel's colour."""
    steps = (np.arange(1 << _BITS) * 2 + 1) * (128 >> _BITS)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    table = _nearest(cube.astype(np.float32), colors).astype(np.uint8)
    out = np.empty((even.height, even.width), dtype=np.uint8)
    for top in range(0, even.height, _STRIP):
        strip = even.crop((0, top, even.width, min(even.height, top + _STRIP)))
        red, green, blue = (np.asarray(band) >> (8 - _BITS) for band in strip.split())
        key = red.astype(np.uint16) << (2 * _BITS) | green.astype(np.uint16) << _BITS | blue
        table.take(key, out=out[top : top + _STRIP])
    return out


def _cells(even: Image.Image) -> tuple[Colors, npt.NDArray[np.float32]]:
    """The colours that occur, coarsely, and the weight of each."""
    red, green, blue = (np.asarray(band).ravel() for band in even.split())
    colored = np.flatnonzero(np.minimum(np.minimum(red, green), blue) < _WHITE)
    red, green, blue = (band[colored] >> 3 for band in (red, green, blue))
    code = red.astype(np.uint16) << 10 | green.astype(np.uint16) << 5 | blue
    counts = np.bincount(code, minlength=1 << 15)
    occurring = np.flatnonzero(counts > 2)  # one or two pixels are noise
    cells = np.stack([occurring >> 10, occurring >> 5 & 31, occurring & 31], axis=1) * 8 + 4
    return cells.astype(np.float32), np.sqrt(counts[occurring]).astype(np.float32)


def _farthest(cells: Colors, weights: npt.NDArray[np.float32]) -> Colors:
    """White, then again and again the colour that is worst served so far."""
    centres = [np.array([255, 255, 255], dtype=np.float32)]
    seen = cells @ _SEEN
    distance = ((seen - centres[0] @ _SEEN) ** 2).sum(axis=1)
    while len(centres) < COLORS:
        worst = int((distance * weights).argmax())
        centres.append(cells[worst])
        distance = np.minimum(distance, ((seen - seen[worst]) ** 2).sum(axis=1))
    return np.stack(centres)


def _nearest(cells: Colors, colors: Colors) -> npt.NDArray[np.intp]:
    """For each cell the index of the colour that looks nearest."""
    cells, colors = cells @ _SEEN, colors @ _SEEN
    squares = (colors**2).sum(axis=1) - 2 * cells @ colors.T
    nearest: npt.NDArray[np.intp] = squares.argmin(axis=1)
    return nearest


def nearest_squares(pixels: Colors, colors: Colors) -> Colors:
    """How far each pixel is from its nearest colour, squared, as the eye weighs it."""
    mapped = colors[_nearest(pixels, colors)]
    squares: Colors = (((pixels - mapped) @ _SEEN) ** 2).sum(axis=1)
    return squares
