"""Paper becomes evenly white; ink, seals, pencil and printed patterns stay what they are.

The light that fell on each place of the paper is measured on the paper itself and divided
away, one gain per channel, so hue and relative darkness of what is on it stay. Never for
photos, ID cards and portraits: there is no paper to measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Sums = npt.NDArray[np.float64]

_LOOK_PX = 420  # short side of the picture that is measured: A4 at 50 dpi
_TILE = 4  # its pixels a side: 2 mm of A4, wider than a stroke
_BRIGHT = 0.75  # of a tile's pixels, sorted: above print, below stray light
_NEAR = 48  # levels below the paper's commonest level that shadow and slope may reach
_TINT = 9  # levels that the tint may differ: more is a coloured panel, and its colour is meant
_DROP = 7  # levels below the paper around: content, not shade
_LEAST = 0.25  # of the tiles; with less paper than that nobody can tell what white is
_BINS = 64  # of levels
_SOME = 0.15  # of a square must be bare paper to speak for its middle
_GRAIN = 6.0  # the paper's noise just under its level; the faintest pencil is 60 levels away
_DARKEST = 120  # no paper is darker


@dataclass(frozen=True, slots=True)
class Light:
    """The level of bare paper at every place, coarse and smooth."""

    levels: Floats  # rows × columns × channels

    def channel(self, size: tuple[int, int], band: int) -> Floats:
        """How bright white is in one channel, 0 to 1, for each pixel of a picture of *size*."""
        white = np.maximum(self.levels[..., band] - _GRAIN, 1) / np.float32(255)
        return _drawn_down(_stretched(white, size[0], axis=1), size[1])

    def usual_gain(self) -> list[int]:
        """A table for ``Image.point``: one gain a channel, the same all over the page."""
        usual = np.maximum(np.median(self.levels, axis=(0, 1)) - _GRAIN, 1)
        table = np.minimum(np.arange(256) * (255 / usual[:, None]), 255)
        return [int(value) for value in table.ravel()]

    def evened(self, image: Image.Image) -> Image.Image:
        """*image* (RGB or L, any resolution), changed so that its paper is at full white.

        Works in place and in strips: a page at 300 dpi weighs 26 MB, and one is enough.
        """
        gains = (255 / np.maximum(self.levels - _GRAIN, 1)).astype(np.float32)
        width, height = image.size
        along = np.ascontiguousarray(_stretched(gains, width, axis=1).transpose(2, 0, 1))
        strip = _STRIP // _alike(gains.shape[0], height) * _alike(gains.shape[0], height)
        for top in range(0, height, strip):
            bottom = min(height, top + strip)
            bands = image.crop((0, top, width, bottom)).split()
            even = []
            for number, band in enumerate(bands):
                gain = _drawn_down(along[number], height, (top, bottom))
                gain *= np.asarray(band)
                even.append(Image.fromarray(np.minimum(gain, 255, out=gain).astype(np.uint8)))
            image.paste(even[0] if len(even) == 1 else Image.merge(image.mode, even), (0, top))
        return image


def _alike(tiles: int, height: int) -> int:
    """How many rows of a picture may have the same light: a quarter of a tile, 0.5 mm."""
    return max(1, height // (4 * tiles))


def _drawn_down(coarse: Floats, height: int, part: tuple[int, int] | None = None) -> Floats:
    """*coarse* drawn out to *height* rows, a few of them alike; *part* begins with such a few."""
    first, last = part or (0, height)
    alike = _alike(coarse.shape[0], height)
    few = (first // alike, -(-last // alike))
    out = _stretched(coarse, -(-height // alike), axis=0, part=few)
    return np.repeat(out, alike, axis=0)[: last - first]


def _stretched(
    coarse: Floats, length: int, axis: int, part: tuple[int, int] | None = None
) -> Floats:
    """*coarse* drawn out to *length* along *axis*, in straight lines; *part* of it, or all."""
    first, last = part or (0, length)
    at = (np.arange(first, last) + 0.5) * (coarse.shape[axis] / length) - 0.5
    at = at.clip(0, coarse.shape[axis] - 1)
    low = at.astype(np.intp).clip(0, max(0, coarse.shape[axis] - 2))
    share = (at - low).astype(np.float32)
    share = share.reshape([-1 if n == axis else 1 for n in range(coarse.ndim)])
    near = coarse.take(low, axis)
    out: Floats = coarse.take(np.minimum(low + 1, coarse.shape[axis] - 1), axis) - near
    out *= share
    out += near
    return out


_STRIP = 128  # rows: what stays in a small processor's cache


def light_on(image: Image.Image) -> Light | None:
    """The light on *image* (RGB or L); None when too little of it is bare paper."""
    look = image.reduce(max(1, round(min(image.size) / _LOOK_PX)))
    tiles = _bright_tiles(look)
    paper = _paper_tiles(tiles)
    if paper is None:
        return None
    around = _spread(tiles, paper)
    for _ in range(2):  # what is darker than the paper around it is no paper
        paper &= np.logical_and.reduce(tiles > around - _DROP)
        around = _spread(tiles, paper)
    levels = np.minimum(around, 255).astype(np.float32)
    return Light(np.ascontiguousarray(levels.transpose(1, 2, 0)))


def _bright_tiles(look: Image.Image) -> Floats:
    """Channel by channel, how bright the brighter part of each tile is."""
    pixels = np.asarray(look).reshape(look.height, look.width, -1)
    high, wide = max(1, look.height // _TILE), max(1, look.width // _TILE)
    cut = pixels[: high * _TILE, : wide * _TILE] if min(look.size) >= _TILE else pixels[:1, :1]
    side = _TILE if min(look.size) >= _TILE else 1
    tiles = [cut[row::side, column::side] for row in range(side) for column in range(side)]
    bright = _brightest_but(tiles, len(tiles) - 1 - int(_BRIGHT * len(tiles)))
    return np.ascontiguousarray(bright.transpose(2, 0, 1)).astype(np.float32)


def _brightest_but(pictures: list[Bytes], few: int) -> Bytes:
    """Point by point the brightest of *pictures* after *few* that are brighter or as bright.

    One picture after the other: sorting tens of thousands of tiles takes five times as long.
    """
    best: list[Bytes] = []
    for picture in pictures:
        rest = np.ascontiguousarray(picture)
        for place, held in enumerate(best):
            best[place], rest = np.maximum(held, rest), np.minimum(held, rest)
        if len(best) <= few:
            best.append(rest)
    return best[-1]


def _paper_tiles(tiles: Floats) -> Mask | None:
    """Tiles of the commonest bright level and tint."""
    level = np.minimum.reduce(tiles)
    counts = np.bincount((level * (_BINS / 256)).astype(np.intp).ravel(), minlength=_BINS)
    smooth = np.convolve(counts, np.ones(3), mode="same")
    wide = 256 // _BINS
    bright = smooth[_DARKEST // wide :]
    commonest = (int(bright.argmax()) + _DARKEST // wide) * wide + wide // 2
    near = (level > max(commonest - _NEAR, _DARKEST)) & (level < commonest + _NEAR)
    if near.mean() < _LEAST:
        return None
    tint = tiles - np.add.reduce(tiles) / len(tiles)
    usual = np.median(tint[:, near], axis=1)[:, None, None]
    paper: Mask = near & np.logical_and.reduce(np.abs(tint - usual) <= _TINT)
    return paper if paper.mean() >= _LEAST else None


def _spread(tiles: Floats, paper: Mask) -> Floats:
    """The paper's level everywhere: measured where it is bare, else from the nearest that is."""
    sums = _summed(np.concatenate([np.where(paper, tiles, 0), paper[None]]))
    out = np.zeros(tiles.shape)
    missing = np.ones(paper.shape, dtype=bool)
    for radius in (2, 6, 18, 54, 200):
        means = _means(sums, radius)
        enough = missing & (means[-1] > _SOME)
        np.divide(means[:-1], means[-1], out=out, where=enough)
        missing &= ~enough
        if not missing.any():
            break
    if missing.any():
        out[:, missing] = tiles[:, paper].mean(axis=1, keepdims=True) if paper.any() else 255
    return _means(_summed(out), 2).astype(np.float32)


def _summed(values: npt.NDArray[Any]) -> Sums:
    """All of each channel above and left of every corner between its tiles."""
    channels, high, wide = values.shape
    total = np.zeros((channels, high + 1, wide + 1))
    np.cumsum(values, axis=1, dtype=np.float64, out=total[:, 1:, 1:])
    np.cumsum(total, axis=2, out=total)
    return total


def _means(sums: Sums, radius: int) -> Sums:
    """The mean over a square of what was ``_summed``, smaller at the edges."""
    for axis in (1, 2):
        at = np.arange(sums.shape[axis] - 1)
        ends, starts = np.minimum(at + radius + 1, at.size), np.maximum(at - radius, 0)
        counts = (ends - starts).reshape((-1, 1) if axis == 1 else (1, -1))
        sums = (sums.take(ends, axis) - sums.take(starts, axis)) / counts
    return sums
