"""Scans that somebody should make again, and where on the page the fault lies."""

from __future__ import annotations

import io
import random
from dataclasses import replace

from PIL import Image, ImageChops, ImageDraw, ImageFile, ImageFilter

from tests.pages.glass import outline
from tests.pages.pen import Sheet
from tests.pages.scanner import Lying, Scanner, scan
from tests.pages.shapes import shared
from tests.pages.truth import Page, TrueTrouble, encoded

CORNERS = ("top-left", "top-right", "bottom-left", "bottom-right")
LOST = ("grey", "white", "black", "repeated", "cut-jpeg")


def truncated(page: Page, rng: random.Random, how: str, kept: float | None = None) -> Page:
    """The transfer ended early; *how*, one of LOST, says what fills the rest."""
    image = page.image.copy()
    top = round(image.height * (rng.uniform(0.3, 0.8) if kept is None else kept))
    rest = (0, top, image.width, image.height)
    if how == "cut-jpeg":
        image = _half_decoded(page, top / image.height)
    elif how == "repeated":  # the last line over and over
        line = image.crop((0, top - 1, image.width, top))
        image.paste(line.resize((image.width, image.height - top)), rest)
    else:
        level = {"grey": 128, "white": 255, "black": 0}[how]
        image.paste((level, level, level), rest)
    return replace(page, image=image, troubles=(TrueTrouble("truncated", "bottom"),))


def blurred(page: Page, sigma_mm: float, place: str | None = None) -> Page:
    """Out of focus: all of it, or the quarter named *place* with a soft border."""
    px = page.dpi / 25.4
    soft = page.image.filter(ImageFilter.GaussianBlur(sigma_mm * px))
    if place is None:
        return replace(page, image=soft, troubles=(TrueTrouble("blurred"),))
    wide, high = page.image.size
    left = 0 if "left" in place else wide // 2
    top = 0 if "top" in place else high // 2
    where = Image.new("L", page.image.size)
    ImageDraw.Draw(where).rectangle((left, top, left + wide // 2, top + high // 2), fill=255)
    small = where.resize((wide // 8, high // 8)).filter(ImageFilter.GaussianBlur(px / 2))
    mixed = Image.composite(soft, page.image, small.resize(where.size))
    return replace(page, image=mixed, troubles=(TrueTrouble("blurred", place),))


def dark(page: Page, light: float) -> Page:
    """Scanned with a dying lamp: every level times *light*."""
    image = page.image.point([round(v * light) for v in range(256)] * 3)
    return replace(page, image=image, troubles=(TrueTrouble("dark"),))


def shaded(page: Page, light: float, place: str) -> Page:
    """One quarter lies in the dark (a lid that does not close, a hand above)."""
    wide, high = page.image.size
    mask = Image.new("L", (64, 64), 255)
    x, y = (0 if "left" in place else 64), (0 if "top" in place else 64)
    ImageDraw.Draw(mask).ellipse((x - 44, y - 44, x + 44, y + 44), fill=round(255 * light))
    soft = mask.filter(ImageFilter.GaussianBlur(6)).resize((wide, high), Image.Resampling.BICUBIC)
    image = ImageChops.multiply(page.image, Image.merge("RGB", [soft] * 3))
    return replace(page, image=image, troubles=(TrueTrouble("dark", place),))


def cut(sheet: Sheet, rng: random.Random, scanner: Scanner, side: str) -> Page:
    """Laid so far over the glass that words of one *side* are cut through."""
    deepest = 70 if side in ("left", "right") else 270
    lost_mm = max((15 + n / 2 for n in range(deepest)), key=lambda mm: _words_cut(sheet, side, mm))
    px = sheet.dpi / 25.4
    wide, high = sheet.image.size
    shift = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}[side]
    at = (wide / 2 + shift[0] * lost_mm * px, high / 2 + shift[1] * lost_mm * px)
    page = scan([Lying(sheet, at)], (wide, high), sheet.dpi, rng, scanner)
    return replace(page, troubles=(TrueTrouble("cut", side),))


def _words_cut(sheet: Sheet, side: str, lost_mm: float) -> int:
    """How many words a cut so deep into the sheet goes through."""
    wide, high = sheet.size_mm
    low, up, at = {
        "left": (0, 2, lost_mm),
        "right": (0, 2, wide - lost_mm),
        "top": (1, 3, lost_mm),
        "bottom": (1, 3, high - lost_mm),
    }[side]
    return sum(word.box_mm[low] + 0.8 < at < word.box_mm[up] - 1.2 for word in sheet.words)


def overlapping(first: Sheet, second: Sheet, rng: random.Random, scanner: Scanner) -> Page:
    """Two sheets on the glass, the second partly over the first."""
    px = first.dpi / 25.4
    size = (round(216 * px), round(297 * px))
    low = Lying(first, (size[0] / 2, size[1] / 2), rng.uniform(-2, 2))
    reach = [max(abs(c[k]) for c in outline(replace(low, sheet=second, at=(0, 0)))) for k in (0, 1)]
    at = (
        size[0] / 2 + rng.choice((-1, 1)) * rng.uniform(0.5, 0.8) * reach[0],
        size[1] / 2 + rng.choice((-1, 1)) * rng.uniform(0.3, 0.6) * reach[1],
    )
    high = Lying(second, at, rng.uniform(-9, 9))
    page = scan([low, high], size, first.dpi, rng, scanner)
    glass = (
        (0.0, 0.0),
        (float(size[0]), 0.0),
        (float(size[0]), float(size[1])),
        (0.0, float(size[1])),
    )
    hidden = shared(shared(page.items[0].quad, page.items[1].quad), glass)
    return replace(page, troubles=(TrueTrouble("overlapping", _place(at, size), hidden),))


def finger(page: Page, rng: random.Random, place: str) -> Page:
    """A finger holds the sheet at a corner and covers what is under it."""
    image, px = page.image.copy(), page.dpi / 25.4
    quad = page.only.quad
    corner = quad[("top-left", "top-right", "bottom-right", "bottom-left").index(place)]
    middle = (sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4)
    inward = (middle[0] - corner[0], middle[1] - corner[1])
    shape = Image.new("L", image.size)
    draw = ImageDraw.Draw(shape)
    r = 8.5 * px
    for step in range(26):
        t = 0.26 - step * 0.018
        x, y = corner[0] + inward[0] * t, corner[1] + inward[1] * t
        draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
    shape = shape.filter(ImageFilter.GaussianBlur(0.5 * px))
    skin = rng.choice(((206, 160, 130), (180, 130, 100), (222, 180, 152)))
    image.paste(skin, (0, 0), shape)
    return replace(page, image=image, troubles=(TrueTrouble("covered", place),))


def folded_over(page: Page, rng: random.Random, place: str) -> Page:
    """A corner folded inwards: its plain back hides the text, with a shadow along the fold."""
    image, px = page.image.copy(), page.dpi / 25.4
    quad = page.only.quad
    n = ("top-left", "top-right", "bottom-right", "bottom-left").index(place)
    corner, one, two = quad[n], quad[(n + 1) % 4], quad[n - 1]
    reach = rng.uniform(45, 65) * px
    a, b = _towards(corner, one, reach), _towards(corner, two, reach * rng.uniform(0.8, 1.2))
    # the corner's mirror image in the line a-b
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = ((corner[0] - a[0]) * dx + (corner[1] - a[1]) * dy) / (dx * dx + dy * dy)
    tip = (2 * (a[0] + t * dx) - corner[0], 2 * (a[1] + t * dy) - corner[1])
    draw = ImageDraw.Draw(image)
    draw.polygon([corner, a, b], fill=(238, 238, 236))  # the lid, where the corner was
    shadow = Image.new("L", image.size)
    grown = [(x + 1.2 * px, y + 1.2 * px) for x, y in (a, b, tip)]
    ImageDraw.Draw(shadow).polygon(grown, fill=90)
    image.paste((90, 90, 90), (0, 0), shadow.filter(ImageFilter.GaussianBlur(1.2 * px)))
    ImageDraw.Draw(image).polygon([a, b, tip], fill=(232, 230, 224))
    return replace(page, image=image, troubles=(TrueTrouble("covered", place),))


def _towards(
    start: tuple[float, float], end: tuple[float, float], far: float
) -> tuple[float, float]:
    long = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
    return start[0] + (end[0] - start[0]) * far / long, start[1] + (end[1] - start[1]) * far / long


def _half_decoded(page: Page, share: float) -> Image.Image:
    """What libjpeg makes of a JPEG that stops: grey from there on."""
    whole = encoded(page.image, page.dpi)
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        with Image.open(io.BytesIO(whole[: int(len(whole) * share)])) as half:
            return half.convert("RGB")
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _place(at: tuple[float, float], size: tuple[int, int]) -> str:
    """The third of the page a point lies in, as ``findings.Warn.place`` says it."""
    row = ("top", "middle", "bottom")[min(2, int(3 * at[1] / size[1]))]
    column = ("left", "middle", "right")[min(2, int(3 * at[0] / size[0]))]
    return "middle" if row == column == "middle" else f"{row}-{column}"
