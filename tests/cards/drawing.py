"""Identity cards of people made up by the dice; what they look like is the product's sample."""

from __future__ import annotations

import random
import tomllib
from io import BytesIO
from pathlib import Path

from PIL import Image

from appliance.pretend.sample_cards import (
    CARD_MM,
    FINE,
    LID,
    Lying,
    Somebody,
    at,
    back,
    code_image,
    front,
    scanned,
    worn,
)

__all__ = [
    "CARD_MM",
    "FINE",
    "LID",
    "Lying",
    "Somebody",
    "as_jpeg",
    "at",
    "back",
    "code_image",
    "front",
    "scanned",
    "somebody",
    "worn",
]

_PEOPLE = tomllib.loads(Path(__file__).with_name("people_vi.toml").read_text(encoding="utf-8"))
_PROVINCES = (1, 2, 48, 56, 79, 42, 66, 80, 96, 8, 31)


def somebody(seed: int, *, new_layout: bool | None = None) -> Somebody:
    dice = random.Random(seed)
    year, male = dice.randint(1940, 2011), dice.random() < 0.5
    century = 2 * (year >= 2000) + (not male)
    street = dice.choice(_PEOPLE["street"])
    number = f"{dice.choice(_PROVINCES):03}{century}{year % 100:02}{dice.randrange(10**6):06}"
    return Somebody(
        number=number,
        old_number=f"{dice.randrange(10**9):09}" if dice.random() < 0.6 else "",
        name=" ".join(dice.choice(_PEOPLE[part]) for part in ("family", "middle", "given")),
        born=f"{dice.randint(1, 28):02}{dice.randint(1, 12):02}{year}",
        sex="Nam" if male else "Nữ",
        address=", ".join((f"Số {dice.randint(1, 999)}", street, dice.choice(_PEOPLE["place"]))),
        issued=f"{dice.randint(1, 28):02}{dice.randint(1, 12):02}{dice.randint(2021, 2026)}",
        new_layout=dice.random() < 0.4 if new_layout is None else new_layout,
    )


def as_jpeg(image: Image.Image, dpi: int = 300, quality: int = 85) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    return out.getvalue()
