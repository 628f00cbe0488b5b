"""Where a sheet runs out of its photograph, when its four corners cannot be found."""

from __future__ import annotations

import numpy as np
from PIL import Image

from appliance.imaging.geometry.hull import largest_patch
from appliance.imaging.photos.corners import COARSE_PX, otsu, without_ink

_PRINT_PX = 5
_RUNS_OUT = 0.1  # of the picture's side
_APART = 24  # of 255; paper and table at least, or one grey was only parted in two


def cut_at(photo: Image.Image) -> str | None:
    """The place, as ``Warn`` names it, at which paper reaches the rim; None when it does not.

    None too where it reaches all four (somebody photographed the sheet and nothing else), and
    where nothing is clearly brighter than the rest.
    """
    plain, _, _ = without_ink(photo, COARSE_PX, _PRINT_PX)
    levels = np.asarray(plain)
    bright = levels > otsu(levels)
    if not bright.any() or bright.all():
        return None
    if float(levels[bright].mean()) - float(levels[~bright].mean()) < _APART:
        return None
    paper = largest_patch(bright)
    top, bottom, left, right = (
        float(line.mean()) >= _RUNS_OUT for line in (paper[1], paper[-2], paper[:, 1], paper[:, -2])
    )
    if not (top or bottom or left or right) or (top and bottom and left and right):
        return None
    row = "middle" if top == bottom else "top" if top else "bottom"
    column = "middle" if left == right else "left" if left else "right"
    return "middle" if row == column == "middle" else f"{row}-{column}"
