"""Connected marks in a small picture: where the dark pixels that touch each other lie.

numpy alone: runs of pixels along the rows are joined across rows. A page of print at 100 dpi
takes a few milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Marks:
    """All marks of one mask. *y*, *x* and *of* say for every pixel where it is and whose.

    Marks are numbered from 0; the arrays with one entry per mark are in that order.
    """

    y: Indices
    x: Indices
    of: Indices
    count: int

    @cached_property
    def area(self) -> Indices:
        """Pixels of each mark."""
        return np.bincount(self.of, minlength=self.count)

    @cached_property
    def box(self) -> Indices:
        """Left, top, right, bottom of each mark, one row each; right and bottom exclusive."""
        far = 1 << 40
        found = np.full((self.count, 4), (far, far, -1, -1), dtype=np.int64)
        if not len(self.of):
            return found
        breaks = (np.diff(self.x) != 1) | (np.diff(self.y) != 0)
        first = np.concatenate(([0], np.flatnonzero(breaks) + 1))  # of each run: so much fewer
        last = np.concatenate((first[1:], [len(self.of)])) - 1
        whose = self.of[first]
        np.minimum.at(found[:, 0], whose, self.x[first])
        np.minimum.at(found[:, 1], whose, self.y[first])
        np.maximum.at(found[:, 2], whose, self.x[last] + 1)
        np.maximum.at(found[:, 3], whose, self.y[first] + 1)
        return found

    @cached_property
    def length(self) -> Indices:
        """The longer side of each mark's box."""
        sides = self.box[:, 2:] - self.box[:, :2]
        return sides.max(axis=1) if self.count else np.zeros(0, np.int64)

    def pixels(self, mark: int) -> tuple[Indices, Indices]:
        """y and x of one mark."""
        first, last = self._ends[mark], self._ends[mark + 1]
        mine = self._sorted[first:last]
        return self.y[mine], self.x[mine]

    @cached_property
    def _sorted(self) -> Indices:
        """The pixels' places mark by mark, each mark's in reading order."""
        small = self.of.astype(np.uint16) if self.count < 1 << 16 else self.of
        return np.argsort(small, kind="stable")  # 16 bits are sorted without comparing

    @cached_property
    def _ends(self) -> Indices:
        return np.concatenate(([0], np.cumsum(self.area)))


def marks_in(mask: Mask) -> Marks:
    """The marks of *mask*; pixels that touch by a corner belong together."""
    rows, starts, ends = _runs(mask)
    whose = _joined(rows, starts, ends, mask.shape[1] + 2)
    lengths = ends - starts
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    x = np.repeat(starts, lengths) + np.arange(len(first)) - first
    count = int(whose.max()) + 1 if len(whose) else 0
    return Marks(np.repeat(rows, lengths), x, np.repeat(whose, lengths), count)


def _runs(mask: Mask) -> tuple[Indices, Indices, Indices]:
    """Row, first column and end of every run of true pixels, in reading order."""
    wide = np.zeros((mask.shape[0], mask.shape[1] + 2), np.bool_)
    wide[:, 1:-1] = mask
    flat = wide.ravel()
    steps = np.flatnonzero(flat[1:] != flat[:-1])  # into a run and out of it in turn
    rows = steps[::2] // wide.shape[1]
    before = rows * wide.shape[1]
    return rows, steps[::2] - before, steps[1::2] - before


def _joined(rows: Indices, starts: Indices, ends: Indices, width: int) -> Indices:
    """For every run the number of the mark that it belongs to."""
    below = (rows + 1) * width
    low = np.searchsorted(rows * width + ends, below + starts, "left")
    high = np.searchsorted(rows * width + starts, below + ends, "right")
    many = np.maximum(high - low, 0)
    upper = np.repeat(np.arange(len(rows)), many)
    first = np.repeat(np.cumsum(many) - many, many)
    lower = np.repeat(low, many) + np.arange(len(first)) - first
    root = np.arange(len(rows))
    while True:
        least = np.minimum(root[upper], root[lower])
        before = root.copy()
        np.minimum.at(root, root[upper], least)
        np.minimum.at(root, root[lower], least)
        root = root[root]
        if np.array_equal(root, before):
            break
    number = np.cumsum(root == np.arange(len(root))) - 1
    whose: Indices = number[root]
    return whose
