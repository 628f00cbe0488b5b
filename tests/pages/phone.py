"""A sheet on a table, seen by somebody's telephone."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from appliance.core.paper.findings import Point, Quad
from tests.pages.pen import Sheet
from tests.pages.photos import clouds
from tests.pages.truth import Page, TrueItem, TrueTrouble

Spoil = Callable[[Image.Image, Image.Image, Quad], TrueTrouble]
"""Draws on the first image; the second is the table without the sheet, *quad* its corners."""

_EXIF_TURN = {1: 0, 3: 180, 6: 90, 8: 270}  # degrees clockwise that show it upright


def photograph(
    sheet: Sheet,
    rng: random.Random,
    size: tuple[int, int] = (3024, 4032),
    tilt: float = 1.0,
    shadow: float = 0.4,
    blur_px: float = 0.8,
    spoil: Spoil | None = None,
) -> Page:
    """*tilt* 0 looks straight down, 1 as people do; *shadow* is the holder's own on the paper.

    *spoil* does something to the sheet where it lies, before shadow, lens and sensor.
    The page's dpi is the mean over the sheet; ``quad`` are the four corners in perspective.
    """
    quad = _seen_corners(sheet, rng, size, tilt)
    image = _table(rng, size)
    bare = image.copy() if spoil else image
    _lay(image, sheet, quad)
    spoilt = [spoil(image, bare, quad)] if spoil else []
    if shadow:
        image = _shadowed(image, rng, shadow)
    if blur_px:
        image = image.filter(ImageFilter.GaussianBlur(blur_px))
    grain = clouds(rng, (size[0] // 4, size[1] // 4), 6).resize(size, Image.Resampling.NEAREST)
    image = ImageChops.add(image, grain, 1, -128)
    top = math.dist(quad[0], quad[1]) + math.dist(quad[3], quad[2])
    item = TrueItem(
        quad, sheet.size_mm[0], sheet.size_mm[1],
        math.degrees(math.atan2(quad[1][1] - quad[0][1], quad[1][0] - quad[0][0])),
        0, sheet.kind, sheet.name, sheet.blank, tuple(sheet.words), sheet.payloads, sheet.mrz,
        sheet.side,
    )  # fmt: skip
    troubles = (TrueTrouble("shadow"),) if shadow >= 0.5 else ()
    dpi = round(top / 2 / sheet.size_mm[0] * 25.4)
    return Page(image, dpi, (item,), {}, (*troubles, *spoilt), "table")


def jpeg(page: Page, orientation: int = 1, quality: int = 88) -> bytes:
    """As the telephone stores it: turned, and EXIF *orientation* says how to turn it back."""
    image = page.image.rotate(_EXIF_TURN[orientation], expand=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def _seen_corners(sheet: Sheet, rng: random.Random, size: tuple[int, int], tilt: float) -> Quad:
    """Project the sheet: a camera above the table, leaning by up to 18° times *tilt*."""
    wide, high = sheet.size_mm
    turn = math.radians(rng.uniform(-6, 6))
    lean_x, lean_y = (math.radians(rng.uniform(-18, 18) * tilt) for _ in range(2))
    far = 1.5 * max(wide, high)
    points: list[Point] = []
    for x, y in (
        (-wide / 2, -high / 2),
        (wide / 2, -high / 2),
        (wide / 2, high / 2),
        (-wide / 2, high / 2),
    ):
        u = x * math.cos(turn) - y * math.sin(turn)
        v = x * math.sin(turn) + y * math.cos(turn)
        depth = far + u * math.sin(lean_x) + v * math.sin(lean_y)
        points.append((u * math.cos(lean_x) * far / depth, v * math.cos(lean_y) * far / depth))
    left, right = min(p[0] for p in points), max(p[0] for p in points)
    top, bottom = min(p[1] for p in points), max(p[1] for p in points)
    room = rng.uniform(0.82, 0.92)
    scale = min(room * size[0] / (right - left), room * size[1] / (bottom - top))
    off_x, off_y = (left + right) / 2, (top + bottom) / 2
    put = [
        ((x - off_x) * scale + size[0] / 2, (y - off_y) * scale + size[1] / 2) for x, y in points
    ]
    return (put[0], put[1], put[2], put[3])


def _table(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """Wood, stone or cloth: a tone with grain in it."""
    tone = rng.choice(((128, 92, 62), (70, 72, 78), (168, 150, 126), (52, 84, 72)))
    grain = clouds(rng, (size[0] // 6, size[1] // 6), 34).resize(size, Image.Resampling.BILINEAR)
    return ImageChops.add(Image.new("RGB", size, tone), grain, 1, -128)


def _lay(image: Image.Image, sheet: Sheet, quad: Quad) -> None:
    wide, high = sheet.image.size
    flat = ((0, 0), (wide, 0), (wide, high), (0, high))
    matrix = perspective(quad, flat)
    seen = sheet.image.transform(
        image.size, Image.Transform.PERSPECTIVE, matrix, Image.Resampling.BILINEAR,
        fillcolor=sheet.image.getpixel((2, 2)),
    )  # fmt: skip
    shade = Image.new("L", image.size)
    ImageDraw.Draw(shade).polygon([(x + 9, y + 12) for x, y in quad], fill=120)
    small = shade.reduce(8).filter(ImageFilter.GaussianBlur(2))
    image.paste((10, 10, 10), (0, 0), small.resize(image.size))
    outline = Image.new("L", image.size)
    ImageDraw.Draw(outline).polygon(list(quad), fill=255)
    image.paste(seen, (0, 0), outline)


def _shadowed(image: Image.Image, rng: random.Random, depth: float) -> Image.Image:
    """The holder's shadow: one soft edge right across, deeper on its side."""
    mask = Image.new("L", (96, 128), 255)
    x = rng.uniform(30, 66)
    side = [(x, -20), (x + rng.uniform(-25, 25), 150), (200, 150), (200, -20)]
    if rng.random() < 0.5:
        side = [(96 - px, py) for px, py in side]
    ImageDraw.Draw(mask).polygon(side, fill=round(255 * (1 - depth)))
    soft = mask.filter(ImageFilter.GaussianBlur(rng.uniform(3, 8)))
    wide = soft.resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(image, Image.merge("RGB", [wide] * 3))


def perspective(source: Quad, target: Quad) -> tuple[float, ...]:
    """Pillow's eight numbers that take a point of *source* to the same one of *target*."""
    rows, known = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        known += [u, v]
    return tuple(float(n) for n in np.linalg.solve(np.array(rows), np.array(known)))
