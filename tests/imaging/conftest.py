"""Sheets of paper drawn for these tests: synthetic, with the traits that cleaning must keep."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw

PAPER = (243, 240, 232)  # slightly yellow office paper
SEAL = (205, 40, 55)
INK = (35, 60, 165)
PENCIL = (170, 168, 165)


class Sheet:
    """Draws one side of paper and encodes it as a scanner would."""

    @staticmethod
    def image(dpi: int = 300, paper: tuple[int, int, int] = PAPER, seed: int = 1) -> Image.Image:
        width, height = round(210 / 25.4 * dpi), round(297 / 25.4 * dpi)
        image = Image.new("RGB", (width, height), paper)
        draw = ImageDraw.Draw(image)

        def at(*millimetres: float) -> list[float]:
            return [mm / 25.4 * dpi for mm in millimetres]

        for line in range(40):
            for word in range(8):
                left, top = 20 + word * 21, 30 + line * 5
                length = 8 + (line * 7 + word * 5 + seed * 3) % 11
                draw.rectangle(at(left, top, left + length, top + 2.2), fill=(30, 30, 32))
        draw.ellipse(at(120, 235, 156, 271), outline=SEAL, width=round(dpi / 12))
        draw.rectangle(at(126, 250, 150, 256), fill=SEAL)  # a solid patch to measure
        draw.rectangle(at(40, 250, 64, 256), fill=INK)
        draw.rectangle(at(40, 262, 64, 268), fill=PENCIL)
        grain = Image.effect_noise((width // 2, height // 2), 12).resize((width, height))
        low = Image.new("RGB", (width, height), (122, 122, 122))
        grain_rgb = Image.merge("RGB", [grain] * 3)
        return ImageChops.add(image, ImageChops.subtract(grain_rgb, low, scale=4))

    @staticmethod
    def jpeg(image: Image.Image | None = None, **save: Any) -> bytes:
        out = BytesIO()
        (image or Sheet.image()).save(out, "JPEG", **({"quality": 85} | save))
        return out.getvalue()


@pytest.fixture(scope="session")
def sheet() -> type[Sheet]:
    return Sheet


@pytest.fixture(scope="session")
def a4() -> bytes:
    """One A4 side at 300 dpi."""
    return Sheet.jpeg()
