"""Which way up the print on a page stands. Unsure is an answer: then a person is asked.

Latin letters stand on a common baseline and reach up to different heights, and Vietnamese puts
most of its marks above. So from line to line the lower edge is sharper than the upper one, and
more ink lies just above the band of small letters than just below it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from appliance.imaging.geometry.marks import marks_in
from appliance.imaging.geometry.straighten import darkness

_INK_LEVELS = 30
_BLOCK_PX = 150  # columns judged together: 38 mm, so that neither tables nor a rest of lean blur
_LINE_PX = (4, 18)  # height of a band of small letters: 1 to 4.5 mm
_DOT_PX, _RULE_PX = 3, 160
_FEWEST_LINES = 6
_CLEAR = 0.035
_MOST_EDGE = 0.1  # small sans-serif print had -0.23 and stood upright; marks had 0.07 and more
_GAP_PX = 31  # lines of print and their gaps repeat within this
_BANDED, _PLAINLY = 0.7, 1.4
_CLEAR_IN_ALL = 0.25  # the score times the root of the lines: few lines must speak clearly
_ONE_TONE, _PAPER_SHARE = 20, 0.6  # levels around the median; papers have 0.85 in them, photos 0.4

Floats = NDArray[np.float64]
Letters = NDArray[np.int32]  # 1 where there is a letter


@dataclass(frozen=True, slots=True)
class Turned:
    """The clockwise turn that makes a page upright, and how clearly the page says so."""

    turn: int | None  # 0, 90, 180, 270; None: unsure
    confidence: float = 0.0


def quick_turn(gray: Image.Image) -> Turned:
    """``turn_of`` with ``sideways_of``; both look at the same letters.

    What is not mostly paper of one tone stays unsure: hills and clouds have rows of edges too.
    """
    if not _is_paper(gray):
        return Turned(None)
    letters = _letters_on(gray)
    return _turn(letters, _sideways(letters))


def _is_paper(gray: Image.Image) -> bool:
    counts = np.array(gray.histogram())
    tone = int(np.searchsorted(counts.cumsum(), counts.sum() / 2))
    like = counts[max(0, tone - _ONE_TONE) : tone + _ONE_TONE + 1].sum()
    return bool(like >= _PAPER_SHARE * counts.sum())


def turn_of(gray: Image.Image, *, sideways: bool | None) -> Turned:
    """Judge *gray* (L, about 100 dpi, straightened) by its letters alone.

    *sideways* says whether the lines run up and down; None (nobody knows) stays unsure.
    """
    return _turn(_letters_on(gray), sideways)


def _turn(letters: Letters, sideways: bool | None) -> Turned:
    if sideways is None:
        return Turned(None)
    score, lines = _uprightness(np.rot90(letters, -1) if sideways else letters)
    confidence = abs(score) * math.sqrt(lines)
    if lines < _FEWEST_LINES or abs(score) < _CLEAR or confidence < _CLEAR_IN_ALL:
        return Turned(None, confidence)
    return Turned((90 if sideways else 0) + (0 if score > 0 else 180), confidence)


def sideways_of(gray: Image.Image) -> bool | None:
    """Whether the lines of straightened *gray* run up and down; None when that is unclear.

    Rules and frames run both ways and are left out.
    """
    return _sideways(_letters_on(gray))


def _sideways(letters: Letters) -> bool | None:
    if min(letters.shape) <= _GAP_PX:
        return None
    across, down = _banded(letters), _banded(letters.T)
    if max(across, down) < _BANDED or max(across, down) < _PLAINLY * min(across, down):
        return None
    return down > across


def _banded(letters: Letters) -> float:
    """How unevenly ink is spread over the rows: lines and gaps against an even grey."""
    uneven = ink = 0.0
    for left in range(0, letters.shape[1], _BLOCK_PX):
        profile = letters[:, left : left + _BLOCK_PX].sum(axis=1).astype(np.float64)
        smooth = np.convolve(profile, np.ones(_GAP_PX) / _GAP_PX, mode="same")
        uneven += float(np.abs(profile - smooth).sum())
        ink += float(profile.sum())
    return uneven / ink if ink else 0.0


def _uprightness(letters: Letters) -> tuple[float, int]:
    """Above 0 when the lines stand upright, below 0 upside down; and how many lines."""
    if min(letters.shape) <= _GAP_PX:
        return 0.0, 0
    marks = edges = weight = 0.0
    count = 0
    for left in range(0, letters.shape[1], _BLOCK_PX):
        profile = letters[:, left : left + _BLOCK_PX].sum(axis=1).astype(np.float64)
        for top, bottom in _bands(profile):
            mark, edge, heft = _judged(profile, top, bottom)
            marks, edges, weight = marks + mark * heft, edges + edge * heft, weight + heft
            count += 1
    if not weight:
        return 0.0, count
    edge = min(max(edges / weight, -_MOST_EDGE), _MOST_EDGE)
    return 0.5 * marks / weight + 0.5 * edge, count


def _letters_on(gray: Image.Image) -> Letters:
    """*gray*'s ink without leaders' dots, which hang below the line, and rules and frames."""
    marks = marks_in(darkness(gray) > _INK_LEVELS)
    size = marks.box[:, 2:] - marks.box[:, :2]
    kept = (size.max(axis=1) > _DOT_PX) & (size.max(axis=1) < _RULE_PX)
    letters = np.zeros((gray.height, gray.width), np.int32)
    y, x, _ = marks.all_pixels(kept)
    letters[y, x] = 1
    return letters


def _bands(profile: Floats) -> list[tuple[int, int]]:
    """First and last row but one of each line's band of small letters."""
    wide = np.convolve(profile, np.ones(_GAP_PX) / _GAP_PX, mode="same")
    full = profile > np.maximum(1.15 * wide, 6)
    steps = np.diff(np.concatenate(([0], full.astype(np.int8), [0])))
    tops, bottoms = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return [
        (int(t), int(b))
        for t, b in zip(tops, bottoms, strict=True)
        if _LINE_PX[0] <= b - t <= _LINE_PX[1] and t >= 8 and b < profile.size - 8
    ]


def _judged(profile: Floats, top: int, bottom: int) -> tuple[float, float, float]:
    """How upright one line is by what reaches beyond it and by its edges, -1 to 1 each.

    The last is how much ink says so.
    """
    reach = max(3, round((bottom - top) * 0.7))
    above = float(profile[max(0, top - reach) : top].sum())
    below = float(profile[bottom : bottom + reach].sum())
    steps = np.diff(profile[top - 3 : bottom + 3])
    fall, rise = float(-steps.min()), float(steps.max())
    heft = float(profile[top:bottom].sum())
    marks = (above - below) / (above + below + 0.15 * heft)
    edge = (fall - rise) / (fall + rise + 1.0)
    return marks, edge, heft
