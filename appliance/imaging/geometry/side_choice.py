"""Which of the lines near a sheet's sides are its edges: several may look like one.

A printed frame or the border of a code runs along the edge of a card and shows more clearly than
white plastic on a white lid. So the clearest line is not taken for granted: an outer one that
is credible comes first, for nothing of a sheet may be lost, and lines at the distance of a
standard size belong together even where one of them hardly shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from appliance.imaging.geometry.sizes import SIZES_MM

_FAINT = 0.5  # cost of a line without any voice beside one that is clear
_DEEP = 0.15  # cost of each millimetre that a line lies within the outermost one
_UNSURE = 0.25  # cost of a line that only a standard size speaks for
_UNSEEN = 0.6  # cost of passing over all lines of a side
_FITS, _REACHES = 0.6, 0.2  # worth of a distance that is seen, and of one that is only assumed
_OFF_MM = 1.0  # from here on a distance is no standard one


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be an edge: how far inside the rough side it runs, and how clearly."""

    place_mm: float
    voice: float  # 0 to about 1: which share of the looks speaks for it, and how loudly
    sure: bool = True  # clear enough to be an edge whatever the size


@dataclass(frozen=True, slots=True)
class Side:
    """Where an edge was taken to be, and whether any line is there."""

    place_mm: float | None
    seen: bool


_NOWHERE = Side(None, False)
_Pair = tuple[float, Side, Side]  # what the choice costs


def chosen(
    lines: Sequence[Sequence[Candidate]],
    rough_mm: tuple[float, float],
    reach_mm: tuple[float, float],
) -> tuple[Side, Side, Side, Side]:
    """The edges among the *lines* of top, right, bottom and left.

    *rough_mm* is width and height between the rough sides. *reach_mm* is how far outside and
    inside of them an edge that no line shows may be assumed, at a standard size's distance from
    the one across.
    """
    top, right, bottom, left = lines
    sizes: list[tuple[float | None, float | None]] = [(None, None)]
    for a, b in SIZES_MM.values():
        sizes += [(a, b), (b, a)]
    across, down = min(
        (
            (
                _pair(left, right, rough_mm[0], wide, reach_mm),
                _pair(top, bottom, rough_mm[1], high, reach_mm),
            )
            for wide, high in sizes
        ),
        key=lambda both: both[0][0] + both[1][0],
    )
    return down[1], across[2], down[2], across[1]


def _pair(
    first: Sequence[Candidate],
    second: Sequence[Candidate],
    rough_mm: float,
    wanted_mm: float | None,
    reach_mm: tuple[float, float],
) -> _Pair:
    """The best two opposite edges; of infinite cost where none are *wanted_mm* apart."""
    best: _Pair = (math.inf, _NOWHERE, _NOWHERE)
    for one, other in product((*first, None), (*second, None)):
        if wanted_mm is None and not all(line is None or line.sure for line in (one, other)):
            continue
        cost = _cost(one, first) + _cost(other, second)
        sides = [Side(line.place_mm, True) if line else _NOWHERE for line in (one, other)]
        if wanted_mm is not None:
            gain = 0.0
            if one and other:
                off = abs(rough_mm - one.place_mm - other.place_mm - wanted_mm)
                gain = _FITS * (1 - off / _OFF_MM)
            elif (line := one or other) and line.sure and _is_best(line, first if one else second):
                rest = rough_mm - wanted_mm - line.place_mm
                if -reach_mm[0] <= rest <= reach_mm[1]:
                    gain = _REACHES
                    sides = [side if side.seen else Side(rest, False) for side in sides]
            if gain <= 0:
                continue
            cost -= gain
        if cost < best[0] - 1e-9:
            best = (cost, sides[0], sides[1])
    return best


def _is_best(one: Candidate, side: Sequence[Candidate]) -> bool:
    """Whether this would be taken by itself: an edge that nothing shows is no reason for a line."""
    return _cost(one, side) <= min(_cost(line, side) for line in side)


def _cost(one: Candidate | None, side: Sequence[Candidate]) -> float:
    sure = [line for line in side if line.sure]
    if one is None:
        return _UNSEEN if sure else 0.0
    clearest = max(line.voice for line in side)
    outermost = min((line.place_mm for line in sure), default=one.place_mm)
    deep_mm = max(0.0, one.place_mm - outermost)
    unsure = 0.0 if one.sure else _UNSURE
    return _FAINT * (1 - one.voice / clearest) + _DEEP * deep_mm + unsure
