"""Telephone photographs that somebody should take again: a thumb, a fold, a shaking hand, no light.

Each of HANDS and FOLDS makes a ``phone.Spoil``; the others change a finished photograph.
"""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import replace

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from appliance.core.paper.findings import Point, Quad
from tests.pages.phone import Spoil, perspective
from tests.pages.shapes import shared
from tests.pages.truth import Color, Page, TrueTrouble

CORNERS = ("top-left", "top-right", "bottom-right", "bottom-left")
SIDES = ("top-middle", "middle-right", "bottom-middle", "middle-left")
SKINS: tuple[Color, ...] = (
    (244, 208, 184), (226, 180, 148), (206, 152, 118), (172, 118, 84), (128, 84, 58), (92, 60, 44),
)  # fmt: skip
_WHITE = 240.0


class Lay:
    """Millimetres on the sheet to pixels of the photograph."""

    def __init__(self, quad: Quad, size_mm: tuple[float, float]) -> None:
        self.size_mm = size_mm
        wide, high = size_mm
        self._to = perspective(((0, 0), (wide, 0), (wide, high), (0, high)), quad)

    def at(self, x: float, y: float) -> Point:
        a, b, c, d, e, f, g, h = self._to
        w = g * x + h * y + 1
        return (a * x + b * y + c) / w, (d * x + e * y + f) / w

    def all(self, points: list[Point]) -> list[Point]:
        return [self.at(*point) for point in points]

    @property
    def px(self) -> float:
        """Pixels in a millimetre, in the middle."""
        wide, high = self.size_mm
        return math.dist(self.at(wide / 2, high / 2), self.at(wide / 2 + 1, high / 2))


def thumb(rng: random.Random, place: str, skin: Color, size_mm: tuple[float, float]) -> Spoil:
    """A thumb holds the sheet at *place*, one of CORNERS or SIDES, and lies over what is there."""

    def spoil(image: Image.Image, bare: Image.Image, quad: Quad) -> TrueTrouble:
        lay = Lay(quad, size_mm)
        wide, high = lay.size_mm
        row, column = place.split("-")
        x = {"left": 0.0, "middle": wide * rng.uniform(0.4, 0.6), "right": wide}[column]
        y = {"top": 0.0, "middle": high * rng.uniform(0.42, 0.58), "bottom": high}[row]
        inwards = math.atan2(high / 2 - y, wide / 2 - x) + rng.uniform(-0.35, 0.35)
        long, half = rng.uniform(22, 48), rng.uniform(8, 11)
        if place in CORNERS:
            long += 12
        way = (math.cos(inwards), math.sin(inwards))
        tip = (x + way[0] * long, y + way[1] * long)
        root = (x - way[0] * 60, y - way[1] * 60)
        outline = lay.all(_capsule(root, tip, half))
        shadow = Image.new("L", image.size)
        moved = [(u + 1.5 * lay.px, v + 2 * lay.px) for u, v in outline]
        ImageDraw.Draw(shadow).polygon(moved, fill=110)
        image.paste((25, 20, 18), (0, 0), _soft(shadow, 2.2 * lay.px))
        _skin(image, outline, lay.all(_capsule(root, tip, half * 0.45)), skin, lay.px)
        nail = _capsule(
            (tip[0] - way[0] * 9, tip[1] - way[1] * 9),
            (tip[0] - way[0] * 1, tip[1] - way[1] * 1), half * 0.62,
        )  # fmt: skip
        if rng.random() < 0.8:
            mask = Image.new("L", image.size)
            ImageDraw.Draw(mask).polygon(lay.all(nail), fill=130)
            image.paste((238, 200, 190), (0, 0), _soft(mask, 0.6 * lay.px))
        mid = (x + way[0] * long / 2, y + way[1] * long / 2)
        hidden = shared(_rectangle((x, y), tip, half), ((0, 0), (wide, 0), (wide, high), (0, high)))
        return TrueTrouble("covered", _ninth(mid, lay.size_mm), tuple(lay.all(list(hidden))))

    return spoil


def folded_corner(rng: random.Random, place: str, size_mm: tuple[float, float]) -> Spoil:
    """A corner folded inwards: one sees the table where it was, and its back over the writing."""

    def spoil(image: Image.Image, bare: Image.Image, quad: Quad) -> TrueTrouble:
        lay = Lay(quad, size_mm)
        wide, high = lay.size_mm
        x, y = (0.0 if "left" in place else wide), (0.0 if "top" in place else high)
        sx, sy = (1 if x == 0 else -1), (1 if y == 0 else -1)
        p = rng.uniform(38, 66)
        q = p * rng.uniform(0.75, 1.3)
        share = 2 * p * q / (p * p + q * q)
        one, two = (x + sx * p, y), (x, y + sy * q)
        tip = (x + sx * q * share, y + sy * p * share)
        gone = Image.new("L", image.size)
        ImageDraw.Draw(gone).polygon(lay.all([(x - sx * 3, y - sy * 3), one, two]), fill=255)
        image.paste(bare, (0, 0), gone.filter(ImageFilter.GaussianBlur(0.7)))
        flap = lay.all([one, two, tip])
        light = rng.uniform(0, 2 * math.pi)
        off = (math.cos(light) * 1.6 * lay.px, math.sin(light) * 1.6 * lay.px)
        shadow = Image.new("L", image.size)
        ImageDraw.Draw(shadow).polygon([(u + off[0], v + off[1]) for u, v in flap], fill=120)
        image.paste((30, 28, 26), (0, 0), _soft(shadow, 1.6 * lay.px))
        back = round(_WHITE * rng.uniform(0.86, 0.98))
        mask = Image.new("L", image.size)
        ImageDraw.Draw(mask).polygon(flap, fill=255)
        image.paste((back, back - 2, back - 6), (0, 0), mask.filter(ImageFilter.GaussianBlur(0.7)))
        return TrueTrouble("covered", place, tuple(lay.all([(x, y), one, tip, two])))

    return spoil


def folded_side(rng: random.Random, place: str, size_mm: tuple[float, float]) -> Spoil:
    """A strip along one side, one of SIDES, folded over: its back hides what is written there."""

    def spoil(image: Image.Image, bare: Image.Image, quad: Quad) -> TrueTrouble:
        lay = Lay(quad, size_mm)
        wide, high = lay.size_mm
        first, last = rng.uniform(18, 30), rng.uniform(18, 30)

        def band(a: float, b: float) -> list[Point]:
            """From *a* to *b*, in shares of the fold's depth from the side that was."""
            corners = [(0.0, first * a), (wide, last * a), (wide, last * b), (0.0, first * b)]
            if place == "bottom-middle":
                corners = [(x, high - y) for x, y in corners]
            elif place.startswith("middle"):
                corners = [(y, x / wide * high) for x, y in corners]
                if place == "middle-right":
                    corners = [(wide - x, y) for x, y in corners]
            return lay.all(corners)

        gone = Image.new("L", image.size)
        ImageDraw.Draw(gone).polygon(band(-0.2, 1.0), fill=255)
        image.paste(bare, (0, 0), gone.filter(ImageFilter.GaussianBlur(0.7)))
        shadow = Image.new("L", image.size)
        ImageDraw.Draw(shadow).polygon(band(1.0, 2.0 + 2.0 / first), fill=120)
        image.paste((30, 28, 26), (0, 0), _soft(shadow, 1.6 * lay.px))
        back = round(_WHITE * rng.uniform(0.86, 0.98))
        ImageDraw.Draw(image).polygon(band(1.0, 2.0), fill=(back, back - 2, back - 6))
        return TrueTrouble("covered", place, tuple(band(1.0, 2.0)))

    return spoil


def creased(rng: random.Random, size_mm: tuple[float, float]) -> Spoil:
    """A letter unfolded again, its thirds at their own angle to the light: nothing is hidden."""

    def spoil(image: Image.Image, bare: Image.Image, quad: Quad) -> TrueTrouble:
        lay = Lay(quad, size_mm)
        wide, high = lay.size_mm
        shade = Image.new("L", image.size, 255)
        draw = ImageDraw.Draw(shade)
        at = (0.0, high / 3 + rng.uniform(-3, 3), high * 2 / 3 + rng.uniform(-3, 3), high)
        for top, bottom in itertools.pairwise(at):
            strip = lay.all([(0, top), (wide, top), (wide, bottom), (0, bottom)])
            draw.polygon(strip, fill=round(255 * rng.uniform(0.84, 1.0)))
        for y in at[1:3]:
            draw.line(lay.all([(0, y), (wide, y)]), fill=190, width=max(1, round(0.6 * lay.px)))
        soft = shade.filter(ImageFilter.GaussianBlur(0.5 * lay.px))
        image.paste(ImageChops.multiply(image, Image.merge("RGB", [soft] * 3)))
        return TrueTrouble("creased")

    return spoil


def shaken(page: Page, rng: random.Random) -> Page:
    """Blurred along one direction: the hand moved by 0.8 to 1.6 mm of the sheet."""
    long = max(5, round(rng.uniform(0.8, 1.6) / 25.4 * page.dpi))
    angle = rng.uniform(0, math.pi)
    total = np.zeros((page.image.height, page.image.width, 3), np.float32)
    for n in range(long):
        t = n - (long - 1) / 2
        off = (round(t * math.cos(angle)), round(t * math.sin(angle)))
        total += np.asarray(ImageChops.offset(page.image, *off), np.float32)
    image = Image.fromarray(np.rint(total / long).astype(np.uint8))
    return replace(page, image=image, troubles=(TrueTrouble("blurred"),))


def unfocused(page: Page, rng: random.Random) -> Page:
    """The camera looked at something nearer."""
    sigma = rng.uniform(0.4, 0.7) / 25.4 * page.dpi
    soft = page.image.filter(ImageFilter.GaussianBlur(sigma))
    return replace(page, image=soft, troubles=(TrueTrouble("blurred"),))


def dim(page: Page, rng: random.Random) -> Page:
    """Taken in the dark: little light and much grain."""
    light = rng.uniform(0.12, 0.24)
    levels = np.asarray(page.image, np.float32) * light
    luck = np.random.default_rng(rng.randrange(1 << 30))
    levels += luck.normal(0, 5, (*levels.shape[:2], 1)).astype(np.float32)
    image = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
    return replace(page, image=image, troubles=(TrueTrouble("dark"),))


def beyond(page: Page, rng: random.Random, corner: str) -> Page:
    """Held so that *corner* of the sheet lies 12 to 35 mm outside the picture."""
    far = rng.uniform(12, 35) / 25.4 * page.dpi
    x, y = page.only.quad[CORNERS.index(corner)]
    wide, high = page.image.size
    left, right = (x + far, wide) if "left" in corner else (0, x - far)
    top, bottom = (y + far, high) if "top" in corner else (0, y - far)
    if rng.random() < 0.5:  # out over one side only
        left, right = 0, wide
    box = (round(left), round(top), round(right), round(bottom))
    quad = tuple((px - box[0], py - box[1]) for px, py in page.only.quad)
    item = replace(page.only, quad=(quad[0], quad[1], quad[2], quad[3]))
    trouble = TrueTrouble("beyond", corner)
    return replace(page, image=page.image.crop(box), items=(item,), troubles=(trouble,))


def _skin(
    image: Image.Image, outline: list[Point], middle: list[Point], skin: Color, px: float
) -> None:
    """Round: darker towards its edge than along its middle."""
    edge = tuple(round(v * 0.72) for v in skin)
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    image.paste((edge[0], edge[1], edge[2]), (0, 0), mask.filter(ImageFilter.GaussianBlur(1)))
    ridge = Image.new("L", image.size)
    ImageDraw.Draw(ridge).polygon(middle, fill=255)
    image.paste(skin, (0, 0), ImageChops.multiply(_soft(ridge, 3 * px), mask))


def _soft(mask: Image.Image, sigma: float) -> Image.Image:
    """Blurred on a small copy: large radii are slow."""
    times = 4
    small = mask.reduce(times).filter(ImageFilter.GaussianBlur(sigma / times))
    return small.resize(mask.size, Image.Resampling.BILINEAR)


def _capsule(start: Point, end: Point, half: float) -> list[Point]:
    turn = math.atan2(end[1] - start[1], end[0] - start[0])
    round_end = [turn + math.radians(a) for a in range(-90, 91, 15)]
    tip = [(end[0] + half * math.cos(a), end[1] + half * math.sin(a)) for a in round_end]
    back = _rectangle(start, end, half)
    return [back[0], *tip, back[3]]


def _rectangle(start: Point, end: Point, half: float) -> list[Point]:
    long = max(1e-6, math.dist(start, end))
    ux, uy = (end[0] - start[0]) / long * half, (end[1] - start[1]) / long * half
    return [
        (start[0] + uy, start[1] - ux), (end[0] + uy, end[1] - ux),
        (end[0] - uy, end[1] + ux), (start[0] - uy, start[1] + ux),
    ]  # fmt: skip


def _ninth(at: Point, size: tuple[float, float]) -> str:
    row = ("top", "middle", "bottom")[min(2, max(0, int(3 * at[1] / size[1])))]
    column = ("left", "middle", "right")[min(2, max(0, int(3 * at[0] / size[0])))]
    return "middle" if row == column == "middle" else f"{row}-{column}"


def spoil_for(
    what: str, rng: random.Random, seed: int, size_mm: tuple[float, float]
) -> Spoil | None:
    """What *what* ("thumb", "corner", "side", "creased") does to the sheet where it lies."""
    if what == "thumb":
        place = (*CORNERS, *SIDES)[seed // 2 % 8]
        return thumb(rng, place, SKINS[seed % len(SKINS)], size_mm)
    if what == "corner":
        return folded_corner(rng, CORNERS[seed // 2 % 4], size_mm)
    if what == "side":
        return folded_side(rng, SIDES[seed // 2 % 4], size_mm)
    return creased(rng, size_mm) if what == "creased" else None


def afterwards(what: str, page: Page, rng: random.Random, seed: int) -> Page:
    """What *what* ("shaken", "unfocused", "dim", "beyond") does to a photograph."""
    if what == "beyond":
        return beyond(page, rng, CORNERS[seed // 2 % 4])
    change = {"shaken": shaken, "unfocused": unfocused, "dim": dim}.get(what)
    return change(page, rng) if change else page
