"""Fonts that hold every Vietnamese letter (fonts-liberation2, -dejavu-core, -noto-core, -ocr-b)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

_ROOT = Path("/usr/share/fonts")
_FILES = {
    "serif": ("truetype/liberation2/LiberationSerif-Regular.ttf",),
    "serif-bold": ("truetype/liberation2/LiberationSerif-Bold.ttf",),
    "serif-italic": ("truetype/liberation2/LiberationSerif-Italic.ttf",),
    "sans": ("truetype/liberation2/LiberationSans-Regular.ttf",),
    "sans-bold": ("truetype/liberation2/LiberationSans-Bold.ttf",),
    "noto": ("truetype/noto/NotoSerif-Regular.ttf", "truetype/dejavu/DejaVuSerif.ttf"),
    "mono": ("truetype/liberation2/LiberationMono-Regular.ttf",),
    "hand": ("truetype/noto/NotoSerif-Italic.ttf", "truetype/dejavu/DejaVuSans-Oblique.ttf"),
    "hand-sans": ("truetype/liberation2/LiberationSans-Italic.ttf",),
    # a card's machine-readable zone; the mono face is a poor stand-in where the package lacks
    "ocr-b": ("opentype/ocr-b/OCRB.otf", "truetype/liberation2/LiberationMono-Regular.ttf"),
}  # fmt: skip
PRINT = ("serif", "sans", "noto")


@lru_cache(maxsize=512)
def font(face: str, size_px: float) -> ImageFont.FreeTypeFont:
    """One face at one em size."""
    for name in _FILES[face]:
        if (_ROOT / name).is_file():
            layout = ImageFont.Layout.BASIC
            return ImageFont.truetype(str(_ROOT / name), size_px, layout_engine=layout)
    raise FileNotFoundError(f"no font for {face}: install fonts-liberation2 and fonts-ocr-b")
