"""What a clerk would send back of a photograph: covered, folded over, shaken, out of focus, dark.

A photograph has seams that no scan has, and its light is made even before a page is made of it:
with the shadows goes much of what covers a sheet. So that is looked for in the light it had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from appliance.core.paper.findings import Kind, Quad, Warn
from appliance.imaging.colors.depths import depths, within
from appliance.imaging.doubts.folded_side import folded_side
from appliance.imaging.doubts.in_the_way import things_over
from appliance.imaging.doubts.lying_over import paper_on
from appliance.imaging.doubts.sharpness import sharpness_on
from appliance.imaging.geometry.spots import Spots

LONG_SIDE_PX = 1169  # A4 at 100 dpi: for what the measured thresholds are
_RIM_PX = 8
_TIMES = 8
_UNLIT = 77.0  # paper that the largest gain of ``photos.light`` does not make white
_DARK, _DARK_SHARE = 55.0, 0.06  # of the sheet
_SHAKEN = 0.42  # of a stroke's contrast within one pixel; legible: 0.44 and more, both ways
_FEW_CELLS = 4


@dataclass(frozen=True, slots=True)
class Unlit:
    """A flat sheet in the light that it was photographed in: RGB, LONG_SIDE_PX long."""

    image: Image.Image
    sheet_seen: bool = True  # False: its edges were not found, and the table is here too


def photo_troubles(
    taken: Unlit, even: Image.Image, turn: int = 0, kind: Kind = Kind.FORM
) -> tuple[Warn, ...]:
    """What is wrong with a photographed sheet, worst first; *turn* as in ``Findings``.

    *even* is the page that was made of it, RGB at about 100 dpi.
    """
    if kind is Kind.PHOTO:
        return ()
    unlit = taken.image
    spots = Spots(_all_of(unlit), turn)
    found = _dark(unlit, spots)
    if found and found[0].place is None:
        return tuple(found)  # nothing else is seen in the dark
    if not taken.sheet_seen:
        return ()  # a table may be as dark as it likes
    if kind is Kind.ID_CARD:
        return tuple(found)
    found += _covered(unlit, spots)
    return (*found, *_shaken(even))


def _dark(unlit: Image.Image, spots: Spots) -> list[Warn]:
    paper = np.asarray(unlit.convert("L").reduce(_TIMES).filter(ImageFilter.MaxFilter(3)))
    if np.percentile(paper, 90) < _UNLIT:
        return [Warn("too-dark", None, severe=True)]
    y, x = np.nonzero(paper < _DARK)
    if len(x) < _DARK_SHARE * paper.size:
        return []
    return [Warn("too-dark", spots.name(zip(x * _TIMES, y * _TIMES, strict=True)), severe=True)]


def _covered(unlit: Image.Image, spots: Spots) -> list[Warn]:
    things = things_over(unlit)
    if things:
        return [Warn("covered", spots.name(zip(*things[0], strict=True)), severe=True)]
    strip = folded_side(paper_on(unlit).plain)
    return [Warn("covered", spots.name(strip), severe=True)] if strip else []


def _shaken(even: Image.Image) -> list[Warn]:
    """A hand moves one way: strokes across it stay as sharp as ever, and those along it do not."""
    inside = within(even.size, _all_of(even), _RIM_PX)
    if not inside.any():
        return []
    gray = np.asarray(even.convert("L"), dtype=np.int16)
    cells = sharpness_on(gray, depths(even, inside), inside)
    if len(cells.across) < _FEW_CELLS:
        return []
    if min(np.median(cells.across), np.median(cells.down)) >= _SHAKEN:
        return []
    return [Warn("unsharp", None, severe=True)]


def _all_of(image: Image.Image) -> Quad:
    wide, high = float(image.width), float(image.height)
    return (0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high)
