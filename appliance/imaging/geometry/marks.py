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
    """All marks of one mask, as runs of pixels along the rows, in reading order.

    Runs lie in *rows* from *starts* up to *ends* (exclusive) and belong to the mark *whose*.
    Marks are numbered from 0; the arrays with one entry per mark are in that order.
    """

    rows: Indices
    starts: Indices
    ends: Indices
    whose: Indices
    count: int

    @cached_property
    def area(self) -> Indices:
        """Pixels of each mark."""
        lengths = self.ends - self.starts
        return np.bincount(self.whose, lengths, minlength=self.count).astype(np.int64)

    @cached_property
    def box(self) -> Indices:
        """Left, top, right, bottom of each mark, one row each; right and bottom exclusive."""
        far = 1 << 40
        found = np.full((self.count, 4), (far, far, -1, -1), dtype=np.int64)
        np.minimum.at(found[:, 0], self.whose, self.starts)
        np.maximum.at(found[:, 2], self.whose, self.ends)
        found[self.whose[::-1], 1] = self.rows[::-1]  # the last one put there stays: the first row
        found[self.whose, 3] = self.rows + 1
        return found

    @cached_property
    def length(self) -> Indices:
        """The longer side of each mark's box."""
        sides = self.box[:, 2:] - self.box[:, :2]
        return sides.max(axis=1) if self.count else np.zeros(0, np.int64)

    def pixels(self, mark: int) -> tuple[Indices, Indices]:
        """y and x of one mark, in reading order."""
        first, last = self._first_runs[mark], self._first_runs[mark + 1]
        mine = self._by_mark[first:last]
        return _unrolled(self.rows[mine], self.starts[mine], self.ends[mine])

    def all_pixels(self, marks: Mask | None = None) -> tuple[Indices, Indices, Indices]:
        """y and x of every pixel, and whose it is; of the *marks* that are wanted, or of all."""
        mine = slice(None) if marks is None else marks[self.whose]
        rows, starts, ends = self.rows[mine], self.starts[mine], self.ends[mine]
        return *_unrolled(rows, starts, ends), np.repeat(self.whose[mine], ends - starts)

    def within(self, there: Mask) -> Marks:
        """What of each mark lies where *there* is true, under the same numbers."""
        y, x, of = self.all_pixels()
        kept = there[y, x]
        y, x, of = y[kept], x[kept], of[kept]
        last = np.flatnonzero((np.diff(x, append=-1) != 1) | (np.diff(y, append=-1) != 0))
        first = np.concatenate(([0], last + 1))[: last.size]
        return Marks(y[first], x[first], x[last] + 1, of[first], self.count)

    @cached_property
    def _by_mark(self) -> Indices:
        """The runs mark by mark, each mark's in reading order."""
        small = self.whose.astype(np.uint16) if self.count < 1 << 16 else self.whose
        return np.argsort(small, kind="stable")  # 16 bits are sorted without comparing

    @cached_property
    def _first_runs(self) -> Indices:
        return np.concatenate(([0], np.cumsum(np.bincount(self.whose, minlength=self.count))))


def marks_in(mask: Mask) -> Marks:
    """The marks of *mask*; pixels that touch by a corner belong together."""
    rows, starts, ends = _runs(mask)
    whose = _joined(rows, starts, ends, mask.shape[1] + 2)
    return Marks(rows, starts, ends, whose, int(whose.max()) + 1 if len(whose) else 0)


def _unrolled(rows: Indices, starts: Indices, ends: Indices) -> tuple[Indices, Indices]:
    """y and x of each pixel of these runs."""
    lengths = ends - starts
    first = np.cumsum(lengths) - lengths
    x = np.arange(int(lengths.sum())) + np.repeat(starts - first, lengths)
    return np.repeat(rows, lengths), x


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
    np.minimum.at(root, lower, upper)
    while True:
        while not np.array_equal(root, root[root]):  # each to the first of its chain
            root = root[root]
        one, other = root[upper], root[lower]
        apart = np.flatnonzero(one != other)  # where two chains meet further down: few
        if not apart.size:
            break
        one, other = one[apart], other[apart]
        np.minimum.at(root, np.maximum(one, other), np.minimum(one, other))
    number = np.cumsum(root == np.arange(len(root))) - 1
    whose: Indices = number[root]
    return whose
