"""What is true of a generated page: the answers that the code under test must find."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from PIL import Image

from appliance.core.paper.findings import Kind, Point, Quad

Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Word:
    """One word on the paper; *box_mm* is left, top, right, bottom on the upright sheet."""

    text: str
    box_mm: tuple[float, float, float, float]
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class TrueTrouble:
    """Something that went wrong on purpose; *place* as in ``findings.Warn.place``.

    *region* is what is hidden by it, in pixels of the image, where that is known.
    """

    code: str
    place: str | None = None
    region: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class TrueItem:
    """One thing on the glass. Corners are continuous pixels: (0, 0) is the image's outer corner.

    *quad* starts at the corner that is top left once the item lies straight, whichever way its
    text runs; *upright_quad* starts at the top left of the text. Corners may lie outside the image.
    """

    quad: Quad
    width_mm: float  # along the first side of *quad*
    height_mm: float
    angle_deg: float  # counter-clockwise turn that straightens it, in (-45, 45]
    turn: int  # degrees clockwise that make the straightened item upright
    kind: Kind
    name: str  # what was drawn: "form", "card-front", ...
    blank: bool = False
    words: tuple[Word, ...] = ()
    payloads: tuple[str, ...] = ()
    mrz: tuple[str, ...] = ()
    side: str | None = None  # "front" or "back" of a card

    @property
    def upright_quad(self) -> Quad:
        """Top left, top right, bottom right, bottom left as a reader sees them."""
        first = -self.turn // 90 % 4
        corners = self.quad[first:] + self.quad[:first]
        return (corners[0], corners[1], corners[2], corners[3])


@dataclass(frozen=True)
class Page:
    """One scanned image and the truth about it. *masks* are L images of the image's size."""

    image: Image.Image
    dpi: int
    items: tuple[TrueItem, ...]
    masks: dict[str, Image.Image] = field(default_factory=dict)  # "seal", "ink", "guilloche"...
    troubles: tuple[TrueTrouble, ...] = ()
    lid: str = "white"

    @property
    def only(self) -> TrueItem:
        """The single item of this page."""
        (item,) = self.items
        return item

    @property
    def angle_deg(self) -> float:
        """Of the single item."""
        return self.only.angle_deg

    @property
    def turn(self) -> int:
        """Of the single item."""
        return self.only.turn

    @property
    def blank(self) -> bool:
        """Whether nobody wrote or printed anything on any item."""
        return all(item.blank for item in self.items)

    def jpeg(self, quality: int = 85) -> bytes:
        """As the scan child would hand it over, with its dpi."""
        return encoded(self.image, self.dpi, quality)


def encoded(image: Image.Image, dpi: int, quality: int = 85) -> bytes:
    """*image* as a scanner's JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    return out.getvalue()


def middle(quad: Quad) -> Point:
    """The centre of four corners."""
    return sum(x for x, _ in quad) / 4, sum(y for _, y in quad) / 4
