"""How far the writing on a page leans, and how sure that is.

Lines of print make long rows of lower glyph edges. The page is sheared by one angle after
another; at the right one the edges of a line fall into the same row and the rows' sum of
squares peaks. How far the peak stands above the other angles tells text from all else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

LOOK_DPI = 100  # what this and its neighbours are tuned for; 75 doubles the error, 150 its cost

_INK_LEVELS = 22  # darker than its neighbourhood; bleed-through and paper grain stay below
_AROUND_PX = 10  # radius of that neighbourhood: a line of print and the gap beside it
_MOST_POINTS = 40_000
_FEWEST_POINTS = 70  # a line of three words
_WIDEST_DEG = 15.0
_STEPS_DEG = (0.5, 0.1, 0.02)
_SURE = 2.2  # peak over median: print has 2.5 and more; photos, stamps and specks up to 1.7
_UNBROKEN = 0.8  # a fold or a lone rule fills its row; words leave gaps
_STRAIGHT_DEG = 0.04  # below this turning costs sharpness and gains nothing anyone sees

Points = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
Gray = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Lean:
    """The counter-clockwise turn that would straighten the page."""

    angle_deg: float
    confidence: float  # how far the best angle stands out; below 2.2 it means nothing
    points: int  # how many edge points spoke

    @property
    def sure(self) -> bool:
        """Whether a page may be turned by this without anyone having asked."""
        return self.confidence >= _SURE and self.points >= _FEWEST_POINTS

    @property
    def correction_deg(self) -> float:
        """What to turn by: nothing when unsure or already straight."""
        return self.angle_deg if self.sure and abs(self.angle_deg) > _STRAIGHT_DEG else 0.0


def lean_of(gray: Image.Image) -> Lean:
    """How the writing on *gray* (mode L, about 100 dpi, no lid or feeder border) leans.

    Looks within ±15°. Lines must run roughly left to right; upside down is as good as upright.
    """
    points = _evenly(_lower_edges(gray), _MOST_POINTS)
    if points[0].size < 2:
        return Lean(0.0, 0.0, int(points[0].size))
    few = _evenly(points, _MOST_POINTS // 4)
    angles = np.arange(-_WIDEST_DEG, _WIDEST_DEG + 0.01, _STEPS_DEG[0])
    energies = _energies(few, angles)
    median = float(np.median(energies))
    best = int(np.argmax(energies))
    confidence = float(energies[best]) / median if median else 0.0
    angle = float(angles[best])
    if confidence >= _SURE:  # the last digits of a wrong angle are not worth their time
        for wide, step in pairwise(_STEPS_DEG):
            angle = _finer(points, angle, wide, step)
        fitted = _through_the_lines(points, angle)
        if fitted is None:
            return Lean(angle, 0.0, int(points[0].size))
        angle = fitted
    return Lean(angle, confidence, int(points[0].size))


def darkness(gray: Image.Image) -> npt.NDArray[np.int16]:
    """How many levels each pixel of *gray* is darker than the paper around it."""
    around = gray.filter(ImageFilter.BoxBlur(_AROUND_PX))
    return np.asarray(around, dtype=np.int16) - np.asarray(gray, dtype=np.int16)


def _lower_edges(gray: Image.Image) -> Points:
    """Where ink ends above paper, to a fraction of a pixel: baselines carry most of it."""
    dark = darkness(gray)
    ink = dark > _INK_LEVELS
    bare = ~(ink[1:-2] | ink[2:-1] | ink[3:])  # three pixels: not the bars inside a letter
    # flat, for numpy finds what is true in two dimensions five times as slowly
    y, x = np.divmod(np.flatnonzero(ink[:-3] & bare), ink.shape[1])
    above, below = dark[y, x].astype(np.float64), dark[y + 1, x].astype(np.float64)
    return x.astype(np.float64), y + (above - _INK_LEVELS) / np.maximum(above - below, 1.0)


def _evenly(points: Points, most: int) -> Points:
    """At most *most* of the points, from all over the page."""
    x, y = points
    step = -(-x.size // most)
    return (x, y) if step <= 1 else (x[::step], y[::step])


def _energies(points: Points, angles_deg: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The sum of squared row counts after shearing by each angle."""
    x, y = points
    reach = float(x.max()) + 1
    out = np.empty(angles_deg.size)
    for at, angle in enumerate(np.radians(angles_deg)):
        rows = y * np.cos(angle) - x * np.sin(angle) + reach
        counts = np.bincount(rows.astype(np.int32))
        out[at] = np.dot(counts, counts)
    return out


def _finer(points: Points, angle: float, wide: float, step: float) -> float:
    """The best angle within *wide* of *angle*."""
    angles = np.arange(angle - wide, angle + wide + step / 2, step)
    return float(angles[int(np.argmax(_energies(points, angles)))])


def _through_the_lines(points: Points, angle: float) -> float | None:
    """The common slope of the baselines: least squares, each line with its own height.

    None when all there is are one or two unbroken strokes: a fold is not writing.
    """
    x, y = points
    for reach in (1.5, 0.8, 0.8):
        slope = np.tan(np.radians(angle))
        heights = y - x * slope
        floor = heights.min()
        rows = np.rint(heights - floor).astype(np.int32)
        line = _nearest_peak(np.bincount(rows))[rows]
        near = (line >= 0) & (np.abs(heights - floor - line) <= reach)
        at, xs, ys = line[near], x[near], heights[near]
        if xs.size < _FEWEST_POINTS // 2:
            return None
        total = np.bincount(at)
        xs = xs - (np.bincount(at, xs) / np.maximum(total, 1))[at]
        ys = ys - (np.bincount(at, ys) / np.maximum(total, 1))[at]
        angle = float(np.degrees(np.arctan(slope + np.dot(xs, ys) / np.dot(xs, xs))))
    few_lines = np.count_nonzero(total) < 3
    if few_lines and np.unique(x[near].astype(np.int32)).size > _UNBROKEN * np.ptp(x[near]):
        return None
    return angle


def _nearest_peak(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each row the fullest row within two pixels, or -1 where no line of print stands."""
    wide = np.pad(counts, 2)
    around = np.stack([wide[at : at + counts.size] for at in range(5)])
    peak = np.arange(counts.size) + around.argmax(axis=0) - 2
    return np.where(counts[peak.clip(0, counts.size - 1)] >= max(8, counts.mean() * 2), peak, -1)
