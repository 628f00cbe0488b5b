"""A page that travels as it was scanned: how small it may become, and in what order."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.core.paper.scan import ColorMode


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: resolution, JPEG quality and colour of a JPEG."""

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

PLAIN_WAYS = 1 + len(LADDER)
"""Of a page that travels as it was scanned: the scanner's own JPEG first."""
