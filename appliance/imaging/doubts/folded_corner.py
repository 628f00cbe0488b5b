"""Which corner of a sheet is folded over, told by where its three edges must then run.

A fold from one side of the sheet to the next lays the corner's mirror image on the page: knowing
where the fold ends one knows all three lines, the fold and both edges of the flap. So all folds
are tried, and the one is kept along whose lines the light steps the same way. One line may be
hidden by the direction of the lamp, and print runs along a second by chance; hardly along two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.core.paper.findings import Quad

_PX_PER_MM = 2.0
_SIDE_PX = 184
_SHORT_MM, _LONG_MM, _STEP_MM = 18.0, 84.0, 2.0  # of the sheet's side that a fold takes away
_MOST_OF_SIDE = 0.45
_UNEVEN = 1.9  # of its longer part over the shorter
_STEP = 2.0  # levels over two pixels
_NEAR_PX = 1.5  # paper does not fold quite straight
_GLANCE = np.linspace(0.08, 0.92, 10)  # places along a line, as shares of it
_ON = np.linspace(0.08, 0.92, 24)
_ON_AND_BEYOND = np.concatenate((_ON, np.linspace(1.15, 1.5, 8)))
_GOES_ON = 0.6
_GLANCED = 1.6  # of three lines
_CLOSER_LOOKS = 8
_TWO_LINES = 1.52  # of the best two of three; creases that cross had up to 1.42

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Folds:
    """Where folds end on both sides of a corner that lies at the origin, in millimetres."""

    along: Floats
    down: Floats

    def lines(self) -> tuple[tuple[Floats, Floats], ...]:
        """Start and end of the fold and of both edges of the flap, one row a fold."""
        none = np.zeros_like(self.along)
        one, two = np.stack((self.along, none), 1), np.stack((none, self.down), 1)
        share = 2 * self.along * self.down / (self.along**2 + self.down**2)
        tip = np.stack((self.down * share, self.along * share), 1)
        return (one, two), (one, tip), (two, tip)


def folded_corner(plain: NDArray[np.uint8], dpi: float, quad: Quad) -> int | None:
    """The corner of *quad* that is folded over, from 0; None when none is.

    *plain* is the look without print, its shadows and edges left as they are.
    """
    picture = Image.fromarray(plain)
    best = (0.0, -1)
    for corner in range(4):
        window, most_mm = _corner_of(picture, dpi, quad, corner)
        best = max(best, (_folded(window, most_mm), corner))
    return best[1] if best[0] > 0 else None


def _corner_of(
    picture: Image.Image, dpi: float, quad: Quad, corner: int
) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """The paper around *corner*, seen as if it were the upper left one; half of both sides."""
    at = np.array(quad[corner])
    sides = np.array((quad[(corner + 1) % 4], quad[corner - 1])) - at
    long = np.maximum(np.hypot(*sides.T), 1.0)
    (ax, ay), (bx, by) = sides / long[:, None] * (dpi / 25.4 / _PX_PER_MM)
    size = (_SIDE_PX, _SIDE_PX)
    matrix = (ax, bx, at[0], ay, by, at[1])
    seen = picture.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    across, down = long / dpi * 25.4 * _MOST_OF_SIDE
    return np.asarray(seen, np.float32), (float(across), float(down))


def _folded(window: NDArray[np.float32], most_mm: tuple[float, float]) -> float:
    """How much of the three lines of the likeliest fold shows; 0 when that is no fold."""
    across, down = np.zeros_like(window), np.zeros_like(window)
    across[:, 1:-1] = window[:, 2:] - window[:, :-2]
    down[1:-1] = window[2:] - window[:-2]
    beyond = window <= 0  # of the image
    steep = np.maximum(np.abs(across), np.abs(down))
    steep[beyond] = 0
    near = steep >= _STEP
    near[1:] |= near[:-1].copy()
    near[:, 1:] |= near[:, :-1].copy()
    folds, places = _glance()
    fits = (folds.along <= most_mm[0]) & (folds.down <= most_mm[1])
    shows = np.where(fits, near.ravel()[places].mean(axis=2).sum(axis=0), 0)
    likely = np.argsort(-shows)[:_CLOSER_LOOKS]
    likely = likely[shows[likely] >= _GLANCED]
    if not likely.size:
        return 0.0
    off = np.arange(-_STEP_MM / 2, _STEP_MM / 2 + 0.1, _STEP_MM / 4)
    more, less = (v.ravel() for v in np.meshgrid(off, off))
    closer = _Folds(
        (folds.along[likely, None] + more).ravel(), (folds.down[likely, None] + less).ravel()
    )
    seen = _shown(closer, across, down, beyond)
    two = seen.sum(axis=0) - seen.min(axis=0)
    return float(np.where(two >= _TWO_LINES, seen.sum(axis=0), 0).max())


def _shown(
    folds: _Folds,
    across: NDArray[np.float32],
    down: NDArray[np.float32],
    beyond: NDArray[np.bool_],
) -> Floats:
    """The share of each line along which the light steps one way: three rows."""
    across, down = (np.where(beyond, 0, steps).ravel() for steps in (across, down))
    shown = []
    for number, (start, end) in enumerate(folds.lines()):
        way = (end - start) / np.hypot(*(end - start).T)[:, None]
        normal = np.stack((way[:, 1], -way[:, 0])).astype(np.float32)[:, :, None]
        places = _along(start, end, _ON if number == 0 else _ON_AND_BEYOND)
        up = np.zeros(places.shape[1:], bool)
        off = np.zeros_like(up)
        for near in (-_NEAR_PX, 0.0, _NEAR_PX):
            at = _flat(places + normal * np.float32(near))
            step = across[at] * normal[0] + down[at] * normal[1]
            up |= step >= _STEP
            off |= step <= -_STEP
        on = [way[:, : _ON.size].mean(axis=1) for way in (up, off)]
        if number > 0:  # a crease or a frame goes on where a flap ends
            on = [
                np.where(way[:, _ON.size :].mean(axis=1) > _GOES_ON, 0, share)
                for way, share in zip((up, off), on, strict=True)
            ]
        shown.append(np.maximum(*on))
    return np.stack(shown)


@lru_cache(maxsize=1)
def _glance() -> tuple[_Folds, NDArray[np.int32]]:
    """All folds that are tried, and where to look: lines, folds, places."""
    reach = np.arange(_SHORT_MM, _LONG_MM, _STEP_MM)
    along, down = (v.ravel() for v in np.meshgrid(reach, reach))
    alike = (along < _UNEVEN * down) & (down < _UNEVEN * along)
    folds = _Folds(along[alike], down[alike])
    return folds, np.stack([_flat(_along(a, b, _GLANCE)) for a, b in folds.lines()])


def _along(start: Floats, end: Floats, shares: Floats) -> NDArray[np.float32]:
    """Columns, then rows of the window at *shares* of the way along each line."""
    at = start.T[:, :, None] + (end - start).T[:, :, None] * shares
    return (at * _PX_PER_MM).astype(np.float32)


def _flat(places: NDArray[np.float32]) -> NDArray[np.int32]:
    """Where the nearest points of the window lie in memory."""
    x, y = np.clip(places + np.float32(0.5), 1, _SIDE_PX - 2).astype(np.int32)
    flat: NDArray[np.int32] = y * _SIDE_PX + x
    return flat
