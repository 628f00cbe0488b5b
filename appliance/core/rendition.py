"""The smaller copy of a page that travels: how small it may become, and in what order."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.core.scan import ColorMode


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: resolution, JPEG quality and colour of a rendition."""

    resolution_dpi: int
    quality: int
    mode: ColorMode = ColorMode.COLOR


LADDER = (
    Rung(200, 75),
    Rung(200, 60),
    Rung(150, 75),
    Rung(150, 60),
    Rung(150, 60, ColorMode.GRAY),
)
"""Best first. Never below 150 dpi: handwriting and seals must stay legible.

Many offices ask for 200 dpi, so quality falls before resolution does, and colour goes last.
"""

DEFAULT_RUNG = LADDER[0]
PLAIN_WAYS = 1 + len(LADDER)
"""Of a page that travels as it was scanned: the scanner's own JPEG first."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A page as it goes into a PDF: upright, without metadata, decoded once after writing.

    *resolution_dpi* is true to the paper's size. It is below the rung's where the master held
    no more: a rendition is never blown up.
    """

    jpeg: bytes
    width_px: int
    height_px: int
    resolution_dpi: int
    mode: ColorMode
