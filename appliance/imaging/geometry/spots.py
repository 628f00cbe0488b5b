"""Where on an upright page something lies, in the nine words a person would use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from appliance.core.paper.findings import Quad

_ROWS, _COLUMNS = ("top", "middle", "bottom"), ("left", "middle", "right")


class Spots:
    """Names points of a picture by their place on the sheet *quad*, turned clockwise by *turn*."""

    def __init__(self, quad: Quad, turn: int = 0) -> None:
        first = -turn // 90 % 4
        upright = quad[first:] + quad[:first]
        corners = np.array([(x, y, 1.0) for x, y in upright])
        there = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
        self._onto = np.linalg.lstsq(corners, there, rcond=None)[0]

    def on_sheet(self, x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float64]:
        """Each point as shares of the upright sheet's width and height, one row each."""
        shares: NDArray[np.float64] = np.stack([x, y, np.ones_like(x)], axis=-1) @ self._onto
        return shares

    def name(self, points: Iterable[tuple[float, float]]) -> str:
        """The place of the points' middle: "top-left", "middle", "bottom-middle"..."""
        x, y = np.array(list(points), dtype=np.float64).T
        u, v = np.clip(np.mean(self.on_sheet(x, y), axis=0), 0, 0.999)
        row, column = _ROWS[int(v * 3)], _COLUMNS[int(u * 3)]
        return "middle" if row == column == "middle" else f"{row}-{column}"
