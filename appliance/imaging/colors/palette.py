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
    pixels = np.asarray(even)
    out = np.empty(pixels.shape[:2], dtype=np.uint8)
    for top in range(0, pixels.shape[0], _STRIP):
        strip = (pixels[top : top + _STRIP] >> (8 - _BITS)).astype(np.uint16)
        key = strip[..., 0] << (2 * _BITS) | strip[..., 1] << _BITS | strip[..., 2]
        out[top : top + _STRIP] = table[key]
    return out


def _cells(even: Image.Image) -> tuple[Colors, npt.NDArray[np.float32]]:
    """The colours that occur, coarsely, and the weight of each."""
    pixels = np.asarray(even).reshape(-1, 3)
    pixels = pixels[(pixels < _WHITE).any(axis=1)]
    key = (pixels >> 3).astype(np.uint16)
    code = key[:, 0] << 10 | key[:, 1] << 5 | key[:, 2]
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
