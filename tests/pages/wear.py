"""What happens to paper before it is scanned: the other side, specks, holes, staples, folds."""

from __future__ import annotations

import random
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.pages.papers import form, letter
from tests.pages.pen import Sheet

_BACK_DPI = 75  # what comes through paper is blurred anyway


def bleed(sheet: Sheet, depth: float, back: Image.Image | None = None, seed: int = 0) -> None:
    """Let the other side show through, mirrored; *depth* 0.05 is office paper, 0.14 thin paper.

    *back* is that other side; without it one of four stock sides.
    """
    ink = _stock_side(seed % 4) if back is None else _through_paper(back)
    ink = ink.resize(sheet.image.size, Image.Resampling.BICUBIC)
    faint = ink.point([255 - round((255 - v) * depth) for v in range(256)])
    sheet.image.paste(ImageChops.multiply(sheet.image, Image.merge("RGB", [faint] * 3)))


def specks(sheet: Sheet, rng: random.Random, count: int = 30) -> None:
    """Dust and toner dots of up to 0.9 mm."""
    draw, px = ImageDraw.Draw(sheet.image), sheet.dpi / 25.4
    for _ in range(count):
        x, y = (rng.uniform(4, side - 4) * px for side in sheet.size_mm)
        r = rng.uniform(0.08, 0.45) * px
        tone = rng.randint(40, 160)
        draw.ellipse((x - r, y - r, x + r, y + r * rng.uniform(0.6, 1.2)), fill=(tone,) * 3)


def holes(sheet: Sheet, backing: int = 60) -> None:
    """Two punch holes at the left edge; one sees what lies behind, with a soft rim."""
    draw, px = ImageDraw.Draw(sheet.image), sheet.dpi / 25.4
    for y in (sheet.size_mm[1] / 2 - 40, sheet.size_mm[1] / 2 + 40):
        frame = [v * px for v in (9, y - 3, 15, y + 3)]
        draw.ellipse(
            frame, fill=(backing,) * 3, outline=(150, 148, 145), width=max(1, round(px / 4))
        )


def staple(sheet: Sheet, rng: random.Random) -> None:
    """A staple near the top left corner, with its shine and shadow."""
    draw, px = ImageDraw.Draw(sheet.image), sheet.dpi / 25.4
    x, y = rng.uniform(8, 13), rng.uniform(8, 13)
    path = [(x * px, (y + 7) * px), ((x + 9) * px, y * px)]
    draw.line(path, fill=(120, 118, 115), width=max(1, round(0.7 * px)))
    draw.line(
        [(a, b - 0.15 * px) for a, b in path], fill=(205, 205, 205), width=max(1, round(0.2 * px))
    )


def fold(sheet: Sheet, rng: random.Random, depth: int = 24) -> None:
    """A horizontal or vertical fold: a soft dark line beside a light one."""
    px, (wide, high) = sheet.dpi / 25.4, sheet.image.size
    across = rng.random() < 0.6
    length, middle = (wide, high) if across else (high, wide)
    at = round(middle * rng.uniform(0.3, 0.7))
    profile = Image.new("L", (1, round(2.4 * px)), 128)
    half = profile.height // 2
    for n in range(profile.height):
        off = (n - half) / max(1, half)
        dark = depth * max(0.0, 1 - abs(off + 0.3) * 2.2)
        light = depth / 3 * max(0.0, 1 - abs(off - 0.5) * 2.5)
        profile.putpixel((0, n), round(128 - dark + light))
    band = profile.resize((length, profile.height))
    if not across:
        band = band.transpose(Image.Transpose.ROTATE_90)
    box = (0, at, wide, at + band.height) if across else (at, 0, at + band.width, high)
    under = sheet.image.crop(box)
    sheet.image.paste(ImageChops.add(under, Image.merge("RGB", [band] * 3), 1, -128), box[:2])


def _through_paper(side: Image.Image) -> Image.Image:
    small = side.convert("L").resize((side.width // 4 or 1, side.height // 4 or 1), reducing_gap=2)
    return small.transpose(Image.Transpose.FLIP_LEFT_RIGHT).filter(ImageFilter.GaussianBlur(1))


@lru_cache(maxsize=8)
def _stock_side(number: int) -> Image.Image:
    draw = form if number % 2 else letter
    side = draw(random.Random(7700 + number), _BACK_DPI).image.convert("L")
    return side.transpose(Image.Transpose.FLIP_LEFT_RIGHT).filter(ImageFilter.GaussianBlur(0.9))
