"""What a clerk would send back: a scan that broke off, is unsharp, dark, cut or covered.

Everything is judged on the small picture that the other steps use too, and every warning names
the place on the upright page. A warning keeps nothing from being sent; a person looks first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from appliance.core.paper.findings import Kind, Quad, Warn
from appliance.imaging.colors.depths import Depths, depths, within
from appliance.imaging.doubts.broken_off import breaks_off_at
from appliance.imaging.doubts.paper_over import paper_over
from appliance.imaging.doubts.sharpness import CELL_PX, cells_of, is_soft_picture, soft_cells
from appliance.imaging.geometry.marks import marks_in
from appliance.imaging.geometry.sizes import sides_px
from appliance.imaging.geometry.spots import Spots

WORKING_DPI = 100  # of the picture that the measured thresholds below are for
_MM = WORKING_DPI / 25.4
_INK = 70.0  # levels below the paper; what shows through from behind stays under 40
_UNSHARP_CELLS, _UNSHARP_SHARE = 4, 0.05
_UNLIT = 115.0  # paper this dark loses pencil and pale stamps
_SHADE = 0.55  # of the sheet's own light
_SHADE_CELLS = 8
_PORTRAIT_MM = 65.0  # the longer side of 4 x 6 cm, the largest that is asked for
_SHADED, _PICTURE_SHARE = 30.0, 0.5  # levels, of the sheet: pages of print have 0.1, pictures 0.63
_SEAM_PX = 2  # the image's own edge, and what shrinking mixes into it
_RIM_MM = 1.2
_STROKE_PX, _ALONG_MM = 5, 20.0
_CUT_MARKS = 2  # pieces of writing that run over the edge of the image
_SKIN_MM2 = 120.0
_SHADOW_RIM_MM = 4.0  # nearer to its edges a sheet's own shadow may lie


def find_troubles(
    small: Image.Image, dpi: float, quad: Quad, turn: int = 0, kind: Kind = Kind.AUTO
) -> tuple[Warn, ...]:
    """What is wrong with the sheet inside *quad*, worst first.

    *small* is the whole scanned image in colour at about 100 dpi, *quad* in its pixels; *turn*
    as in ``Findings``. Of a picture only sharpness is judged, and whether the scan broke off.
    """
    small, quad = _at_working_dpi(small, dpi, quad)
    spots = Spots(quad, turn)
    found: list[Warn] = []
    broken = breaks_off_at(small)
    if broken is not None:
        wide, high = small.size
        rest = [(0.0, (broken + high) / 2), (float(wide), (broken + high) / 2)]
        found.append(Warn("broken-off", spots.name(rest), severe=True))
    inside = within(small.size, quad, 2 * _MM)
    if broken is not None:
        inside[max(0, broken - 2) :] = False
    if not inside.any():
        return tuple(found)
    seen = depths(small, inside)
    levels = np.asarray(small.convert("L"))
    if kind is Kind.PHOTO or (kind is Kind.AUTO and _is_picture(seen, inside, quad)):
        soft = is_soft_picture(levels, inside)
        return (*found, Warn("unsharp", None, severe=True)) if soft else tuple(found)
    gray = levels.astype(np.int16)
    found += _dark(small, inside, spots)
    if kind is not Kind.ID_CARD:
        found += _unsharp(gray, seen, inside, spots)
        found += _cut(seen, quad, spots)
        found += _covered(small, inside, spots)
        if not any(warn.code == "covered" for warn in found):
            away = within(small.size, quad, _SHADOW_RIM_MM * _MM)
            if broken is not None:
                away[max(0, broken - 2) :] = False
            found += paper_over(small, away, quad, spots)
    return tuple(found)


def _is_picture(seen: Depths, inside: NDArray[np.bool_], quad: Quad) -> bool:
    """Too small for anything written, or with more dark places than any print."""
    if max(sides_px(quad)) <= _PORTRAIT_MM * _MM:
        return True
    return bool((seen.dark[inside] > _SHADED).mean() > _PICTURE_SHARE)


def _dark(small: Image.Image, inside: NDArray[np.bool_], spots: Spots) -> list[Warn]:
    # paper is what is bright among the points of a cell; print covers less than half of it
    bright = np.asarray(small.convert("L").reduce(4).filter(ImageFilter.MaxFilter(3)))
    cells = cells_of(bright, CELL_PX // 4)
    known = cells_of(inside[2::4, 2::4][: bright.shape[0], : bright.shape[1]], CELL_PX // 4)
    known = known.mean(axis=2) > 0.8
    paper = np.median(cells[: known.shape[0], : known.shape[1]], axis=2)
    if not known.any():
        return []
    best = float(np.percentile(paper[known], 90))
    if best < _UNLIT:
        return [Warn("too-dark", None, severe=True)]
    shaded = known & (paper < _SHADE * best)
    if shaded.sum() < _SHADE_CELLS:
        return []
    return [Warn("too-dark", spots.name(_middles(shaded)), severe=True)]


def _unsharp(
    gray: NDArray[np.int16], seen: Depths, inside: NDArray[np.bool_], spots: Spots
) -> list[Warn]:
    soft, inked = soft_cells(gray, seen, inside)
    if soft.sum() < _UNSHARP_CELLS or soft.sum() < _UNSHARP_SHARE * inked:
        return []
    if soft.sum() > 0.6 * inked:
        return [Warn("unsharp", None, severe=True)]
    return [Warn("unsharp", spots.name(_middles(soft)), severe=True)]


def _cut(seen: Depths, quad: Quad, spots: Spots) -> list[Warn]:
    """Writing that runs over the edge of the image, where the sheet does so too."""
    high, wide = seen.dark.shape
    on_paper = within((wide, high), quad, -_SEAM_PX) & ~_near_sides(quad, (wide, high))
    marks = marks_in((seen.dark > _INK) & on_paper)
    left, top, right, bottom = marks.box.T
    across, down = right - left, bottom - top
    found = []
    for at_edge, inwards, along, middle in (
        (left <= _SEAM_PX, across, down, (0.0, high / 2)),
        (right >= wide - _SEAM_PX, across, down, (float(wide), high / 2)),
        (top <= _SEAM_PX, down, across, (wide / 2, 0.0)),
        (bottom >= high - _SEAM_PX, down, across, (wide / 2, float(high))),
    ):
        # strokes run inwards; a sliver of lid runs along the edge
        strokes = at_edge & (inwards >= _STROKE_PX) & (along <= _ALONG_MM * _MM)
        if strokes.sum() >= _CUT_MARKS:
            found.append(Warn("cut-off", spots.name([middle]), severe=True))
    return found


def _near_sides(quad: Quad, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Where a side of the sheet is seen in the image: its shadow and worn rim are no writing."""
    drawn = Image.new("1", size)
    width = round(2 * _RIM_MM * _MM)
    for (ax, ay), (bx, by) in zip(quad, quad[1:] + quad[:1], strict=True):
        if not (_along_border(ax, bx, size[0]) or _along_border(ay, by, size[1])):
            ImageDraw.Draw(drawn).line((ax, ay, bx, by), fill=1, width=width)
    return np.asarray(drawn)


def _along_border(one: float, other: float, far: int) -> bool:
    return max(abs(one), abs(other)) < _SEAM_PX or max(abs(one - far), abs(other - far)) < _SEAM_PX


def _covered(small: Image.Image, inside: NDArray[np.bool_], spots: Spots) -> list[Warn]:
    """A finger: a large even patch of skin that comes in over the sheet's edge."""
    half = np.asarray(small.reduce(4), dtype=np.int16)
    red, green, blue = half[..., 0], half[..., 1], half[..., 2]
    there = np.asarray(Image.fromarray(inside).resize((half.shape[1], half.shape[0])))
    skin = (red - blue > 35) & (red - green > 15) & (green - blue > 8) & (red > 90) & there
    marks = marks_in(skin)
    area = marks.area * 16 / _MM**2
    for mark in np.flatnonzero(area >= _SKIN_MM2):
        y, x = (4.0 * v + 2 for v in marks.pixels(int(mark)))
        left, top, right, bottom = marks.box[mark]
        full = marks.area[mark] / ((right - left) * (bottom - top))
        on = spots.on_sheet(x, y)
        if full > 0.3 and min(on.min(), (1 - on).min()) < 0.03:
            return [Warn("covered", spots.name(zip(x, y, strict=True)), severe=True)]
    return []


def _middles(cells: NDArray[np.bool_]) -> list[tuple[float, float]]:
    y, x = np.nonzero(cells)
    return [((b + 0.5) * CELL_PX, (a + 0.5) * CELL_PX) for a, b in zip(y, x, strict=True)]


def _at_working_dpi(small: Image.Image, dpi: float, quad: Quad) -> tuple[Image.Image, Quad]:
    ratio = WORKING_DPI / dpi
    rgb = small if small.mode == "RGB" else small.convert("RGB")
    if abs(ratio - 1) <= 0.03:
        return rgb, quad
    size = (max(1, round(small.width * ratio)), max(1, round(small.height * ratio)))
    a, b, c, d = ((x * ratio, y * ratio) for x, y in quad)
    return rgb.resize(size, Image.Resampling.BOX), (a, b, c, d)
