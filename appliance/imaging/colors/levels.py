"""Paper becomes white; ink, seals and pencil stay what they are."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

_SPREAD = 10  # levels either side of a peak that still count as the same paper
_LEAST_SHARE = 0.35  # of the pixels; below this there is no one paper to speak of
_DARKEST_PAPER = 200  # a darker peak is coloured paper, a photo, or the lid
_MOST_TINT = 12  # levels between channels; more is a coloured form, and its colour is meant
_GRAIN = 6  # the paper's own noise just under its peak; the faintest pencil is 60 levels away


@dataclass(frozen=True, slots=True)
class PaperWhite:
    """The level of each channel that is paper."""

    levels: tuple[int, ...]

    def applied_to(self, image: Image.Image) -> Image.Image:
        """*image* with this level at full white and everything below in proportion."""
        table = [min(255, round(v * 255 / white)) for white in self.levels for v in range(256)]
        return image.point(table)


def paper_white(image: Image.Image) -> PaperWhite | None:
    """Where the paper of *image* (RGB or L) lies; None when that is in doubt.

    A doubtful page is left as it is: a wrong guess would change a colour that an officer
    relies on. One gain per channel, so a red seal keeps its hue and relative darkness.
    """
    small = image.reduce(max(1, min(image.size) // 400))
    peaks = [_peak(band.histogram()) for band in small.split()]
    found = [peak for peak in peaks if peak is not None]
    if len(found) < len(peaks) or max(found) - min(found) > _MOST_TINT:
        return None
    return PaperWhite(tuple(max(1, level - _GRAIN) for level in found))


def _peak(histogram: list[int]) -> int | None:
    """The commonest bright level, if enough of the page lies around it."""
    peak = max(range(_DARKEST_PAPER, 256), key=histogram.__getitem__)
    around = histogram[max(0, peak - _SPREAD) : peak + _SPREAD + 1]
    return peak if sum(around) >= _LEAST_SHARE * sum(histogram) else None
