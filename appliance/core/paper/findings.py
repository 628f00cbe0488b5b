"""What a careful look at one scanned image found, and what is to be done with it.

Pure words: no image library. Findings are proposals; a person may undo each of them, and the
master stays untouched. Coordinates are pixels of the upright master, x to the right, y down.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]  # top left, top right, bottom right, bottom left


class Kind(StrEnum):
    """What kind of thing lies there; decides what may be done to its colours."""

    FORM = "form"  # print and handwriting on paper
    CERTIFICATE = "certificate"  # guilloché, seals, frames: the pattern stays
    ID_CARD = "id-card"
    PHOTO = "photo"
    AUTO = "auto"  # to be found out


class PageMode(StrEnum):
    """How a page's pixels travel, dearest first."""

    FULL = "full"  # JPEG, colours untouched
    CLEAN = "clean"  # JPEG, paper made even
    PALETTE = "palette"  # 16 colours, lossless
    LAYERS = "layers"  # black, red and blue stencils (G4) on white
    GRAY = "gray"  # JPEG, one channel
    BILEVEL = "bilevel"  # G4, black on white


TURN_UNSURE = "turn-unsure"
"""The warning that asks a person which way is up."""
DAMAGED = "damaged"
"""The warning of a page whose scan the card spoiled: it cannot be sealed."""


@dataclass(frozen=True, slots=True)
class Warn:
    """Something a person should look at before the seal; *code* names its sentence."""

    code: str
    place: str | None = None  # "bottom-right": where on the upright page
    severe: bool = False  # scan it again


@dataclass(frozen=True, slots=True)
class Code:
    """A decoded QR or bar code, or the checked digits of an MRZ."""

    kind: str  # "qr", "barcode", "mrz"
    payload: str
    quad: Quad | None = None


@dataclass(frozen=True, slots=True)
class Blank:
    """Whether nobody wrote or printed anything on this side, and why we think so."""

    is_blank: bool
    evidence: str  # for the report: what was found, or that nothing was


@dataclass(frozen=True, slots=True)
class Item:
    """One sheet, card or photo on the glass or in the feeder."""

    quad: Quad
    width_mm: float  # true size, snapped to a standard one when that close
    height_mm: float
    kind: Kind = Kind.AUTO
    snapped: str | None = None  # "A4", "A5", "letter", "ID-1"


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything about one item of one scanned image."""

    item: Item
    angle_deg: float = 0.0  # counter-clockwise turn that straightens it; 0 when unsure
    turn: int | None = 0  # 0, 90, 180 or 270 clockwise to be upright; None: ask a person
    blank: Blank = Blank(False, "")
    codes: tuple[Code, ...] = ()
    warnings: tuple[Warn, ...] = field(default_factory=tuple)


def with_places_turned(warnings: tuple[Warn, ...], degrees: int) -> tuple[Warn, ...]:
    """*warnings* with their places on the page after it was turned clockwise by *degrees*."""
    for _ in range(degrees // 90 % 4):
        warnings = tuple(replace(warn, place=_AFTER.get(warn.place or "")) for warn in warnings)
    return warnings


_AFTER = {  # a quarter turn clockwise: the left edge becomes the upper one
    "top-left": "top-right",
    "top-middle": "middle-right",
    "top-right": "bottom-right",
    "middle-right": "bottom-middle",
    "bottom-right": "bottom-left",
    "bottom-middle": "middle-left",
    "bottom-left": "top-left",
    "middle-left": "top-middle",
    "middle": "middle",
}
