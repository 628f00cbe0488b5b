"""Which way up the print on a page stands. Unsure is an answer: then a person is asked."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True, slots=True)
class Turned:
    """The clockwise turn that makes a page upright, and how clearly the page says so."""

    turn: int | None  # 0, 90, 180, 270; None: unsure
    confidence: float = 0.0


def turn_of(gray: Image.Image, *, sideways: bool | None = None) -> Turned:
    """The quick test on *gray* (L, about 100 dpi, straightened)."""
    return Turned(0)
