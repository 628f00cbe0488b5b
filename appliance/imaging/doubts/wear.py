"""Marks that paper gets without anybody writing on it: holes, staples, folds, streaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.core.paper.findings import Quad
from appliance.imaging.geometry.marks import marks_in

_HOLE_MM = (4.0, 8.5)  # 5 to 6.5 mm punched, with its torn rim
_HOLE_CONTRASTS = (12.0, 24.0, 36.0)  # at the lowest a hole runs into ink that shows through
_ROUND = 0.72  # its narrower side over its wider one
_EVEN = 9.0  # levels by which the inside of a hole varies
_HOLE_EDGE_MM = 25.0
_STAPLE_MM = (4.5, 15.0)
_STAPLE_THICK_MM = 1.6
_STAPLE_EDGE_MM = 28.0
_FOLD_SHARE = 0.6  # of the sheet's side; letters are folded from edge to edge
_FOLD_THICK_MM = 2.5
_FOLD_CONTRAST = 80.0
_PIECE_CONTRAST, _PIECE_THICK_MM = 60.0, 1.0  # of a fold that is only here and there so dark
_FOLD_TRACE, _FOLD_SEEN = 7.0, 0.8  # what is left of it elsewhere, over which share of the sheet
_STREAK_SHARE = 0.93  # of the sheet's height: dust on the feeder's glass
_AROUND = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))


@dataclass(frozen=True, slots=True)
class Seen:
    """One mark: its pixels, and how dark its darker part is."""

    x: NDArray[np.int64]
    y: NDArray[np.int64]
    contrast: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where the sheet lies in the picture."""

    quad: Quad
    dpi: float

    def mm(self, px: float) -> float:
        """A length on paper."""
        return px * 25.4 / self.dpi

    def to_edge_mm(self, x: float, y: float) -> tuple[float, float]:
        """How far the nearest and the second nearest side of the sheet are."""
        found = []
        for (ax, ay), (bx, by) in zip(self.quad, self.quad[1:] + self.quad[:1], strict=True):
            long = max(1e-6, float(np.hypot(bx - ax, by - ay)))
            found.append(abs((y - ay) * (bx - ax) - (x - ax) * (by - ay)) / long)
        near, next_near = sorted(found)[:2]
        return self.mm(near), self.mm(next_near)

    @property
    def sides_mm(self) -> tuple[float, float]:
        """The upper and the left side."""
        (ax, ay), (bx, by), _, (dx, dy) = self.quad
        return self.mm(float(np.hypot(bx - ax, by - ay))), self.mm(
            float(np.hypot(dx - ax, dy - ay))
        )


def holes_in(
    dark: NDArray[np.float32], inside: NDArray[np.bool_], sheet: Sheet
) -> NDArray[np.bool_]:
    """Where punched holes are, each with a little around it.

    A low contrast is looked for: through a hole one sees a lid that may be as bright as paper.
    """
    found = np.zeros_like(inside)
    size = (_HOLE_MM[0] / 25.4 * sheet.dpi, _HOLE_MM[1] / 25.4 * sheet.dpi)
    for contrast in _HOLE_CONTRASTS:
        marks = marks_in((dark >= contrast) & inside)
        sides = np.sort(marks.box[:, 2:] - marks.box[:, :2], axis=1)
        small, large = sides[:, 0], sides[:, 1]  # most marks are letters: none is looked at alone
        fits = (small >= size[0]) & (large <= size[1]) & (small >= _ROUND * large)
        for mark in np.flatnonzero(fits):
            y, x = marks.pixels(int(mark))
            near, _ = sheet.to_edge_mm(float(x.mean()), float(y.mean()))
            if near <= _HOLE_EDGE_MM and _is_hole(Seen(x, y, 0.0), dark, sheet):
                left, top, right, bottom = marks.box[mark] + (-3, -3, 3, 3)
                found[max(0, top) : bottom, max(0, left) : right] = True
    return found


def wear_of(mark: Seen, sheet: Sheet, dark: NDArray[np.float32]) -> str | None:
    """What kind of wear this mark is; None when somebody may have made it on purpose.

    *dark* is how much darker than the paper every point of the picture is.
    """
    dx, dy = mark.x - mark.x.mean(), mark.y - mark.y.mean()
    spread = np.linalg.eigh(np.cov(np.stack([dx, dy]) if len(dx) > 1 else np.zeros((2, 2))))
    along = spread.eigenvectors[:, 1]
    on, off = dx * along[0] + dy * along[1], dx * along[1] - dy * along[0]
    long, thick = sheet.mm(float(np.ptp(on)) + 1), sheet.mm(float(np.ptp(off)) + 1)
    near, next_near = sheet.to_edge_mm(float(mark.x.mean()), float(mark.y.mean()))
    if (
        _STAPLE_MM[0] <= long <= _STAPLE_MM[1]
        and thick <= _STAPLE_THICK_MM
        and near <= _STAPLE_EDGE_MM
        and next_near <= _STAPLE_EDGE_MM
    ):
        return "staple"
    wide, high = sheet.sides_mm
    side = wide if abs(along[0]) > abs(along[1]) else high
    if long >= _FOLD_SHARE * side and thick <= _FOLD_THICK_MM and mark.contrast <= _FOLD_CONTRAST:
        return "fold"
    if mark.contrast <= _PIECE_CONTRAST and any(
        _lies_on_fold(mark, sheet, dark, first) for first in (0, 1)
    ):
        return "piece of a fold"
    tall = sheet.mm(float(np.ptp(mark.y)) + 1)
    if tall >= _STREAK_SHARE * (high - 10) and sheet.mm(float(np.ptp(mark.x)) + 1) <= 1.0:
        return "streak"
    return None


def _lies_on_fold(mark: Seen, sheet: Sheet, dark: NDArray[np.float32], first: int) -> bool:
    """Whether a thin mark is part of a faint line from edge to edge, along one side's direction.

    *first* 0: along the upper side, 1: along the right one. Lines within a degree are tried.
    """
    (ax, ay), (bx, by) = sheet.quad[first], sheet.quad[first + 1]
    side = float(np.hypot(bx - ax, by - ay))
    x, y = float(mark.x.mean()), float(mark.y.mean())
    steps = np.linspace(-side, side, 400)
    for lean in np.radians(np.linspace(-1, 1, 17)):
        turn = np.arctan2(by - ay, bx - ax) + lean
        c, s = float(np.cos(turn)), float(np.sin(turn))
        thick = sheet.mm(float(np.ptp((mark.y - y) * c - (mark.x - x) * s)) + 1)
        if thick > _PIECE_THICK_MM:
            continue
        columns, rows = _clipped(x + steps * c, y + steps * s, dark.shape)
        seen = np.max([dark[rows + dy, columns + dx] for dx, dy in _AROUND], axis=0)
        if len(seen) > 100 and float((seen > _FOLD_TRACE).mean()) >= _FOLD_SEEN:
            return True
    return False


def _clipped(
    x: NDArray[np.float64], y: NDArray[np.float64], shape: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns and rows of the points well inside the picture."""
    columns, rows = np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)
    good = (columns >= 20) & (columns < shape[1] - 20) & (rows >= 20) & (rows < shape[0] - 20)
    return columns[good], rows[good]


def _is_hole(mark: Seen, dark: NDArray[np.float32], sheet: Sheet) -> bool:
    """A closed round outline of a punch's size with nothing drawn inside: no circled number."""
    small, large = sorted(sheet.mm(float(np.ptp(side)) + 1) for side in (mark.x, mark.y))
    if small < _HOLE_MM[0] or large > _HOLE_MM[1] or small < _ROUND * large:
        return False
    x, y = (float(v.min() + v.max()) / 2 for v in (mark.x, mark.y))
    reach = np.hypot(mark.x - x, mark.y - y)
    rim = reach > 0.7 * reach.max()
    if not _all_around(mark.x[rim] - x, mark.y[rim] - y):
        return False
    box = dark[mark.y.min() : mark.y.max() + 1, mark.x.min() : mark.x.max() + 1]
    rows, columns = np.indices(box.shape)
    away = np.hypot(columns + mark.x.min() - x, rows + mark.y.min() - y)
    return float(np.std(box[away < 0.55 * reach.max()])) < _EVEN


def _all_around(x: NDArray[np.float64], y: NDArray[np.float64]) -> bool:
    """Whether points lie in almost all directions from the origin."""
    turns = np.floor(np.degrees(np.arctan2(y, x)) / 30).astype(int)
    return len(np.unique(turns)) >= 11
