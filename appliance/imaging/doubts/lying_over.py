"""Whether another sheet, or a folded corner of this one, lies over what should be read.

Paper on paper shows by its shadow: along a straight line the light falls at once and comes back
softly. Print does not do so: a rule is as steep on both sides, a tinted field has no soft one,
and the crease of a letter is soft on both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

_DPI = 100
_MM = _DPI / 25.4
_STROKE_PX = 5  # what is thinner is print; a shadow is broader
_SHADE = 8  # levels below the paper around it
_PAPER_PX = 41  # print has been taken away: what is as broad as this is paper or a picture
_STEPS_DEG = 2.0
_BAND_PX = 3
_GAP_MM, _LEAST_MM = 5.0, 33.0  # lines of bold print reach 31
_MOST_POINTS = 2500
_MOST_SHADED = 0.12  # of the sheet: a picture, a tinted paper, bad light
_FAR_PX = 14  # here a shadow has ended
_NEAR_PX = 3  # on its steep side the light is back within this
_DEPTH = 9.0  # levels of its middle profile
_STEEP, _SOFT = 0.8, 0.68  # of the depth that is back at _NEAR_PX, on either side
_SAME = 2.0  # levels
_OFF_PX = 6  # by which the line that was found may lie off the true one
_SPEAK, _OBJECT = 0.6, 0.1  # of the pieces along a line that lean one way, and the other
_TRIES = 7

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shadow:
    """A straight shadow on the sheet: its ends in pixels, and on which side of it paper lies."""

    start: tuple[float, float]
    end: tuple[float, float]
    towards: tuple[float, float]  # from the line to the paper that throws it; of length 1

    @property
    def length_mm(self) -> float:
        """From end to end."""
        return float(np.hypot(*np.subtract(self.end, self.start))) / _MM


@dataclass(frozen=True, slots=True)
class Paper:
    """The brightest of three channels, for shadows have no colour; and the same without print."""

    levels: NDArray[np.uint8]
    plain: NDArray[np.uint8]


def paper_on(small: Image.Image) -> Paper:
    """What shadows are looked for on. *small* (RGB) has 100 dpi."""
    red, green, blue = small.split()
    levels = np.asarray(ImageChops.lighter(ImageChops.lighter(red, green), blue))
    return Paper(levels, ~brightest(~brightest(levels, _STROKE_PX), _STROKE_PX))


def shadows_on(paper: Paper, inside: NDArray[np.bool_]) -> list[Shadow]:
    """Shadows of paper lying on the sheet, longest first.

    *inside* is true on the sheet, away from its own edges.
    """
    levels, plain = paper.levels, Image.fromarray(paper.plain)
    # the paper around: what a lamp or a lid may shade is broader than any of this
    around = Image.fromarray(brightest(np.asarray(plain.reduce(4)), _PAPER_PX // 4))
    drop = ImageChops.subtract(around.resize(plain.size), plain)  # no less than 0
    shaded = (np.asarray(drop) >= _SHADE) & inside
    if not inside.any() or shaded.sum() > _MOST_SHADED * inside.sum():
        return []
    found: list[Shadow] = []
    y, x = (v.astype(np.float64) for v in np.nonzero(shaded))
    for _ in range(_TRIES):
        if x.size < _LEAST_MM * _MM:
            break
        angle, place = _fullest_line(x, y)
        c, s = np.cos(angle), np.sin(angle)
        off, along = y * c - x * s - place, x * c + y * s
        near = np.abs(off) <= _BAND_PX
        start, end = _longest_run(along[near])
        if end - start < _LEAST_MM * _MM:
            break
        ends = [(t * c - place * s, t * s + place * c) for t in (start, end)]
        if side := _thrown_from(levels, ends[0], ends[1]):
            found.append(Shadow(ends[0], ends[1], (side * float(s), -side * float(c))))
        gone = (np.abs(off) <= 3 * _BAND_PX) & (along >= start - 1) & (along <= end + 1)
        x, y = x[~gone], y[~gone]
    return sorted(found, key=lambda one: -one.length_mm)


def brightest(levels: NDArray[np.uint8], px: int) -> NDArray[np.uint8]:
    """The brightest within a square of *px* pixels, or one more where that is even.

    Each step doubles the reach of the one before; Pillow's filter takes far longer.
    """
    reach = px // 2
    across = 2 * reach + 1
    seen = np.pad(levels, reach, mode="edge")
    for axis in (0, 1):
        done, long = 1, seen.shape[axis] - 2 * reach
        while done < across:
            more = min(done, across - done)
            end = seen.shape[axis] - more
            seen = np.maximum(_cut(seen, axis, 0, end), _cut(seen, axis, more, more + end))
            done += more
        seen = _cut(seen, axis, 0, long)
    return seen


def _cut(levels: NDArray[np.uint8], axis: int, start: int, end: int) -> NDArray[np.uint8]:
    return levels[start:end] if axis == 0 else levels[:, start:end]


def _fullest_line(x: Floats, y: Floats) -> tuple[float, float]:
    """Angle and distance from the origin of the line that most points lie along."""
    step = max(1, x.size // _MOST_POINTS)
    few_x, few_y = x[::step], y[::step]
    best = (-1.0, 0.0, 0.0)
    for angle in np.radians(np.arange(-90, 90, _STEPS_DEG)):
        off = few_y * np.cos(angle) - few_x * np.sin(angle)
        least = float(off.min())
        counts = np.bincount(((off - least) / _BAND_PX).astype(np.int64))
        top = int(np.argmax(counts))
        if counts[top] > best[0]:
            best = (float(counts[top]), float(angle), least + (top + 0.5) * _BAND_PX)
    return best[1], best[2]


def _longest_run(along: Floats) -> tuple[float, float]:
    """The ends of the longest stretch without a gap."""
    ordered = np.sort(along)
    breaks = np.flatnonzero(np.diff(ordered) > _GAP_MM * _MM)
    starts = ordered[np.concatenate(([0], breaks + 1))]
    ends = ordered[np.concatenate((breaks, [ordered.size - 1]))]
    longest = int(np.argmax(ends - starts))
    return float(starts[longest]), float(ends[longest])


def _thrown_from(
    levels: NDArray[np.uint8], start: tuple[float, float], end: tuple[float, float]
) -> int:
    """On which side of this line the light falls at once, where it comes back softly on the other.

    1: on the left of somebody who walks along it, -1: on the right, 0: it is no shadow. Looked at
    in pieces, for the line found is only about right and writing crosses it.
    """
    (ax, ay), (bx, by) = start, end
    long = float(np.hypot(bx - ax, by - ay))
    dx, dy = (bx - ax) / long, (by - ay) / long
    n = np.arange(-_FAR_PX - _OFF_PX, _FAR_PX + _OFF_PX + 1)
    t = np.arange(0.0, long, 1.0)
    xs = np.rint(ax + t[:, None] * dx - n * dy).astype(np.int64)
    ys = np.rint(ay + t[:, None] * dy + n * dx).astype(np.int64)
    xs, ys = xs.clip(0, levels.shape[1] - 1), ys.clip(0, levels.shape[0] - 1)
    looks = levels[ys, xs]
    pieces = np.array_split(looks, max(1, round(long / (6 * _MM))))
    said = [_leans(np.median(piece, axis=0)) for piece in pieces]
    left, right = said.count(-1), said.count(1)
    speak, against = max(left, right), min(left, right)
    if speak < max(2, _SPEAK * len(pieces)) or against > _OBJECT * len(pieces):
        return 0
    return 1 if right > left else -1


def _leans(profile: Floats) -> int:
    """On which side this profile across a line is soft: -1, 1, or 0 for neither."""
    at = _FAR_PX + int(np.argmin(profile[_FAR_PX:-_FAR_PX]))
    low = float(profile[at])
    back = []
    for side in (-1, 1):
        way = profile[at::side]
        way = way[max(0, int(np.argmax(way > low + _SAME)) - 1) :]  # from where the dark ends
        if way.size <= 2 * _NEAR_PX:
            return 0
        far = float(np.median(way[min(_FAR_PX, way.size) - 4 : _FAR_PX + 1]))
        if far - low < _DEPTH:
            return 0
        back.append((float(way[_NEAR_PX]) - low) / (far - low))
        soft = way[[0, _NEAR_PX, 2 * _NEAR_PX]]
        if back[-1] <= _SOFT and (np.diff(soft) <= 0).any():
            return 0  # print: dark again further on
    if back[0] >= _STEEP and back[1] <= _SOFT:
        return 1
    if back[1] >= _STEEP and back[0] <= _SOFT:
        return -1
    return 0
