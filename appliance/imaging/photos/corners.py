"""Where a sheet of paper lies in a photograph.

Several ways of parting bright from dark propose four corners; each proposal is then held
against the picture: does an edge really run along every side? The best supported one wins,
and without support there is none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from appliance.core.paper.findings import Point, Quad
from appliance.imaging.geometry.hull import hull, largest_patch, widest_quad

COARSE_PX, _MIDDLE_PX, _FINE_PX = 320, 640, 1600  # long sides of the copies looked at
_INSETS = (0.04, 0.12, 0.22)  # of the photo: frames that are drawn to the edges around them
_LEAST_PX = 200  # on the short side; nothing smaller holds a legible sheet
_LEAST_AREA = 0.12  # of the photo; less is not what was photographed
_LEAST_FILL = 0.80  # of the quad is the patch that proposed it: a sheet has straight sides
_SAMPLES = 48  # places along each side where its edge is looked for
_LEAST_STEP = 7.0  # levels that an edge falls by within three pixels
_LEAST_SUPPORT = 0.45  # of the samples of the worst side lie on one line
_CERTAIN = 0.985  # mean support at which no other proposal can be better
_ON_LINE_PX = 2.2  # at _FINE_PX: paper is never quite straight

Levels = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Line:
    """A point and a direction; *support* is the share of samples that agree."""

    at: NDArray[np.float64]
    along: NDArray[np.float64]
    support: float


@dataclass(frozen=True, slots=True)
class _Found:
    """Corners that edges bear out; *support* is the mean of the four sides."""

    quad: Quad
    support: float

    @property
    def weight(self) -> float:
        """A frame printed on the sheet has edges as good, but is smaller.

        Squared: a shadow beside the sheet once had 0.96 of an edge, and the larger area.
        """
        return self.support**2 * math.sqrt(_area(self.quad))


def find_sheet(photo: Image.Image) -> Quad | None:
    """The corners of the sheet in an upright *photo*, from its upper left on; None if unsure.

    The sheet may be brighter than what it lies on or, for coloured paper on a white table,
    less bright; it may be turned by up to 45 degrees and seen from the side.
    """
    if min(photo.size) < _LEAST_PX:
        return None
    fine, factor = _gray(photo, _FINE_PX)
    levels = np.asarray(fine.filter(ImageFilter.GaussianBlur(1.0)), np.float32)
    best: _Found | None = None
    for proposal, brighter in chain(_bright_patches(photo), _frames(photo)):
        scaled = _scaled(proposal, fine.width / photo.width, fine.height / photo.height)
        found = _refined(levels, scaled, brighter)
        if found is None:
            continue
        if best is None or found.weight > best.weight:
            best = found
        if found.support >= _CERTAIN:
            break
    if best is None:
        return None
    return _scaled(_from_upper_left(best.quad), factor[0], factor[1])


def _gray(photo: Image.Image, long_px: int) -> tuple[Image.Image, tuple[float, float]]:
    """A smaller grey copy, and how many photo pixels one of its pixels is."""
    ratio = min(1.0, long_px / max(photo.size))
    size = (max(8, round(photo.width * ratio)), max(8, round(photo.height * ratio)))
    small = photo.resize(size, Image.Resampling.BOX).convert("L")
    return small, (photo.width / size[0], photo.height / size[1])


def _bright_patches(photo: Image.Image) -> Iterator[tuple[Quad, bool]]:
    """Quads in pixels of *photo*, and whether the sheet is the brighter side."""
    small, x_factor, y_factor = without_ink(photo, COARSE_PX, 5)
    levels = np.asarray(small.filter(ImageFilter.BoxBlur(1)))
    middle = otsu(levels)
    for threshold in (middle, middle - 15, middle + 15, middle - 30, middle + 30, middle + 45):
        for brighter in (True, False):
            quad = _patch_quad((levels > threshold) if brighter else (levels <= threshold))
            if quad is not None:
                yield _scaled(quad, x_factor, y_factor), brighter


def _frames(photo: Image.Image) -> Iterator[tuple[Quad, bool]]:
    """For a sheet hardly brighter than its table, or half in shadow: straight edges alone.

    A shadow's edge is soft, the grain of a table runs along no line, and print has been
    taken away: what remains straight and steep is the sheet.
    """
    small, x_factor, y_factor = without_ink(photo, _MIDDLE_PX, 9)
    levels = np.asarray(small.filter(ImageFilter.GaussianBlur(1.5)), np.float32)
    for inset in _INSETS:
        left, top = inset * small.width, inset * small.height
        right, bottom = small.width - left, small.height - top
        quad: Quad | None = ((left, top), (right, top), (right, bottom), (left, bottom))
        for reach in (0.20, 0.06):
            quad = quad and _drawn_to_edges(levels, quad, reach, True, least_support=0.3)
        if quad is not None:
            yield _scaled(quad, x_factor, y_factor), True


def without_ink(photo: Image.Image, long_px: int, ink_px: int) -> tuple[Image.Image, float, float]:
    """A small copy of the darkest channel without print, and the photo's size over its own."""
    ratio = long_px / max(photo.size)
    size = (max(8, round(photo.width * ratio)), max(8, round(photo.height * ratio)))
    red, green, blue = photo.resize(size, Image.Resampling.BOX).split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    plain = darkest.filter(ImageFilter.MaxFilter(ink_px)).filter(ImageFilter.MinFilter(ink_px))
    return plain, photo.width / size[0], photo.height / size[1]


def _patch_quad(mask: NDArray[np.bool_]) -> Quad | None:
    patch = largest_patch(mask)
    if patch.sum() < _LEAST_AREA * mask.size:
        return None
    quad = widest_quad(hull(patch))
    if quad is None or patch.sum() < _LEAST_FILL * _area(quad):
        return None
    return quad


def _refined(levels: Levels, quad: Quad, brighter: bool) -> _Found | None:
    """*quad* drawn to the edges that are there; None when they do not bear it out."""
    rough = _drawn_to_edges(levels, quad, 0.025, brighter, least_support=0.3)
    if rough is None:
        return None
    lines = _edge_lines(levels, rough, 0.010, brighter)
    fine = _drawn_to_edges(levels, rough, 0.010, brighter, least_support=_LEAST_SUPPORT)
    if fine is None or not _sheet_like(fine, levels.shape):
        return None
    return _Found(fine, sum(line.support for line in lines) / 4)


def _drawn_to_edges(
    levels: Levels, quad: Quad, reach: float, brighter: bool, least_support: float
) -> Quad | None:
    """*quad* moved by up to *reach* (of the long side) to the edges along its sides."""
    lines = _edge_lines(levels, quad, reach, brighter)
    if len(lines) < 4 or min(line.support for line in lines) < least_support:
        return None
    corners = [_crossing(lines[side - 1], lines[side]) for side in range(4)]
    points = [corner for corner in corners if corner is not None]
    return (points[0], points[1], points[2], points[3]) if len(points) == 4 else None


def _edge_lines(levels: Levels, quad: Quad, reach: float, brighter: bool) -> list[_Line]:
    """One line a side; fewer than four where a side shows no edge."""
    around = max(4.0, reach * max(levels.shape))
    pairs = ((quad[side], quad[(side + 1) % 4]) for side in range(4))
    lines = (_edge_line(levels, start, end, around, brighter) for start, end in pairs)
    return [line for line in lines if line is not None]


def _edge_line(
    levels: Levels, start: Point, end: Point, reach_px: float, brighter: bool
) -> _Line | None:
    """The line on which the brightness falls most steeply, going outwards."""
    a, b = np.array(start), np.array(end)
    length = float(np.hypot(*(b - a)))
    if length < _SAMPLES / 2:
        return None
    along = (b - a) / length
    outwards = np.array([along[1], -along[0]])  # corners go clockwise with y down
    shares = np.linspace(0.04, 0.96, _SAMPLES)
    steps = np.arange(-math.ceil(reach_px), math.ceil(reach_px) + 1)
    places = a + shares[:, None, None] * (b - a) + steps[None, :, None] * outwards
    profile = _sampled(levels, places)
    fall = profile[:, :-3] - profile[:, 3:]
    fall = fall if brighter else -fall
    peak = fall.argmax(axis=1)
    rows = np.arange(_SAMPLES)
    seen = fall[rows, peak] >= _LEAST_STEP
    if seen.sum() < _SAMPLES / 4:
        return None
    offset = steps[peak] + 1.5 + _parabola(fall, rows, peak)
    return _fitted_line(a, along, outwards, shares * length, offset, seen)


def _fitted_line(
    origin: NDArray[np.float64],
    along: NDArray[np.float64],
    outwards: NDArray[np.float64],
    t: NDArray[np.float64],
    offset: NDArray[np.float64],
    seen: NDArray[np.bool_],
) -> _Line | None:
    """The line most samples agree on, then least squares over those."""
    ts, os = t[seen], offset[seen]
    first, second = np.triu_indices(len(ts), k=max(1, len(ts) // 6))
    slopes = (os[second] - os[first]) / (ts[second] - ts[first])
    starts = os[first] - slopes * ts[first]
    near = np.abs(os[None, :] - starts[:, None] - slopes[:, None] * ts[None, :]) <= _ON_LINE_PX
    if not len(slopes):
        return None
    agreeing = near[near.sum(axis=1).argmax()]
    if agreeing.sum() < 4:
        return None
    slope, start = np.polyfit(ts[agreeing], os[agreeing], 1)
    direction = along + slope * outwards
    return _Line(
        origin + start * outwards,
        direction / np.hypot(*direction),
        float(agreeing.sum()) / _SAMPLES,
    )


def _sampled(levels: Levels, places: NDArray[np.float64]) -> Levels:
    """Bilinear values at *places* (x, y); beyond the picture its border goes on."""
    height, width = levels.shape
    x = np.clip(places[..., 0], 0, width - 1.001)
    y = np.clip(places[..., 1], 0, height - 1.001)
    left, top = x.astype(int), y.astype(int)
    dx, dy = (x - left).astype(np.float32), (y - top).astype(np.float32)
    upper = levels[top, left] * (1 - dx) + levels[top, left + 1] * dx
    lower = levels[top + 1, left] * (1 - dx) + levels[top + 1, left + 1] * dx
    return np.asarray(upper * (1 - dy) + lower * dy, np.float32)


def _parabola(fall: Levels, rows: NDArray[np.intp], peak: NDArray[np.intp]) -> NDArray[np.float64]:
    """How far the true top lies from the highest sample, in samples."""
    inner = np.clip(peak, 1, fall.shape[1] - 2)
    before, at, after = fall[rows, inner - 1], fall[rows, inner], fall[rows, inner + 1]
    bend = before - 2 * at + after
    bend = np.where(np.abs(bend) < 1e-6, -1e-6, bend)
    return np.asarray(np.clip((before - after) / (2 * bend), -0.5, 0.5), float)


def _crossing(first: _Line, second: _Line) -> Point | None:
    across = first.along[0] * second.along[1] - first.along[1] * second.along[0]
    if abs(across) < 0.2:  # nearly parallel: no corner of a sheet
        return None
    gap = second.at - first.at
    share = (gap[0] * second.along[1] - gap[1] * second.along[0]) / across
    x, y = first.at + share * first.along
    return float(x), float(y)


def _sheet_like(quad: Quad, shape: tuple[int, ...]) -> bool:
    """Convex, large enough, and not reaching far beyond the photo."""
    height, width = shape
    turns = []
    for place in range(4):
        a, b, c = (quad[(place + step) % 4] for step in range(3))
        turns.append((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]))
    margin = 0.03 * max(width, height)
    inside = all(
        -margin <= x <= width + margin and -margin <= y <= height + margin for x, y in quad
    )
    return min(turns) > 0 and inside and _area(quad) >= _LEAST_AREA * width * height


def _area(quad: Quad) -> float:
    pairs = zip(quad, (*quad[1:], quad[0]), strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def otsu(levels: NDArray[np.uint8]) -> int:
    """The level that parts *levels* into the two most different halves."""
    counts = np.bincount(levels.ravel(), minlength=256).astype(float)
    below, sums = counts.cumsum(), (counts * np.arange(256)).cumsum()
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (sums[-1] * below / below[-1] - sums) ** 2 / (below * above)
    return int(np.nan_to_num(between, posinf=0).argmax())


def _from_upper_left(quad: Quad) -> Quad:
    start = min(range(4), key=lambda place: quad[place][0] + quad[place][1])
    a, b, c, d = (quad[(start + step) % 4] for step in range(4))
    return a, b, c, d


def _scaled(quad: Quad, x_factor: float, y_factor: float) -> Quad:
    a, b, c, d = ((x * x_factor, y * y_factor) for x, y in quad)
    return a, b, c, d
