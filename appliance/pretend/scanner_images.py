"""Page images as the virtual scanner's lamp would see them: cut, scaled and encoded once."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

UNITS_PER_INCH = 300  # eSCL measures everything in 1/300 inch
BED = (2550, 3508)  # 8.5 inch × A4, like most real beds
SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".pgm", ".pnm")
_A4_WIDTH_INCH = 210 / 25.4
_QUALITY = 88


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the bed that is asked for, in 1/300 inch."""

    x: int = 0
    y: int = 0
    width: int = BED[0]
    height: int = BED[1]


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is asked for."""

    dpi: int
    gray: bool
    window: Window

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the answer."""
        scale = self.dpi / UNITS_PER_INCH
        return round(self.window.width * scale), round(self.window.height * scale)


def pages_in(folder: Path) -> list[Path]:
    """The page images of *folder*, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


@dataclass(slots=True)
class PageImages:
    """Encoded pages, kept: the second scan of a page costs nothing."""

    _made: dict[tuple[Path | None, float, Look], bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def jpeg(self, page: Path | None, look: Look) -> bytes:
        """*page* as a JPEG of exactly ``look.size_px``; None is the white lid."""
        key = (page, page.stat().st_mtime if page else 0.0, look)
        with self._lock:
            if key not in self._made:
                self._made[key] = _encode(page, look)
            return self._made[key]


def _encode(page: Path | None, look: Look) -> bytes:
    mode = "L" if look.gray else "RGB"
    seen = Image.new(mode, look.size_px, "white")
    if page is not None:
        with Image.open(page) as paper:
            as_is = paper.format == "JPEG" and paper.mode == mode and _dpi(paper) == look.dpi
            if as_is and paper.size == look.size_px and (look.window.x, look.window.y) == (0, 0):
                return page.read_bytes()
            seen.paste(_at(paper.convert(mode), _dpi(paper), look.dpi), _corner(look))
    file = io.BytesIO()
    seen.save(file, "JPEG", quality=_QUALITY, dpi=(look.dpi, look.dpi))
    return file.getvalue()


def _dpi(paper: Image.Image) -> float:
    """The dpi written in the file; without one the page is taken to be as wide as A4."""
    stated = paper.info.get("dpi")
    if stated and round(stated[0]) > 1:
        return round(float(stated[0]))
    return float(paper.width / _A4_WIDTH_INCH)


def _at(paper: Image.Image, has_dpi: float, wanted_dpi: int) -> Image.Image:
    if has_dpi == wanted_dpi:
        return paper
    scale = wanted_dpi / has_dpi
    size = round(paper.width * scale), round(paper.height * scale)
    return paper.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def _corner(look: Look) -> tuple[int, int]:
    scale = look.dpi / UNITS_PER_INCH
    return -round(look.window.x * scale), -round(look.window.y * scale)
