"""Shadows and uneven light go, ink and seals stay: paper is made equally white everywhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

_DPI = 20  # at which the light is measured: a page is 165 by 234 pixels
_INK_MM = 9.0  # whatever is narrower than this is ink on paper, not a shadow
_WHITE = 246  # the level that paper becomes
_DARKEST_PAPER = 0.30  # of the brightest; darker places are pictures, or beyond the sheet
_MOST_GAIN = 3.2
_NEARBY = 12  # at _DPI: 15 mm
_BAND_ROWS = 64  # rows worked on at once: 5 MB for A4 at 300 dpi
_GAIN_UNIT = 256  # fixed point: whole numbers are twice as fast as floating ones


def evenly_lit(sheet: Image.Image, dpi: float) -> Image.Image:
    """*sheet* (RGB) with its light made even. Never for photos, portraits and cards.

    Each channel gets its own gain, so the tint of lamp and shadow goes as well. The gain
    follows the paper only, over distances larger than letters and seals: their colours keep
    their relation to the paper around them.
    """
    gains = _gains(sheet, dpi)
    out = Image.new("RGB", sheet.size)
    for top in range(0, sheet.height, _BAND_ROWS):
        bottom = min(top + _BAND_ROWS, sheet.height)
        part = np.asarray(sheet.crop((0, top, sheet.width, bottom)), np.uint32)
        lit = np.empty(part.shape, np.uint8)
        for channel, gain in enumerate(gains):
            rows = (top * gain.height / sheet.height, bottom * gain.height / sheet.height)
            field = gain.resize(
                (sheet.width, bottom - top),
                Image.Resampling.BILINEAR,
                (0, rows[0], gain.width, rows[1]),
            )
            factor = (np.asarray(field) * _GAIN_UNIT).astype(np.uint32)
            lit[:, :, channel] = np.minimum(part[:, :, channel] * factor // _GAIN_UNIT, 255)
        out.paste(Image.fromarray(lit), (0, top))
    return out


def _gains(sheet: Image.Image, dpi: float) -> list[Image.Image]:
    """A small map of factors for each channel."""
    size = (max(8, round(sheet.width * _DPI / dpi)), max(8, round(sheet.height * _DPI / dpi)))
    small = sheet.resize(size, Image.Resampling.BOX)
    reach = max(3, round(_INK_MM / 25.4 * _DPI) // 2 * 2 + 1)
    bands = [np.asarray(_paper(band, reach), float) for band in small.split()]
    darkest = np.minimum.reduce(bands)
    is_paper = darkest >= _DARKEST_PAPER * np.percentile(darkest, 95)
    return [
        Image.fromarray(
            np.clip(_WHITE / _spread(band, is_paper), 0.9, _MOST_GAIN).astype(np.float32)
        )
        for band in bands
    ]


def _paper(band: Image.Image, reach: int) -> Image.Image:
    """The level of the paper under and around the ink."""
    without_ink = band.filter(ImageFilter.MaxFilter(reach)).filter(ImageFilter.MinFilter(reach))
    return without_ink.filter(ImageFilter.MedianFilter(5)).filter(ImageFilter.GaussianBlur(2))


def _spread(levels: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """*levels* where *known*; elsewhere the mean of what is known nearby, else of all."""
    if known.all() or not known.any():
        return np.maximum(levels, 1)
    filled = np.where(known, levels, 0)
    around, weight = _wide_blur(filled), _wide_blur(known.astype(float))
    mean = levels[known].mean()
    nearby = np.where(weight > 0.02, around / np.maximum(weight, 0.02), mean)
    return np.asarray(np.maximum(np.where(known, levels, nearby), 1))


def _wide_blur(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean over about 30 mm each way; Pillow blurs no fractions."""
    for axis in (0, 1):
        margin = [(_NEARBY + 1, _NEARBY) if turn == axis else (0, 0) for turn in (0, 1)]
        sums = np.pad(values, margin).cumsum(axis=axis)
        span = np.arange(values.shape[axis])
        upper = sums.take(span + 2 * _NEARBY + 1, axis=axis)
        lower = sums.take(span, axis=axis)
        values = (upper - lower) / (2 * _NEARBY + 1)
    return values
