"""What tells the two sides of an identity card apart, and which way is up, when no code does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

_DPI = 100  # both looks; print is 10 pixels high then
_CARD = (337, 213)  # an ID-1 card at _DPI

_MRZ_CELLS = 28  # of the 30 signs of a line; the outer ones may touch the edge
_MRZ_EDGE_MM = 6.5
_MRZ_ZONE_MM = 26.0  # ICAO 9303: the lines stand in the lower 23.2 mm
_MRZ_PITCH_MM = (4.6, 7.5)
_SIGN_MM = 2.54
_PERIODIC, _MONOSPACED = 0.35, 0.5  # of each line, and of all: print reached 0.42 once
_INK = 24  # levels darker than the surroundings
_FULL_LINE = 0.85  # of the cells hold ink: running text has gaps, machine-readable lines do not

_CELL_MM = 2.0  # the portrait is looked for in cells: print is averaged away
_PORTRAIT_MM = (3.0, 19.0, 27.0, 51.0)
_BESIDE_MM = (30.0, 35.0, 82.0, 50.0)  # machine-readable lines go on here, a portrait does not
_TINT_LEVELS, _MOST_LEVELS = 15, 90  # from where a cell differs from the card, and how much counts
_PORTRAIT, _PORTRAIT_LEAD = 6.0, 3.0  # portraits had 8.6 to 41, their places upside down up to 1.8
_NOTHING_BESIDE = 7.0  # fronts had up to 5, backs from 8 on


def has_mrz(card: Image.Image) -> bool:
    """Whether machine-readable lines stand at the bottom of a straight, landscape *card*."""
    return _full_lines(card) >= 2


def has_portrait(card: Image.Image) -> bool:
    """Whether a portrait stands at the left of a straight, landscape *card*, where it belongs.

    Judged against the same place of the card upside down, so it never says yes to both.
    """
    unlike = _unlike_tint(card)
    here, there = _mean(unlike, _PORTRAIT_MM), _mean(unlike[::-1, ::-1], _PORTRAIT_MM)
    alone = _mean(unlike, _BESIDE_MM) < _NOTHING_BESIDE
    return alone and here >= _PORTRAIT and here >= _PORTRAIT_LEAD * there


def _full_lines(card: Image.Image) -> int:
    """How many lines of evenly set signs run across the whole lower part, evenly spaced."""
    gray = card.convert("L").resize(_CARD, Image.Resampling.BOX)
    around = gray.filter(ImageFilter.BoxBlur(_px(2.5)))
    ink = np.asarray(ImageChops.subtract(around, gray)) > _INK
    zone = ink[-_px(_MRZ_ZONE_MM) :, _px(_MRZ_EDGE_MM) : _CARD[0] - _px(_MRZ_EDGE_MM)]
    cells = np.stack(
        [part.any(axis=1) for part in np.array_split(zone, _MRZ_CELLS, axis=1)], axis=1
    )
    # at half its height every sign has ink, give or take half a millimetre
    reach = _px(0.5)
    padded = np.pad(cells, ((reach, reach), (0, 0)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0).any(axis=2)
    full = seen.mean(axis=1) >= _FULL_LINE
    pitches = [_pitch(zone[first : last + 1]) for first, last in _runs(full)]
    lines = [run for run, pitch in zip(_runs(full), pitches, strict=True) if pitch >= _PERIODIC]
    steps = np.diff([(first + last) / 2 for first, last in lines]) * 25.4 / _DPI
    even = sum(_MRZ_PITCH_MM[0] <= step <= _MRZ_PITCH_MM[1] for step in steps)
    if not even or np.mean([pitch for pitch in pitches if pitch >= _PERIODIC]) < _MONOSPACED:
        return 0
    return 1 + int(even)


def _pitch(line: NDArray[np.bool_]) -> float:
    """How far the ink of *line* repeats every 2.54 mm, about 0 for print of other widths."""
    columns = line.mean(axis=0)
    columns = columns - columns.mean()
    power = float(columns @ columns)
    lags = (_px(_SIGN_MM) - 1, _px(_SIGN_MM), _px(_SIGN_MM) + 1)
    return max(float(columns[lag:] @ columns[:-lag]) for lag in lags) / power if power else 0.0


def _unlike_tint(card: Image.Image) -> NDArray[np.float64]:
    """How far the colour of each cell is from the card's own tint."""
    cells = card.convert("RGB").resize((43, 27), Image.Resampling.BOX)
    levels = np.asarray(cells).astype(float)
    tint = np.median(levels.reshape(-1, 3), axis=0)
    far = np.abs(levels - tint).max(axis=2)
    return np.asarray(np.clip(far - _TINT_LEVELS, 0, _MOST_LEVELS), float)


def _mean(unlike: NDArray[np.float64], box_mm: tuple[float, float, float, float]) -> float:
    left, top, right, bottom = (round(mm / _CELL_MM) for mm in box_mm)
    return float(unlike[top:bottom, left:right].mean())


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _px(mm: float) -> int:
    return round(mm / 25.4 * _DPI)
