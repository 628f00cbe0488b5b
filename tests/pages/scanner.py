"""A scanner in numbers: where sheets lie, what the lid, the lamp and the sensor do to them."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from appliance.core.paper.findings import Point, Quad
from tests.pages.pen import Sheet
from tests.pages.truth import Color, Page, TrueItem

LIDS: dict[str, Color] = {
    "white": (240, 240, 238),
    "grey": (128, 128, 126),
    "black": (22, 22, 24),
}
_TILE = 1024  # noise is cut from one field, at a place that the seed chooses


@dataclass(frozen=True, slots=True)
class Scanner:
    """One device with its habits."""

    lid: str = "white"
    shadow: float = 0.35  # how dark the sheet's shadow on the lid is at the edge
    slope: float = 0.03  # loss of light from one corner to the opposite one
    noise: float = 2.0  # standard deviation in levels
    columns: float = 0.8  # the sensor's pattern, constant along a column
    blur_px: float = 0.0

    @classmethod
    def any(cls, rng: random.Random) -> Scanner:
        """One of the devices that may stand in a village."""
        return cls(
            lid=rng.choice(("white", "white", "grey", "black")),
            shadow=rng.uniform(0.2, 0.5),
            slope=rng.uniform(0.0, 0.07),
            noise=rng.uniform(1.0, 4.0),
            columns=rng.uniform(0.2, 1.6),
        )


@dataclass(frozen=True, slots=True)
class Lying:
    """Where a sheet lies: *at* is its centre, *clockwise* how far it is turned from upright."""

    sheet: Sheet
    at: Point  # px
    clockwise: float = 0.0  # degrees


def feed(
    sheet: Sheet,
    rng: random.Random,
    angle_deg: float = 0.0,
    turn: int = 0,
    scanner: Scanner | None = None,
    margin_mm: float = 0.0,
) -> Page:
    """A sheet drawn through a feeder: it needs *angle_deg* ccw, then *turn* cw, to be upright.

    The image is the sheet's own size plus *margin_mm* on every side; a skewed sheet's corners
    may lie outside, as they do in real feeders.
    """
    px = sheet.dpi / 25.4
    wide, high = sheet.size_mm if turn % 180 == 0 else sheet.size_mm[::-1]
    size = (round((wide + 2 * margin_mm) * px), round((high + 2 * margin_mm) * px))
    shift = (rng.uniform(-0.6, 0.6) * px, rng.uniform(-0.6, 0.6) * px)
    if angle_deg == 0 and turn == 0:
        shift = (float(round(shift[0])), float(round(shift[1])))
    at = (size[0] / 2 + shift[0], size[1] / 2 + shift[1])
    clockwise = angle_deg + (-turn) % 360
    return scan([Lying(sheet, at, clockwise)], size, sheet.dpi, rng, scanner or Scanner.any(rng))


def scan(
    lying: Sequence[Lying],
    size: tuple[int, int],
    dpi: int,
    rng: random.Random,
    scanner: Scanner,
) -> Page:
    """Everything that lies on a glass of *size* pixels, as one image."""
    lid = LIDS[scanner.lid]
    canvas = Image.new("RGB", size, lid)
    masks: dict[str, Image.Image] = {}
    items = []
    for one in lying:
        quad = _corners(one)
        if scanner.shadow:
            _cast_shadow(canvas, quad, dpi, scanner.shadow)
        _place(canvas, masks, one, quad)
        items.append(_truth(one, quad))
    image = _seen(canvas, rng, scanner)
    return Page(image, dpi, tuple(items), masks, (), scanner.lid)


def _corners(one: Lying) -> Quad:
    """The sheet's corners in the scan: top left, top right, bottom right, bottom left of text."""
    half_w, half_h = one.sheet.image.width / 2, one.sheet.image.height / 2
    a = math.radians(one.clockwise)

    def put(x: float, y: float) -> Point:
        return (
            one.at[0] + x * math.cos(a) - y * math.sin(a),
            one.at[1] + x * math.sin(a) + y * math.cos(a),
        )

    return (
        put(-half_w, -half_h),
        put(half_w, -half_h),
        put(half_w, half_h),
        put(-half_w, half_h),
    )


def _truth(one: Lying, quad: Quad) -> TrueItem:
    clockwise = one.clockwise % 360
    quarters = math.floor((clockwise + 45) / 90)
    angle = clockwise - 90 * quarters
    if abs(angle + 45) < 1e-9:  # keep (-45, 45]
        angle, quarters = 45.0, quarters - 1
    quarters %= 4
    first = (4 - quarters) % 4
    rolled = quad[first:] + quad[:first]
    sheet = one.sheet
    wide, high = sheet.size_mm if quarters % 2 == 0 else sheet.size_mm[::-1]
    return TrueItem(
        quad=(rolled[0], rolled[1], rolled[2], rolled[3]),
        width_mm=wide,
        height_mm=high,
        angle_deg=angle,
        turn=first * 90 if first else 0,
        kind=sheet.kind,
        name=sheet.name,
        blank=sheet.blank,
        words=tuple(sheet.words),
        payloads=sheet.payloads,
        mrz=sheet.mrz,
        side=sheet.side,
    )


def _place(canvas: Image.Image, masks: dict[str, Image.Image], one: Lying, quad: Quad) -> None:
    """Put the turned sheet, and what its masks remember, where it lies."""
    left = max(0, math.floor(min(x for x, _ in quad)))
    top = max(0, math.floor(min(y for _, y in quad)))
    right = min(canvas.width, math.ceil(max(x for x, _ in quad)))
    bottom = min(canvas.height, math.ceil(max(y for _, y in quad)))
    size = (right - left, bottom - top)
    a = math.radians(one.clockwise)
    cos, sin = math.cos(a), math.sin(a)
    off = (left - one.at[0], top - one.at[1])
    half = (one.sheet.image.width / 2, one.sheet.image.height / 2)
    matrix = (
        cos, sin, cos * off[0] + sin * off[1] + half[0],
        -sin, cos, -sin * off[0] + cos * off[1] + half[1],
    )  # fmt: skip
    straight = one.clockwise % 360 == 0 and all(float(v).is_integer() for v in matrix)
    smooth = Image.Resampling.NEAREST if straight else Image.Resampling.BILINEAR
    rim = one.sheet.image.getpixel((2, 2))
    affine = Image.Transform.AFFINE
    turned = one.sheet.image.transform(size, affine, matrix, smooth, fillcolor=rim)
    outline = Image.new("L", size)
    ImageDraw.Draw(outline).polygon([(x - left, y - top) for x, y in quad], fill=255)
    canvas.paste(turned, (left, top), outline)
    for name, mask in one.sheet.masks.items():
        whole = masks.setdefault(name, Image.new("L", canvas.size))
        nearest = mask.transform(size, affine, matrix, Image.Resampling.NEAREST)
        whole.paste(nearest, (left, top), outline)


def _cast_shadow(canvas: Image.Image, quad: Quad, dpi: int, depth: float) -> None:
    """A soft band beside the sheet, deeper where the lamp does not reach."""
    px = dpi / 25.4
    scale = 8
    small = Image.new("L", (canvas.width // scale + 1, canvas.height // scale + 1), 255)
    draw = ImageDraw.Draw(small)
    for dx, dy, dark in ((0.9, 1.1, depth), (-0.35, -0.35, depth * 0.5)):
        moved = [((x + dx * px) / scale, (y + dy * px) / scale) for x, y in quad]
        draw.polygon(moved, fill=round(255 * (1 - dark)))
    small = small.filter(ImageFilter.GaussianBlur(0.8 * px / scale))
    band = small.resize(canvas.size, Image.Resampling.BILINEAR)
    canvas.paste(ImageChops.multiply(canvas, Image.merge("RGB", [band] * 3)))


def _seen(canvas: Image.Image, rng: random.Random, scanner: Scanner) -> Image.Image:
    """The sensor's view: light that falls off, blur, noise, columns."""
    image = canvas
    if scanner.blur_px:
        image = image.filter(ImageFilter.GaussianBlur(scanner.blur_px))
    if scanner.slope:
        image = ImageChops.multiply(image, _light(image.size, scanner.slope, rng.randrange(4)))
    if scanner.noise or scanner.columns:
        noise = _noise(rng.randrange(4), image.size, scanner.noise, scanner.columns, rng)
        image = ImageChops.add(image, noise, 1, -128)
    return image


def _light(size: tuple[int, int], slope: float, corner: int) -> Image.Image:
    ramp = Image.linear_gradient("L").resize((64, 64))
    across = ImageChops.add(ramp, ramp.transpose(Image.Transpose.ROTATE_90), 2)
    turned = across.rotate(90 * corner)
    level = turned.point([255 - round(v * slope) for v in range(256)])
    return Image.merge("RGB", [level.resize(size, Image.Resampling.BILINEAR)] * 3)


@lru_cache(maxsize=4)
def _grain(number: int) -> np.ndarray:
    """One field of unit noise, 3 channels, made once."""
    return np.random.default_rng(4242 + number).standard_normal((_TILE, _TILE, 3), np.float32)


@lru_cache(maxsize=8)
def _noise_tile(number: int, noise: float, columns: float) -> Image.Image:
    pattern = np.random.default_rng(99 + number).standard_normal((1, _TILE, 1), np.float32)
    levels = 128 + _grain(number) * noise + pattern * columns
    return Image.fromarray(np.clip(np.rint(levels), 0, 255).astype(np.uint8), "RGB")


def _noise(
    number: int, size: tuple[int, int], noise: float, columns: float, rng: random.Random
) -> Image.Image:
    tile = _noise_tile(number, round(noise, 1), round(columns, 1))
    tile = ImageChops.offset(tile, rng.randrange(_TILE), rng.randrange(_TILE))
    whole = Image.new("RGB", size)
    for y in range(0, size[1], _TILE):
        for x in range(0, size[0], _TILE):
            whole.paste(tile, (x, y))
    return whole
