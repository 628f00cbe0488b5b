"""How quickly strokes rise: out of focus, and behind a shaking hand, they do so slowly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from appliance.imaging.colors.depths import Depths
from appliance.imaging.doubts.lying_over import brightest

CELL_PX = 48  # 12 mm at 100 dpi: some words of print
_WRITTEN, _INKED = 50.0, 0.02  # levels over as much of a cell: less says nothing of sharpness
_STROKE = 60.0  # its strongest strokes; ink that comes through from behind is fainter
_SHARP = 0.4  # of its contrast a stroke gains from one point to the next; unsharp: 0.16 to 0.33
_FEW = CELL_PX * CELL_PX // 100  # the hundredth strongest of each cell stands for it
_AROUND_PX = 9
_EDGE, _FEW_EDGES = 50, 60  # levels within as many pixels; so many points tell
_CLEAR_EDGE = 0.21  # drawn portraits: sharp 0.24 and more, out of focus 0.19 at most


@dataclass(frozen=True, slots=True)
class Quickness:
    """What share of its contrast the best stroke of each written cell gains within a pixel."""

    across: NDArray[np.float64]
    down: NDArray[np.float64]


def soft_cells(
    gray: NDArray[np.int16], seen: Depths, inside: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], int]:
    """The cells whose strokes rise slowly whichever way they run, and how many are written in."""
    inked, strong = _strokes(seen, inside)
    rise = np.maximum(*_rises(gray))
    soft = np.zeros_like(inked)
    soft[inked] = (strong >= _STROKE) & (_quickest(rise, inside, inked) < _SHARP * strong)
    return soft, int(inked.sum())


def sharpness_on(gray: NDArray[np.int16], seen: Depths, inside: NDArray[np.bool_]) -> Quickness:
    """Both ways for themselves, of every cell with a stroke strong enough to tell."""
    inked, strong = _strokes(seen, inside)
    tells = strong >= _STROKE
    across, down = (_quickest(rise, inside, inked)[tells] / strong[tells] for rise in _rises(gray))
    return Quickness(across, down)


def is_soft_picture(gray: NDArray[np.uint8], inside: NDArray[np.bool_]) -> bool:
    """Whether even the clearest edges of a picture are spread out; skin and sky are soft anyway.

    False where it has too few edges to tell.
    """
    span = brightest(gray, _AROUND_PX).astype(np.int16) + brightest(~gray, _AROUND_PX) - 255
    edges = (span >= _EDGE)[:-1, :-1] & inside[:-1, :-1]
    if edges.sum() < _FEW_EDGES:
        return False
    rise = np.maximum(*_rises(gray.astype(np.int16)))
    return bool(np.percentile(rise[edges] / span[:-1, :-1][edges], 98) < _CLEAR_EDGE)


def cells_of(levels: NDArray[Any], side: int = CELL_PX) -> NDArray[Any]:
    """Rows and columns of cells, the points of each in the last axis; a rest is left out."""
    high, wide = (length // side for length in levels.shape)
    blocks = levels[: high * side, : wide * side].reshape(high, side, wide, side)
    return blocks.swapaxes(1, 2).reshape(high, wide, side * side)


def _strokes(
    seen: Depths, inside: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Which cells are written in, and how strong the strokes of those are."""
    ink = cells_of(np.where(inside, seen.dark, 0)[:-1, :-1])
    inked = (ink > _WRITTEN).mean(axis=2) > _INKED
    strong: NDArray[np.float32] = -np.partition(-ink[inked], _FEW, axis=1)[:, _FEW]
    return inked, strong


def _rises(gray: NDArray[np.int16]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    return np.abs(gray[:-1, 1:] - gray[:-1, :-1]), np.abs(gray[1:, :-1] - gray[:-1, :-1])


def _quickest(
    rise: NDArray[np.int16], inside: NDArray[np.bool_], inked: NDArray[np.bool_]
) -> NDArray[np.int16]:
    steps = cells_of(np.where(inside[:-1, :-1], rise, 0))[inked]
    quick: NDArray[np.int16] = -np.partition(-steps, _FEW, axis=1)[:, _FEW]
    return quick
