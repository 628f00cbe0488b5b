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
_MRZ_PITCH_MM = (5.0, 7.5)
_INK = 24  # levels darker than the surroundings
_FULL_LINE = 0.85  # of the cells hold ink: running text has gaps, machine-readable lines do not

_PORTRAIT_MM = (3.0, 19.0, 27.0, 51.0)
_UNLIKE_CARD = 34  # levels away from the card's own tint
_PORTRAIT_SHARE, _PORTRAIT_LEAD = 0.30, 1.8


def has_mrz(card: Image.Image) -> bool:
    """Whether machine-readable lines stand at the bottom of a straight, landscape *card*."""
    return _full_lines(card) >= 2


def has_portrait(card: Image.Image) -> bool:
    """Whether a portrait stands at the left of a straight, landscape *card*, where it belongs.

    Judged against the same place of the card upside down, so it never says yes to both.
    """
    upright, turned = _unlike_tint(card), _unlike_tint(card.transpose(Image.Transpose.ROTATE_180))
    return upright >= _PORTRAIT_SHARE and upright >= _PORTRAIT_LEAD * turned


def _full_lines(card: Image.Image) -> int:
    """How many lines of evenly set signs run across the whole lower part, evenly spaced."""
    gray = card.convert("L").resize(_CARD, Image.Resampling.BOX)
    around = gray.filter(ImageFilter.BoxBlur(_px(2.5)))
    ink = np.asarray(ImageChops.subtract(around, gray)) > _INK
    zone = ink[-_px(_MRZ_ZONE_MM) :, _px(_MRZ_EDGE_MM) : _CARD[0] - _px(_MRZ_EDGE_MM)]
    cells = np.stack(
        [part.any(axis=1) for part in np.array_split(zone, _MRZ_CELLS, axis=1)], axis=1
    )
    # a sign is about 2.4 mm high: ink anywhere within that height fills its cell
    reach = _px(1.2)
    padded = np.pad(cells, ((reach, reach), (0, 0)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0).any(axis=2)
    full = seen.mean(axis=1) >= _FULL_LINE
    middles = [(first + last) / 2 for first, last in _runs(full)]
    steps = np.diff(middles) * 25.4 / _DPI
    even = [_MRZ_PITCH_MM[0] <= step <= _MRZ_PITCH_MM[1] for step in steps]
    return 1 + sum(even) if any(even) else 0


def _unlike_tint(card: Image.Image) -> float:
    """The share of the portrait's place that is far from the card's tint, print averaged away."""
    cells = card.convert("RGB").resize((43, 27), Image.Resampling.BOX)  # 2 mm each
    levels = np.asarray(cells).astype(int)
    tint = np.median(levels.reshape(-1, 3), axis=0)
    far = np.abs(levels - tint).max(axis=2) > _UNLIKE_CARD
    left, top, right, bottom = (round(mm / 2) for mm in _PORTRAIT_MM)
    return float(far[top:bottom, left:right].mean())


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _px(mm: float) -> int:
    return round(mm / 25.4 * _DPI)
