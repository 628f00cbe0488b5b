"""A page as it goes into a PDF: pictures laid on white, as a printer lays plates.

Pure words: how each plate is coded and where it lies. ``appliance.plates`` codes and decodes
them, ``papers`` binds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from appliance.core.paper.findings import PageMode
from appliance.core.paper.text_layer import TextLayer

Matrix = tuple[float, float, float, float, float, float]
"""As PDF's ``cm``: maps the unit square, y up, to points on the page."""

Box = tuple[float, float, float, float]
"""Left, bottom, width and height in points."""

POINTS_PER_MM = 72 / 25.4


class Coding(StrEnum):
    """How a plate's pixels are stored."""

    JPEG = "jpeg"  # grey or RGB
    PALETTE = "palette"  # up to 16 colours, two pixels a byte, deflated
    STENCIL = "stencil"  # CCITT group 4; black pixels are painted in one ink, others let through


@dataclass(frozen=True, slots=True)
class Plate:
    """One picture of a page."""

    coding: Coding
    content: bytes
    width_px: int
    height_px: int
    gray: bool = False  # of a JPEG: one channel
    colors: bytes = b""  # of a palette: red, green, blue of each entry; of a stencil: its ink
    place: Matrix | None = None  # None: it fills the page
    clip: Box | None = None  # only what lies within is shown


@dataclass(frozen=True, slots=True)
class PlatedPage:
    """One side of paper in its true size; later plates lie on earlier ones."""

    width_mm: float
    height_mm: float
    plates: tuple[Plate, ...]
    mode: PageMode
    resolution_dpi: int
    text: TextLayer | None = None  # unseen over the plates, for a search and a copy

    @property
    def size_bytes(self) -> int:
        """What its plates weigh; the PDF adds about a kilobyte a page, and its text."""
        return sum(len(plate.content) + len(plate.colors) for plate in self.plates)
