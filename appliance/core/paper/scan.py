"""One press until the tray is empty (lượt quét): what is asked of a scanner, what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from appliance.core.errors import ScannerError

MIN_DPI, MAX_DPI = 75, 600


class ColorMode(StrEnum):
    """How a page is scanned. Stored as written."""

    COLOR = "color"
    GRAY = "gray"


class PaperSource(StrEnum):
    """Where the paper lies. AUTO: the feeder when it holds paper, else the glass."""

    AUTO = "auto"
    FLATBED = "flatbed"
    FEEDER = "feeder"
    DUPLEX = "duplex"


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """What to ask of the scanner. Values it does not have are refused, never rounded."""

    resolution_dpi: int = 300
    mode: ColorMode = ColorMode.COLOR
    source: PaperSource = PaperSource.AUTO
    page_limit: int | None = None  # None: until the tray is empty; a glass always yields one
    paper_mm: tuple[float, float] = (210.0, 297.0)  # width, height; clipped to the scanner's bed


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One side, wholly decoded once after it was written; *number* counts from 1 in the batch."""

    number: int
    path: Path  # a JPEG in the batch's spool folder (tmpfs); the receiver moves or removes it
    width_px: int
    height_px: int
    resolution_dpi: int
    mode: ColorMode

    @property
    def facts(self) -> dict[str, int | str]:
        """All that stays of it besides the picture."""
        names = ("number", "width_px", "height_px", "resolution_dpi", "mode")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class ScanStarted:
    """The device is open, its settings are read back, the first page is being pulled."""

    device: str


@dataclass(frozen=True, slots=True)
class PageScanned:
    """A page is complete and checked; it stays good whatever happens later."""

    page: ScannedPage


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """Nothing more will come. ``error`` is None when the tray was simply empty at the end."""

    pages: int
    error: ScannerError | None = None


ScanEvent = ScanStarted | PageScanned | BatchEnded
