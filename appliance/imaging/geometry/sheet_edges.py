"""The edges of a sheet to a fraction of a pixel, from many small looks across each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from appliance.core.paper.findings import Point, Quad
from appliance.imaging.geometry.rectangles import Rectangle
from appliance.imaging.geometry.sampling import Levels, sampled, tint_within
from appliance.imaging.geometry.side_choice import Candidate, Side, chosen

_LOOKS = 90  # per side
_OUTWARDS_MM = 3.0  # from the rough edge
_INWARDS_MM = 5.5  # a lamp's deep shadow is taken for the sheet by up to 5 mm
_BEYOND_MM = 1.0  # of a rough edge all around which lid is seen, an edge that no line shows
_CORNER_MM = 1.0  # from a sheet's corner its edges blur, and its shadow goes around it
_STEP_PX = 0.5
_BORDERLINE_LEVELS = 10  # paper and lid this much apart are two things
_LEAST_STEP = 3.0  # levels within a pixel more than around; less is no edge
_SOFT_PX = 2.0  # a step that is as steep this far away is a shadow's
_ALONG_PX = 1.0  # how far an edge may lie off its line
_FEWEST_LOOKS = 8
_AGREED = 0.45  # of the looks that could show an edge on a line must show one
_LOUD = 0.13  # mean voice of the looks: a sensor's columns make lines of 2 to 3 levels
_BORDER_LEVELS = 4.0
_EVEN_LEVELS, _EVENLY = 12.0, 0.8  # of the looks see the same lid; of a row of letters they do not
_CLEAR_LEVELS = 20.0  # an edge this sharp speaks with its full voice
_WRITTEN_STEP = 20.0
_FEW, _NEARLY_ALL = 0.1, 0.85
_MOSTLY = 0.35  # of a look must lie in the image
_NEARBY = 12  # samples: an edge is weighed against what is this near, not against far print
_MOST_LINES = 5  # looked at closely on each side
_FAINTEST, _SOME = 0.05, 0.2  # of the looks: less speaks for no edge even where one must be

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edges:
    """A sheet's corners and what its edges look like."""

    quad: Quad
    seen: tuple[bool, bool, bool, bool]  # top, right, bottom, left
    differs: bool  # the item is another colour than what lies around it, on most of what is seen
    shaded: bool  # a soft grey shadow lies along at least one side
    support: float  # how clearly the edges show, in sides: up to 4


@dataclass(frozen=True)
class _Looks:
    """The looks across one side, which runs from *a* towards *b* along *along*."""

    a: Point
    along: Point
    t: Floats  # how far along the side each look is
    n: Floats  # how far within each sample is; below 0: outside
    levels: Floats  # look, sample, channel
    sharp: Floats  # look, sample: how sharp an edge is there; -1 beyond the image's rim

    def votes(self, slope: float) -> Floats:
        """How clearly the looks show an edge, had the side this slope; one entry per sample."""
        only: Floats = self.votes_of(np.array([slope]))[0]
        return only

    def votes_of(self, slopes: Floats) -> Floats:
        """``votes`` for many slopes at once, a row each."""
        looks, samples = self._edges
        at = samples - slopes[:, None] * (self.t[looks] - self.t.mean()) / _STEP_PX
        size, kept = self.n.size, (at >= 0) & (at <= self.n.size - 1)
        rows, edges = np.nonzero(kept)
        into = rows * size + np.rint(at[kept]).astype(np.int64)
        votes = np.bincount(into, self._speak[edges], minlength=slopes.size * size)
        near = np.pad(votes.reshape(slopes.size, size), ((0, 0), (1, 1)))
        spread: Floats = 0.5 * near[:, :-2] + near[:, 1:-1] + 0.5 * near[:, 2:]
        return spread

    def visible(self, slope: float) -> Floats:
        """How many looks could have an edge there at all; one entry per sample."""
        lift = np.rint(slope * (self.t - self.t.mean()) / _STEP_PX).astype(np.int64)
        at = np.arange(self.n.size)[None, :] + lift[:, None]
        inside = (at >= 0) & (at < self.n.size)
        there = np.take_along_axis(self.sharp, at.clip(0, self.n.size - 1), axis=1) >= 0
        shown: Floats = (there & inside).sum(axis=0).astype(np.float64)
        return shown

    @cached_property
    def _edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Look and sample of each sharp local maximum; a shadow is no such thing.

        Letters are, but never in a row.
        """
        s = np.pad(self.sharp, ((0, 0), (1, 1)))
        wide = np.pad(self.sharp, ((0, 0), (_NEARBY, _NEARBY)))
        strongest = sliding_window_view(wide, 2 * _NEARBY + 1, axis=1).max(axis=2)
        enough = np.maximum(_LEAST_STEP, 0.15 * strongest)
        before, here, after = s[:, :-2], s[:, 1:-1], s[:, 2:]
        whole = (before >= 0) & (after >= 0)  # of an edge beyond the rim one sees the foot alone
        looks, samples = np.nonzero(whole & (here >= enough) & (here >= before) & (here > after))
        return looks, samples

    @cached_property
    def _speak(self) -> Floats:
        """How clearly each edge speaks, up to 1."""
        clear: Floats = np.minimum(self.sharp[self._edges], _CLEAR_LEVELS) / _CLEAR_LEVELS
        return clear

    def near(self, slope: float, offset: float) -> tuple[Floats, Floats]:
        """t and place of the edges that lie along this line, to a fraction of a sample."""
        looks, samples = self._edges
        t = self.t[looks] - self.t.mean()
        inner = (samples > 0) & (samples < self.n.size - 1)
        off = np.abs(self.n[samples] - offset - slope * t) <= _ALONG_PX
        looks, samples, t = looks[inner & off], samples[inner & off], t[inner & off]
        left, top, right = (self.sharp[looks, samples + k].clip(0) for k in (-1, 0, 1))
        bend = np.minimum(left - 2 * top + right, -1e-6)
        between = (0.5 * (left - right) / bend).clip(-0.5, 0.5)
        return t, self.n[samples] + between * _STEP_PX


@dataclass(frozen=True, slots=True)
class _Line:
    """A side as a point on it and its direction."""

    at: Point
    along: Point


def refined(
    look: Image.Image,
    rectangle: Rectangle,
    dpi: float,
    most_slope: float = 0.02,
    *,
    wary: bool = False,
    inwards_mm: float = _INWARDS_MM,
) -> Edges:
    """The true edges near the rough *rectangle* on *look* (RGB).

    A side whose edge does not show keeps its distance from the one across, or stays where it is
    when *rectangle* already says that it runs along the image's rim. *wary*: nothing else says
    that there is an edge at all, so a line with the same on both sides is none. *inwards_mm*
    is how much too large the rectangle may be.
    """
    levels, px = np.asarray(look), dpi / 25.4
    c, s = float(np.cos(rectangle.angle)), float(np.sin(rectangle.angle))
    r = rectangle
    ends = [(r.left, r.top), (r.right, r.top), (r.right, r.bottom), (r.left, r.bottom)]
    corners = [(u * c - v * s, u * s + v * c) for u, v in ends]
    sides = [_looks(levels, corners[n], corners[(n + 1) % 4], dpi, inwards_mm) for n in range(4)]
    shown = [side for side in sides if side is not None]
    slope = _common_slope(shown, most_slope)
    found = [
        _lines(side, slope, px, at_rim=wary or not r.seen[n]) if side else []
        for n, side in enumerate(sides)
    ]
    rough_mm = (r.right - r.left) / px, (r.bottom - r.top) / px
    reach_mm = _BEYOND_MM if all(r.seen) and not wary else _OUTWARDS_MM, inwards_mm
    picked = chosen(found, rough_mm, reach_mm)
    at_rim = [n for n in range(4) if not r.seen[n]]
    while crossed := [
        n for n in at_rim if _is_crossed(levels, corners, sides, picked, n, slope, dpi)
    ]:
        for n in crossed:
            found[n] = [line for line in found[n] if line.place_mm != picked[n].place_mm]
        picked = chosen(found, rough_mm, reach_mm)
    slope, places = _fitted(
        sides, slope, [p.place_mm * px if p.place_mm is not None else None for p in picked]
    )
    support = sum(
        float(side.votes(slope).max() / _LOOKS)
        for side, pick in zip(sides, picked, strict=True)
        if side is not None and pick.seen
    )
    lines, without = [], []
    for n, (side, place) in enumerate(zip(sides, places, strict=True)):
        a, b = corners[n], corners[(n + 1) % 4]
        dx, dy = _unit(b[0] - a[0], b[1] - a[1])
        middle = float(np.hypot(b[0] - a[0], b[1] - a[1])) / 2
        across = places[(n + 2) % 4]
        inwards = -across if across is not None and rectangle.seen[n] else 0.0
        if place is not None:  # also of an edge beyond the image, which no look can show
            inwards = place
            if side is not None:
                middle = float(side.t.mean())
                if picked[n].seen:
                    without.append(_beside(side, slope, place, px))
        at = (a[0] + middle * dx - inwards * dy, a[1] + middle * dy + inwards * dx)
        lines.append(_Line(at, _unit(dx - slope * dy, dy + slope * dx)))
    crossings = [_crossing(lines[n - 1], lines[n]) for n in range(4)]
    quad = crossings[0], crossings[1], crossings[2], crossings[3]
    tint = tint_within(levels, quad)
    differing = [np.abs(out - tint).max() >= _BORDERLINE_LEVELS for out, _ in without]
    return Edges(
        quad,
        (picked[0].seen, picked[1].seen, picked[2].seen, picked[3].seen),
        sum(differing) * 2 > len(differing),
        any(shaded for _, shaded in without),
        support,
    )


def _looks(
    levels: Levels, a: Point, b: Point, dpi: float, inwards_mm: float,
    part: tuple[float, float] = (0.04, 0.96),
) -> _Looks | None:  # fmt: skip
    """Samples across *part* of the way from *a* to *b*; None where too little is in the image."""
    px = dpi / 25.4
    length = float(np.hypot(b[0] - a[0], b[1] - a[1])) or 1.0
    dx, dy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
    t = np.linspace(part[0] * length, part[1] * length, _LOOKS)
    n = np.arange(-_OUTWARDS_MM * px, inwards_mm * px + _STEP_PX, _STEP_PX)
    xs = a[0] + t[:, None] * dx - n * dy - 0.5
    ys = a[1] + t[:, None] * dy + n * dx - 0.5
    high, wide = levels.shape[:2]
    inside = (xs > 1) & (xs < wide - 2) & (ys > 1) & (ys < high - 2)
    visible = inside.mean(axis=1) > _MOSTLY
    if np.count_nonzero(visible) < _FEWEST_LOOKS:
        return None
    seen = sampled(levels, xs[visible], ys[visible])
    steps = np.diff(seen, axis=1)  # between samples
    steps = np.pad((steps[:, :-1] + steps[:, 1:]) / (2 * _STEP_PX), ((0, 0), (1, 1), (0, 0)))
    far = round(_SOFT_PX / _STEP_PX)
    wide_steps = np.pad(steps, ((0, 0), (far, far), (0, 0)), mode="edge")
    around = (wide_steps[:, : -2 * far] + wide_steps[:, 2 * far :]) / 2
    sharp = (np.abs(steps) - np.abs(around)).max(axis=2).clip(0)
    sharp[~inside[visible]] = -1
    return _Looks(a, (dx, dy), t[visible], n, seen, sharp)


def _common_slope(sides: list[_Looks], most: float) -> float:
    """The slope, against the rough rectangle's, at which the sides' edges stand in line best."""
    slopes = np.arange(-most, most + 1e-9, 0.001)
    votes = sum((side.votes_of(slopes).max(axis=1) for side in sides), np.zeros(slopes.size))
    return float(slopes[int(np.argmax(votes))])


def _lines(side: _Looks, slope: float, px: float, *, at_rim: bool) -> list[Candidate]:
    """The lines that looks speak for; enough of them for an edge, or at least a few.

    *at_rim*: the sheet may run out of the image here, and a row of letters show like an edge.
    """
    votes, shown = side.votes(slope), side.visible(slope)
    apart = max(1, round(0.5 * px / _STEP_PX))
    around = sliding_window_view(np.pad(votes, apart), 2 * apart + 1).max(axis=1)
    heard = (votes >= around) & (votes >= _FAINTEST * shown) & (shown >= _FEWEST_LOOKS)
    tops = np.flatnonzero(heard)
    found = []
    for at in tops[np.argsort(-votes[tops])][:_MOST_LINES]:
        place = float(side.n[at])
        agreed = side.near(slope, place)[0].size
        sure = votes[at] >= _LOUD * shown[at] and agreed >= _AGREED * shown[at]
        if agreed < _SOME * shown[at] or (at_rim and not _is_border(side, slope, place, px)):
            continue
        if at_rim and not _is_bare_beyond(side, slope, place, px):
            continue
        found.append(Candidate(place / px, float(votes[at] / shown[at]), bool(sure)))
    return found


def _is_crossed(
    levels: Levels, corners: Sequence[Point], sides: Sequence[_Looks | None],
    picked: Sequence[Side], number: int, slope: float, dpi: float,
) -> bool:  # fmt: skip
    """Whether both sides next to this one run on beyond it; at a sheet's corner they would end.

    Where a photo's own edge lies at the image's rim, the picture within its white border shows.
    """
    px = dpi / 25.4
    far = ((picked[number].place_mm or 0.0) - _CORNER_MM) * px
    if not picked[number].seen or far < _CORNER_MM * px:
        return False
    for beside in ((number - 1) % 4, (number + 1) % 4):
        side, place_mm = sides[beside], picked[beside].place_mm
        if side is None or place_mm is None or not picked[beside].seen:
            return False
        a, b = corners[beside], corners[(beside + 1) % 4]
        share = far / float(np.hypot(b[0] - a[0], b[1] - a[1]))
        part = (0.0, share) if beside == (number + 1) % 4 else (1 - share, 1.0)
        beyond = _looks(levels, a, b, dpi, _INWARDS_MM, part)
        if beyond is None:
            return False
        place = place_mm * px + slope * float(beyond.t.mean() - side.t.mean())
        if beyond.near(slope, place)[0].size < _AGREED * beyond.t.size:
            return False
    return True


def _fitted(
    sides: list[_Looks | None], slope: float, rough: list[float | None]
) -> tuple[float, list[float | None]]:
    """Slope and places by least squares over all sides at once."""
    places = list(rough)
    for _ in range(2):
        rise = run = 0.0
        for number, (side, place) in enumerate(zip(sides, places, strict=True)):
            if side is None or place is None:
                continue
            t, n = side.near(slope, place)
            if t.size < 4:
                continue
            rise += float(np.dot(t - t.mean(), n - n.mean()))
            run += float(np.dot(t - t.mean(), t - t.mean()))
            places[number] = float(np.mean(n) - slope * np.mean(t))
        slope = rise / run if run else slope
    return slope, places


def _unit(x: float, y: float) -> Point:
    length = float(np.hypot(x, y))
    return x / length, y / length


def _is_border(side: _Looks, slope: float, place: float, px: float) -> bool:
    """Whether the two sides of a line are unlike: not so at a printed frame, or in grain."""
    out = _level(side, slope, place, (-1.0 * px, -0.3 * px))
    within = _level(side, slope, place, (0.3 * px, 1.0 * px))
    if out is None or within is None:
        return False
    return bool(np.abs(out - within).max() >= _BORDER_LEVELS)


def _is_bare_beyond(side: _Looks, slope: float, place: float, px: float) -> bool:
    """Whether a lid lies there, as even along the line as no row of letters is."""
    levels = _levels(side, slope, place, (-1.0 * px, -0.3 * px))
    if levels is None or len(levels) < _FEWEST_LOOKS // 4:
        return False
    changes = np.abs(np.diff(levels, axis=0)).max(axis=1)  # a shadow grows slowly along it
    away = side.n[None, :] - (place + slope * (side.t - side.t.mean()))[:, None]
    written = (side.sharp >= _WRITTEN_STEP) & (away < -0.5 * px)
    crossed = written.any(axis=1).mean()  # by nearly all looks: a feeder's own border
    return bool((changes <= _EVEN_LEVELS).mean() >= _EVENLY and not _FEW < crossed < _NEARLY_ALL)


def _beside(side: _Looks, slope: float, place: float, px: float) -> tuple[Floats, bool]:
    """The colour that lies without, and whether a shadow lies along the line."""
    close = _level(side, slope, place, (-0.8 * px, -0.3 * px))
    out = _level(side, slope, place, (-2.6 * px, -1.8 * px))
    if close is None:
        return np.zeros(3), False
    if out is None:
        return close, False
    dip = out - close
    return out, bool(dip.min() >= 4 and np.ptp(dip) <= max(6.0, 0.35 * dip.max()))


def _level(
    side: _Looks, slope: float, place: float, reach_px: tuple[float, float]
) -> Floats | None:
    """The median colour at this distance from the line; None where that is out of the image."""
    levels = _levels(side, slope, place, reach_px)
    if levels is None:
        return None
    level: Floats = np.median(levels, axis=0)
    return level


def _levels(
    side: _Looks, slope: float, place: float, reach_px: tuple[float, float]
) -> Floats | None:
    """The colour that each look has there; None where that is out of the image."""
    away = side.n[None, :] - (place + slope * (side.t - side.t.mean()))[:, None]
    here = (away >= reach_px[0]) & (away <= reach_px[1]) & (side.sharp >= 0)
    shown = here.any(axis=1)
    if not shown.any():
        return None
    sums = (side.levels[shown] * here[shown][..., None]).sum(axis=1)
    levels: Floats = sums / here[shown].sum(axis=1)[:, None]
    return levels


def _crossing(one: _Line, other: _Line) -> Point:
    (ax, ay), (adx, ady) = one.at, one.along
    (bx, by), (bdx, bdy) = other.at, other.along
    cross = adx * bdy - ady * bdx
    if abs(cross) < 1e-6:
        return other.at
    t = ((bx - ax) * bdy - (by - ay) * bdx) / cross
    return ax + t * adx, ay + t * ady
