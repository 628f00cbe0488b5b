"""Marks that paper gets without anybody writing on it: holes, staples, folds, streaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.core.findings import Quad

_HOLE_MM = (4.0, 8.5)  # 5 to 6.5 mm punched, with its torn rim
_HOLE_EDGE_MM = 25.0
_STAPLE_MM = (4.5, 15.0)
_STAPLE_THICK_MM = 1.6
_STAPLE_EDGE_MM = 28.0
_FOLD_SHARE = 0.6  # of the sheet's side; letters are folded from edge to edge
_FOLD_THICK_MM = 2.5
_FOLD_CONTRAST = 80.0
_STREAK_SHARE = 0.93  # of the sheet's height: dust on the feeder's glass


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


def wear_of(mark: Seen, sheet: Sheet) -> str | None:
    """What kind of wear this mark is; None when somebody may have made it on purpose."""
    dx, dy = mark.x - mark.x.mean(), mark.y - mark.y.mean()
    spread = np.linalg.eigh(np.cov(np.stack([dx, dy]) if len(dx) > 1 else np.zeros((2, 2))))
    along = spread.eigenvectors[:, 1]
    on, off = dx * along[0] + dy * along[1], dx * along[1] - dy * along[0]
    long, thick = sheet.mm(float(np.ptp(on)) + 1), sheet.mm(float(np.ptp(off)) + 1)
    near, next_near = sheet.to_edge_mm(float(mark.x.mean()), float(mark.y.mean()))
    if _is_hole(mark, long, thick, sheet) and near <= _HOLE_EDGE_MM:
        return "hole"
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
    tall = sheet.mm(float(np.ptp(mark.y)) + 1)
    if tall >= _STREAK_SHARE * (high - 10) and sheet.mm(float(np.ptp(mark.x)) + 1) <= 1.0:
        return "streak"
    return None


def _is_hole(mark: Seen, long: float, thick: float, sheet: Sheet) -> bool:
    """Round, of a punch's size, and either filled or only its rim."""
    if not (_HOLE_MM[0] <= thick <= long <= _HOLE_MM[1]) or thick < 0.8 * long:
        return False
    middle_x, middle_y = (float(v.min() + v.max()) / 2 for v in (mark.x, mark.y))
    reach = np.hypot(mark.x - middle_x, mark.y - middle_y)
    radius = float(reach.max())
    filled = len(reach) / (np.pi * (radius + 0.5) ** 2) > 0.75
    rim = bool((reach > radius * 0.7).all()) and _all_around(mark, middle_x, middle_y)
    return radius > 0 and (filled or rim)


def _all_around(mark: Seen, x: float, y: float) -> bool:
    """Whether the mark goes all the way around a point."""
    turns = np.floor(np.degrees(np.arctan2(mark.y - y, mark.x - x)) / 30).astype(int)
    return len(np.unique(turns)) >= 11
