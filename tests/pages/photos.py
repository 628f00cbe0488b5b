"""Photographs that nobody took: a portrait without a person, a place that is nowhere."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from appliance.core.paper.findings import Kind
from tests.pages.pen import Pen, Sheet


def portrait(rng: random.Random) -> Image.Image:
    """A head and shoulders of plain shapes with soft light, 400 × 520."""
    image = Image.new("RGB", (400, 520), rng.choice(((180, 200, 226), (236, 236, 238))))
    draw = ImageDraw.Draw(image)
    skin = rng.choice(((222, 184, 156), (204, 164, 132), (236, 204, 178)))
    draw.ellipse((20, 380, 380, 700), fill=rng.choice(((240, 240, 244), (60, 66, 96))))
    draw.rectangle((165, 330, 235, 420), fill=skin)
    draw.ellipse((105, 90, 295, 300), fill=(34, 28, 30))
    draw.ellipse((120, 120, 280, 360), fill=skin)
    for x in (165, 235):
        draw.ellipse((x - 14, 220, x + 14, 234), fill=(40, 34, 34))
    draw.line((170, 310, 200, 318, 230, 310), fill=(160, 80, 80), width=7)
    soft = image.filter(ImageFilter.GaussianBlur(5))
    return ImageChops.add(soft, clouds(rng, (400, 520), 18), 1, -128)


def photo(rng: random.Random, dpi: int) -> Sheet:
    """A printed colour photograph, 10 × 15 cm, with a white border or none."""
    size = rng.choice(((150.0, 100.0), (100.0, 150.0)))
    pen = Pen(rng, dpi, "photo", size, (250, 250, 250), Kind.PHOTO)
    rim = rng.choice((0.0, 4.0))
    wide, high = (round((side - 2 * rim) * pen.px) for side in size)
    scene = _scene(rng).resize((wide, high), Image.Resampling.BICUBIC)
    pen.sheet.image.paste(scene, (round(rim * pen.px), round(rim * pen.px)))
    return pen.sheet


def portrait_photo(rng: random.Random, dpi: int) -> Sheet:
    """A 3 × 4 cm identity photograph."""
    pen = Pen(rng, dpi, "photo-3x4", (30.0, 40.0), (250, 250, 250), Kind.PHOTO)
    pen.sheet.image.paste(portrait(rng).resize(pen.sheet.image.size, Image.Resampling.BICUBIC))
    return pen.sheet


def _scene(rng: random.Random) -> Image.Image:
    """Sky, hills and ground with texture at every scale."""
    size = (900, 700)
    image = Image.new("RGB", size, (120, 170, 220))
    draw = ImageDraw.Draw(image)
    for n in range(4):
        base = 250 + n * 110
        hill = [(x, base + rng.randint(-60, 60)) for x in range(0, 1000, 90)]
        green = tuple(rng.randint(20, 150) for _ in range(3))
        draw.polygon([(0, 700), *hill, (900, 700)], fill=green)
    for _ in range(25):
        x, y, r = rng.randint(0, 900), rng.randint(250, 700), rng.randint(8, 60)
        fill = tuple(rng.randint(60, 200) for _ in range(3))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)
    soft = image.filter(ImageFilter.GaussianBlur(2))
    return ImageChops.add(soft, clouds(rng, size, 60), 1, -128)


def clouds(rng: random.Random, size: tuple[int, int], depth: float) -> Image.Image:
    """Noise at four scales around 128."""
    luck = np.random.default_rng(rng.randrange(1 << 30))
    total = np.zeros((size[1], size[0], 3), np.float32)
    for step in (3, 12, 48, 160):
        shape = (size[1] // step + 2, size[0] // step + 2)
        small = luck.normal(0, 1, (*shape, 1)) + luck.normal(0, 0.25, (*shape, 3))
        field = Image.fromarray(np.clip(128 + 40 * small, 0, 255).astype(np.uint8), "RGB")
        large = field.resize(size, Image.Resampling.BICUBIC)
        total += (np.asarray(large, np.float32) - 128) * (depth / 160)
    return Image.fromarray(np.clip(128 + total, 0, 255).astype(np.uint8), "RGB")
