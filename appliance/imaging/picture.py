"""A page of plates as one picture, as its reader will see it."""

from __future__ import annotations

from PIL import Image

from appliance.core.paper.plates import POINTS_PER_MM, Coding, Matrix, Plate, PlatedPage
from appliance.plates import decoded

_MM_PER_INCH = 25.4


def picture_of(page: PlatedPage, dpi: int, mode: str = "L") -> Image.Image:
    """*page* on white at *dpi* in L or RGB, every plate at its place and within its clip.

    Raises:
        PageDamaged: a plate is not wholly there.
    """
    px = dpi / _MM_PER_INCH
    size = (max(1, round(page.width_mm * px)), max(1, round(page.height_mm * px)))
    paper = Image.new(mode, size, "white")
    for plate in page.plates:
        _lay(paper, plate, page)
    return paper


def _lay(paper: Image.Image, plate: Plate, page: PlatedPage) -> None:
    stencil = plate.coding is Coding.STENCIL
    picture = decoded(plate).convert("L" if stencil else paper.mode)
    whole = (page.width_mm * POINTS_PER_MM, 0.0, 0.0, page.height_mm * POINTS_PER_MM, 0.0, 0.0)
    place = plate.place or whole
    picture = _near_the_size(picture, place, paper.width / whole[0])
    back = _backwards(place, paper.height / whole[3], page.height_mm * POINTS_PER_MM, picture.size)
    laid = _drawn(picture, paper.size, back)
    shape = laid if stencil else _drawn(Image.new("L", picture.size, 255), paper.size, back)
    if plate.clip is not None:
        shape = _within(shape, plate.clip, page)
    if stencil:
        ink = Image.new("RGB", (1, 1), tuple(plate.colors or bytes(3))).convert(paper.mode)
        laid = ink.resize(paper.size)
    paper.paste(laid, (0, 0), shape)


def _drawn(picture: Image.Image, size: tuple[int, int], back: tuple[float, ...]) -> Image.Image:
    return picture.transform(size, Image.Transform.AFFINE, back, Image.Resampling.BILINEAR)


def _near_the_size(picture: Image.Image, place: Matrix, px_per_pt: float) -> Image.Image:
    """*picture* reduced by a whole number, so that no thin stroke falls between two pixels."""
    wide = (place[0] ** 2 + place[1] ** 2) ** 0.5 * px_per_pt
    times = int(picture.width / max(wide, 1.0) + 0.01)
    return picture.reduce(times) if times > 1 else picture


def _backwards(
    place: Matrix, px_per_pt: float, height_pt: float, size: tuple[int, int]
) -> tuple[float, ...]:
    """From a pixel of the page to the pixel of the picture that is laid there."""
    a, b, c, d, e, f = place
    area = a * d - b * c
    wide, high = size
    # the unit square's (u, v) of a page point, then the picture's pixel: v runs upwards
    ux, uy = d / area, -c / area
    vx, vy = -b / area, a / area
    u0, v0 = -(ux * e + uy * f), -(vx * e + vy * f)
    pt = 1 / px_per_pt
    return (
        wide * ux * pt, -wide * uy * pt, wide * (u0 + uy * height_pt),
        -high * vx * pt, high * vy * pt, high * (1 - v0 - vy * height_pt),
    )  # fmt: skip


def _within(
    shape: Image.Image, clip: tuple[float, float, float, float], page: PlatedPage
) -> Image.Image:
    left, bottom, wide, high = (value / POINTS_PER_MM for value in clip)
    px = shape.width / page.width_mm
    box = (
        round(left * px), round((page.height_mm - bottom - high) * px),
        round((left + wide) * px), round((page.height_mm - bottom) * px),
    )  # fmt: skip
    window = Image.new("L", shape.size)
    window.paste(shape.crop(box), box)
    return window
