"""A pen on one synthetic sheet: millimetres in, pixels, words and masks out."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from appliance.core.paper.findings import Kind
from tests.pages.fonts import font
from tests.pages.truth import Color, Word

INK: Color = (38, 36, 40)
BLUE: Color = (40, 62, 160)
RED: Color = (200, 40, 52)
PENCIL: Color = (150, 148, 146)
A4 = (210.0, 297.0)
A5 = (148.0, 210.0)
LETTER = (215.9, 279.4)
ID1 = (85.60, 53.98)


@dataclass
class Sheet:
    """One side of one piece of paper, upright and straight, as it was before the scanner."""

    image: Image.Image
    dpi: int
    size_mm: tuple[float, float]
    name: str
    kind: Kind = Kind.FORM
    blank: bool = False
    words: list[Word] = field(default_factory=list)
    masks: dict[str, Image.Image] = field(default_factory=dict)
    payloads: tuple[str, ...] = ()
    mrz: tuple[str, ...] = ()
    side: str | None = None


class Pen:
    """Draws on a new sheet. Positions and sizes are millimetres, y grows downwards.

    A *layer* names the mask that remembers where this was drawn ("seal", "ink", "guilloche",
    "pencil", "portrait").
    """

    def __init__(
        self,
        rng: random.Random,
        dpi: int,
        name: str,
        size_mm: tuple[float, float] = A4,
        paper: Color = (248, 247, 243),
        kind: Kind = Kind.FORM,
    ) -> None:
        self.rng = rng
        self.px = dpi / 25.4
        size = (round(size_mm[0] * self.px), round(size_mm[1] * self.px))
        self.sheet = Sheet(Image.new("RGB", size, paper), dpi, size_mm, name, kind)
        self.paper = paper
        self._draw = ImageDraw.Draw(self.sheet.image)
        self._layers: dict[str, ImageDraw.ImageDraw] = {}

    def text(
        self,
        text: str,
        at: tuple[float, float],
        size_mm: float = 4.2,
        face: str = "serif",
        color: Color = INK,
        anchor: str = "ls",
        layer: str | None = None,
    ) -> float:
        """Print one line from a baseline point; returns its width in mm."""
        glyphs = font(face, size_mm * self.px)
        xy = (at[0] * self.px, at[1] * self.px)
        self._draw.text(xy, text, font=glyphs, fill=color, anchor=anchor)
        if layer:
            self._layer(layer).text(xy, text, font=glyphs, fill=255, anchor=anchor)
        wide = glyphs.getlength(text) / self.px
        left = at[0] - {"l": 0.0, "m": wide / 2, "r": wide}[anchor[0]]
        self._remember(text, left, at[1], wide, size_mm, by_hand=False)
        return wide

    def glyph(
        self, letter: str, middle: tuple[float, float], size_mm: float, face: str, color: Color
    ) -> None:
        """One letter whose middle and baseline are given; it counts as no word."""
        at = (middle[0] * self.px, middle[1] * self.px)
        glyphs = font(face, size_mm * self.px)
        self._draw.text(at, letter, font=glyphs, fill=color, anchor="ms")

    def by_hand(
        self,
        text: str,
        at: tuple[float, float],
        size_mm: float = 4.8,
        color: Color = BLUE,
        layer: str = "ink",
        face: str | None = None,
    ) -> float:
        """Write one line with a shaky hand; returns its width in mm."""
        face = face or self.rng.choice(("hand", "hand-sans"))
        x, slope = at[0], self.rng.uniform(-0.012, 0.012)
        for word in text.split(" "):
            start = x
            for letter in word:
                em = size_mm * self.rng.uniform(0.92, 1.1)
                glyphs = font(face, round(em * self.px * 2) / 2)
                y = at[1] + self.rng.uniform(-0.28, 0.28) + (x - at[0]) * slope
                xy = (x * self.px, y * self.px)
                self._draw.text(xy, letter, font=glyphs, fill=color, anchor="ls")
                self._layer(layer).text(xy, letter, font=glyphs, fill=255, anchor="ls")
                x += glyphs.getlength(letter) / self.px * self.rng.uniform(0.96, 1.08)
            self._remember(word, start, at[1], x - start, size_mm, by_hand=True)
            x += size_mm * self.rng.uniform(0.25, 0.4)
        return x - at[0]

    def paragraph(
        self, text: str, at: tuple[float, float], wide: float, size_mm: float, face: str
    ) -> float:
        """Wrapped print; returns the baseline below."""
        glyphs, line, y = font(face, size_mm * self.px), "", at[1]
        for word in [*text.split(), ""]:
            longer = f"{line} {word}".strip()
            if line and (not word or glyphs.getlength(longer) > wide * self.px):
                self.text(line, (at[0], y), size_mm, face)
                y, line = y + size_mm * 1.5, word
            else:
                line = longer
        return y

    def line(
        self,
        points: Sequence[tuple[float, float]],
        thick_mm: float = 0.25,
        color: Color = INK,
        layer: str | None = None,
    ) -> None:
        """A polyline."""
        path = [(x * self.px, y * self.px) for x, y in points]
        width = max(1, round(thick_mm * self.px))
        self._draw.line(path, fill=color, width=width, joint="curve")
        if layer:
            self._layer(layer).line(path, fill=255, width=width, joint="curve")

    def dots(self, left: float, right: float, y: float) -> None:
        """A dotted line to write on."""
        size = max(1.0, 0.3 * self.px)
        x = left
        while x < right:
            at = (x * self.px, y * self.px)
            self._draw.rectangle((at[0], at[1], at[0] + size, at[1] + size), fill=INK)
            x += 1.15

    def box(
        self, left: float, top: float, right: float, bottom: float, thick_mm: float = 0.3,
        color: Color = INK, layer: str | None = None, fill: Color | None = None,
    ) -> None:  # fmt: skip
        """A rectangle, open or filled."""
        frame = [v * self.px for v in (left, top, right, bottom)]
        width = max(1, round(thick_mm * self.px))
        self._draw.rectangle(frame, outline=color, width=width, fill=fill)
        if layer:
            on = 255 if fill else None
            self._layer(layer).rectangle(frame, outline=255, width=width, fill=on)

    def mark(self, layer: str, box_mm: tuple[float, float, float, float]) -> None:
        """Remember a whole rectangle in a mask; draws nothing."""
        self._layer(layer).rectangle([v * self.px for v in box_mm], fill=255)

    def seal(self, x: float, y: float, color: Color = RED, radius: float = 17.5) -> None:
        """A round stamp with letters on its ring, struck a little askew and unevenly."""
        for r, thick in ((radius, 0.9), (radius * 0.68, 0.4)):
            frame = [v * self.px for v in (x - r, y - r, x + r, y + r)]
            width = max(1, round(thick * self.px))
            self._draw.ellipse(frame, outline=color, width=width)
            self._layer("seal").ellipse(frame, outline=255, width=width)
        for n, letter in enumerate("ỦY BAN NHÂN DÂN XÃ THỬ NGHIỆM · MẪU · "):
            angle = math.radians(150 + n * 9.2)
            self._upright_glyph(letter, x, y, angle, radius * 0.83, color)
        star = [
            (x + s * math.sin(math.pi * k / 5), y - s * math.cos(math.pi * k / 5))
            for k, s in enumerate([radius * 0.34, radius * 0.14] * 5)
        ]
        path = [(a * self.px, b * self.px) for a, b in star]
        self._draw.polygon(path, fill=color)
        self._layer("seal").polygon(path, fill=255)

    def signature(
        self, x: float, y: float, color: Color = BLUE, wide: float = 34, layer: str = "ink"
    ) -> None:
        """A quick flourish through *x*, *y*."""
        phase, turns = self.rng.uniform(0, 6), self.rng.uniform(3, 6)
        points = []
        for k in range(90):
            t = k / 89
            swing = math.sin(phase + turns * 6.28 * t) * (1 - 0.6 * t) * wide * 0.13
            back = math.cos(phase + turns * 6.28 * t) * wide * 0.07
            points.append((x - wide / 2 + wide * t + back, y + swing - 2 * t))
        self.line(points, 0.45, color, layer)

    def _upright_glyph(
        self, letter: str, x: float, y: float, angle: float, r: float, color: Color
    ) -> None:
        at = ((x + r * math.cos(angle)) * self.px, (y + r * math.sin(angle)) * self.px)
        glyphs = font("sans-bold", 2.6 * self.px)
        for draw, fill in ((self._draw, color), (self._layer("seal"), 255)):
            draw.text(at, letter, font=glyphs, fill=fill, anchor="mm")

    def _layer(self, name: str) -> ImageDraw.ImageDraw:
        if name not in self._layers:
            mask = Image.new("L", self.sheet.image.size)
            self.sheet.masks[name] = mask
            self._layers[name] = ImageDraw.Draw(mask)
        return self._layers[name]

    def _remember(
        self, text: str, left: float, base: float, wide: float, size: float, *, by_hand: bool
    ) -> None:
        words, x = text.split(), left
        letters = max(1, len(text))
        for word in words:
            right = x + wide * len(word) / letters
            box = (x, base - size * 0.8, right, base + size * 0.22)
            self.sheet.words.append(Word(word, box, by_hand))
            x = right + wide / letters
