"""Whether nobody wrote or printed anything on a side of paper, and why we think so.

A blank side is marked and left out of what is sent; a person may bring it back. So the rule
leans one way: any mark that is neither dust, hole, staple, fold nor the other side's ink
showing through makes the side count as written on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from appliance.core.paper.findings import Blank, Quad
from appliance.imaging.colors.depths import Depths, Levels, depths, tinted, within
from appliance.imaging.doubts.wear import Seen, Sheet, holes_in, wear_of
from appliance.imaging.geometry.marks import Marks, marks_in

WORKING_DPI = 100  # what the measured thresholds below are for
_CONTRAST = 38.0  # levels below white paper: ink of the other side stays under 34, pencil over 45
_CONTRAST_BOTH = 30.0  # when the other side is known, what shows through is taken off first
_TINT = 24.0  # a coloured mark may be paler: ink of the other side comes through grey
_LEAST_MM = 1.7  # dust is smaller, also two grains side by side; a small digit is 2.1 high
_RIM_MM = 5.0  # feeder rollers, shadows and worn edges
_EDGE_MM = 1.5  # how well the sheet's edges are known
_GROUP, _GROUP_MM = 8, 10.0  # as many small marks as this so near one another are no dust
_MANY, _LOOKED_AT = 1000, 50  # small marks at most, and circles around them
_LINE_PX, _FOLD_CONTRAST = 2.0, 60.0
_PLENTY = 150  # marks of the least size; so many are print, whatever each of them is
_DARK_PAPER = 90.0  # a side without bright paper is a photograph or an unlit scan
_INKED, _MOST_THROUGH = 60, 70  # levels of ink over there, and of what comes through of it
_ALIKE = 0.15  # correlation below which the other side explains nothing; its own side has 0.29
_MOST_SHARE = 0.3  # of the other side's contrast; through thicker marks nothing is seen
_SHOWS_THROUGH = 0.15  # of the other side's contrast, where too little of it is inked to measure


@dataclass(frozen=True, slots=True)
class OtherSide:
    """The other side of the same sheet, as it was scanned in the same pass.

    *small* in colour with at least 90 dpi, not turned and not straightened; *quad* holds the
    sheet's corners in pixels of *small*. It does not matter whether the device turns backs
    upside down: the way that explains more of what shows through is taken, and a side that
    explains nothing (another sheet's, say) changes nothing.
    """

    small: Image.Image
    dpi: float
    quad: Quad | None = None


def find_blank(
    small: Image.Image, dpi: float, quad: Quad | None = None, other: OtherSide | None = None
) -> Blank:
    """Judge one side. *quad* holds the sheet's corners in pixels of *small*; none: all of it.

    *small* is in colour, need not be turned or straightened, and has at least 90 dpi; 100 is
    best, more is shrunk to that. With *other*, what its ink explains is not counted: an empty
    side is then found under heavy ink from behind, and fainter marks of its own keep a side.
    For both sides of a sheet call it twice, each time with the other as *other*.
    """
    small, quad = _at_working_dpi(small, dpi, quad)
    sheet = Sheet(quad, WORKING_DPI)
    inside = within(small.size, quad, _EDGE_MM / 25.4 * WORKING_DPI)
    seen = depths(small, inside)
    if seen.paper < _DARK_PAPER:
        return Blank(False, f"no bright paper: {seen.paper:.0f} of 255")
    least, punched = _CONTRAST, holes_in(seen.dark, inside, sheet)
    through = None if other is None else _showing_through(other, quad, seen, inside)
    if through is not None:
        least, seen = _CONTRAST_BOTH, replace(seen, dark=seen.dark - through)
        punched |= holes_in(seen.dark, inside, sheet)
    marked = ((seen.dark >= least) | tinted(small, inside, _TINT)) & inside & ~punched
    away = within(small.size, quad, _RIM_MM / 25.4 * WORKING_DPI)
    found = _verdict(marks_in(marked), away, seen, sheet, punched=bool(punched.any()))
    if found.is_blank and through is not None:
        return Blank(True, f"{found.evidence}; the rest shows through from the other side")
    return found


def _verdict(
    marks: Marks, away: NDArray[np.bool_], seen: Depths, sheet: Sheet, *, punched: bool
) -> Blank:
    """*away* is true away from the rim; a mark counts by what of it lies there."""
    least_px = _LEAST_MM / 25.4 * WORKING_DPI
    large = np.flatnonzero((marks.length >= least_px) & (_inner(marks, away) >= least_px))
    if len(large) > _PLENTY:
        return Blank(False, f"{len(large)} marks")
    ignored: Counter[str] = Counter({"punched holes": 1} if punched else {})
    for mark in large[np.argsort(-marks.length[large])]:  # the surest first
        y, x = marks.pixels(int(mark))
        one = Seen(x, y, float(np.percentile(seen.dark[y, x], 90)))
        reason = wear_of(one, sheet, seen.dark)
        if reason is None:
            left, top, right, bottom = marks.box[mark] * 25.4 / WORKING_DPI
            size = f"{right - left:.1f} x {bottom - top:.1f} mm"
            return Blank(False, f"a mark of {size} at {left:.0f}, {top:.0f} mm")
        ignored[reason] += 1
    together = _most_together(marks, seen, least_px)
    if together >= _GROUP:
        return Blank(False, f"{together} small marks together")
    told = ", ".join(sorted(ignored))
    return Blank(True, f"no mark of {_LEAST_MM} mm" + (f" but {told}" if told else ""))


def _inner(marks: Marks, away: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How long the part of each mark is that lies away from the rim."""
    only = marks.within(away)
    return np.where(only.area > 0, only.length, 0)


def _most_together(marks: Marks, seen: Depths, least_px: float) -> int:
    """How many small marks lie within one circle around one of them.

    Faint ones all in one line are what a fold leaves here and there.
    """
    small = (marks.length < least_px) & (marks.area >= 2)
    if not small.any():
        return 0
    peak = np.zeros(marks.count, np.float32)
    y, x, of = marks.all_pixels()
    np.maximum.at(peak, of, seen.dark[y, x])
    strong = peak[small][:_MANY] >= _FOLD_CONTRAST
    boxes = marks.box[small][:_MANY].astype(np.float32)
    at = (boxes[:, :2] + boxes[:, 2:]) / 2
    near = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) <= _GROUP_MM / 25.4 * WORKING_DPI
    most = 0
    for mine in near[np.argsort(-near.sum(axis=1))][:_LOOKED_AT]:
        faint = at[mine & ~strong]
        if len(faint) > 2 and np.linalg.eigvalsh(np.cov(faint.T))[0] < _LINE_PX**2:
            faint = faint[:0]
        most = max(most, int((mine & strong).sum()) + len(faint))
    return most


def _showing_through(
    other: OtherSide, quad: Quad, seen: Depths, inside: NDArray[np.bool_]
) -> Levels | None:
    """What the other side's ink explains of this side's darkness, point by point.

    None when it explains nothing.
    """
    small, theirs = _at_working_dpi(other.small, other.dpi, other.quad)
    size = (seen.dark.shape[1], seen.dark.shape[0])
    there_inside = within(small.size, theirs, 0)
    levels = np.where(there_inside, depths(small, there_inside).dark, 0)
    ink = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
    faint = np.where(inside, np.clip(seen.dark, 0, _MOST_THROUGH), 0)
    best: Levels | None = None
    most = _ALIKE
    mirrored = (theirs[1], theirs[0], theirs[3], theirs[2])
    for corners in (mirrored, (*mirrored[2:], *mirrored[:2])):
        laid = ink.transform(
            size, Image.Transform.AFFINE, _onto(quad, corners), Image.Resampling.BILINEAR
        )
        # paper spreads the light, and two sensors never line up better than this
        spread = laid.filter(ImageFilter.MaxFilter(7)).filter(ImageFilter.BoxBlur(2))
        there = np.asarray(spread, dtype=np.float32)
        alike = _correlation(there[inside], faint[inside])
        if alike > most:
            best, most = there, alike
    if best is None:
        return None
    inked = (best > _INKED) & (seen.dark < _MOST_THROUGH)
    share = _SHOWS_THROUGH
    if inked.sum() > 2000:
        share = min(_MOST_SHARE, float(np.percentile(seen.dark[inked] / best[inked], 97)))
    return best * np.float32(max(0.0, share))


def _correlation(one: Levels, other: Levels) -> float:
    if one.size < 2 or not one.std() or not other.std():
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _onto(quad: Quad, target: Quad) -> tuple[float, float, float, float, float, float]:
    """The affine that takes a point of *quad*'s picture to the same place in *target*'s."""
    source = np.array([(x, y, 1.0) for x, y in quad])
    found = np.linalg.lstsq(source, np.array(target), rcond=None)[0].T.ravel()
    a, b, c, d, e, f = (float(v) for v in found)
    return (a, b, c, d, e, f)


def _at_working_dpi(small: Image.Image, dpi: float, quad: Quad | None) -> tuple[Image.Image, Quad]:
    wide, high = small.size
    corners: Quad = quad or ((0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high))
    ratio = WORKING_DPI / dpi
    if abs(ratio - 1) > 0.03:
        size = (max(1, round(wide * ratio)), max(1, round(high * ratio)))
        small = small.resize(size, Image.Resampling.BOX)
        scaled = tuple((x * ratio, y * ratio) for x, y in corners)
        corners = (scaled[0], scaled[1], scaled[2], scaled[3])
    return small, corners
