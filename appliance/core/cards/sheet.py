"""Both sides of an identity card on one A4 at true size, front first: what goes where.

Pure geometry and pairing. The pictures are laid with matrices, so nothing is resampled and a
scanner's JPEG goes into the PDF as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from appliance.core.cards.citizen_card import CitizenCard
from appliance.core.cards.mrz import CardMrz
from appliance.core.paper.findings import Code, Quad, Warn

A4_MM = (210.0, 297.0)
ID1_MM = (85.60, 53.98)
_FRONT_TOP_MM, _GAP_MM = 60.0, 20.0
_POINTS_PER_MM = 72 / 25.4

Matrix = tuple[float, float, float, float, float, float]
"""As PDF's ``cm``: maps the unit square, y up, to points on the page."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

_T = TypeVar("_T")


class Side(StrEnum):
    """Of a card."""

    FRONT = "front"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class CardLook:
    """What one side of a card was seen to be."""

    side: Side | None  # None: neither code, lines nor portrait told
    quad: Quad  # begins at the card's own upper left corner if that is known
    upright_known: bool
    codes: tuple[Code, ...] = ()
    card: CitizenCard | None = None  # what its QR code says
    mrz: CardMrz | None = None  # what its machine-readable lines say

    @property
    def number(self) -> str | None:
        """The identity number this side vouches for."""
        known = self.card or self.mrz
        return known.number.number if known else None


@dataclass(frozen=True, slots=True)
class CardPlace:
    """Where one side's picture lies on the sheet."""

    matrix: Matrix  # of the picture, which may be a cut of the scan larger than the card
    clip_pt: tuple[float, float, float, float]  # left, bottom, width, height: the card alone shows


def in_order(looks: Sequence[CardLook]) -> tuple[tuple[int, ...], tuple[Warn, ...]]:
    """Indexes of *looks* with the front first, and what a person should look at.

    One known side settles the other. When nothing is known the order of the presses stays.
    """
    order = sorted(range(len(looks)), key=lambda index: _rank(looks, index))
    warnings = []
    sides = [look.side for look in looks]
    if any(not look.upright_known for look in looks):
        warnings.append(Warn("card-turn-unsure"))
    if len(looks) > 1 and not any(sides):
        warnings.append(Warn("card-sides-unsure"))
    if any(sides.count(side) > 1 for side in Side):
        warnings.append(Warn("card-same-side-twice", severe=True))
    if len(looks) == 1:
        warnings.append(Warn("card-one-side-only"))
    if len({look.number for look in looks if look.number}) > 1:
        warnings.append(Warn("card-numbers-differ", severe=True))
    return tuple(order), tuple(warnings)


def on_one_page(
    things: Iterable[_T], card_of: Callable[[_T], CardLook | None]
) -> Iterator[list[_T]]:
    """*things*, each on a page alone, but two sides of a card together where the first one was.

    Within cards that follow each other equal numbers belong together whatever lies between; a
    side without a number goes with its neighbour. Two different numbers never share a page.
    """
    cards: list[_T] = []
    looks: list[CardLook] = []
    for thing in things:
        look = card_of(thing)
        if look is not None:
            cards.append(thing)
            looks.append(look)
            continue
        yield from ([cards[index] for index in page] for page in _pages_of(looks))
        yield [thing]
        cards, looks = [], []
    yield from ([cards[index] for index in page] for page in _pages_of(looks))


def left_over(sheets: Iterable[Sequence[CardLook]]) -> tuple[Warn, ...]:
    """What ``in_order`` cannot see: a front and a back stand alone, for their numbers differ."""
    alone = [sheet[0] for sheet in sheets if len(sheet) == 1 and sheet[0].number]
    if (
        any(one.side is Side.FRONT and other.side is Side.BACK for one in alone for other in alone)
        and len({look.number for look in alone}) > 1
    ):
        return (Warn("card-numbers-differ", severe=True),)
    return ()


def corner_mm(row: int) -> tuple[float, float]:
    """Left and top of the card in *row* on the A4; row 0 is the front's."""
    return (A4_MM[0] - ID1_MM[0]) / 2, _FRONT_TOP_MM + row * (ID1_MM[1] + _GAP_MM)


def place_for(row: int, look: CardLook, dpi: float, cut: Box) -> CardPlace:
    """Where the picture *cut* out of a scan at *dpi* lies so that its card is in *row*.

    Row 0 is the front's. The card keeps its measured scale (1:1 on paper), is turned upright by
    any angle, and is clipped to the size of an ID-1 card: neither lid nor neighbour shows.
    """
    x_axis, y_axis, middle = _axes(look.quad)
    scale = 72 / dpi
    page_x, page_y = _middle_of(row)

    def on_page(x: float, y: float) -> tuple[float, float]:
        dx, dy = x - middle[0], y - middle[1]
        return (
            page_x + scale * (dx * x_axis[0] + dy * x_axis[1]),
            page_y - scale * (dx * y_axis[0] + dy * y_axis[1]),
        )

    left, top, right, bottom = cut
    origin, along, up = on_page(left, bottom), on_page(right, bottom), on_page(left, top)
    width, height = (mm * _POINTS_PER_MM for mm in ID1_MM)
    return CardPlace(
        matrix=(
            along[0] - origin[0],
            along[1] - origin[1],
            up[0] - origin[0],
            up[1] - origin[1],
            *origin,
        ),
        clip_pt=(page_x - width / 2, page_y - height / 2, width, height),
    )


def cut_around(quad: Quad, size: tuple[int, int], margin_px: int = 4) -> Box:
    """The upright box of pixels around *quad*, within an image of *size*."""
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    return (
        max(0, math.floor(min(xs)) - margin_px),
        max(0, math.floor(min(ys)) - margin_px),
        min(size[0], math.ceil(max(xs)) + margin_px),
        min(size[1], math.ceil(max(ys)) + margin_px),
    )


def _pages_of(looks: Sequence[CardLook]) -> list[tuple[int, ...]]:
    """Which of the cards that follow each other go on one page, by their indexes."""
    pages: list[tuple[int, ...]] = []
    left = list(range(len(looks)))
    for first in range(len(looks)):
        backs = [index for index in left if index > first and _one_card(looks[first], looks[index])]
        if first in left and backs:
            second = min(backs, key=lambda index: (looks[index].side is None, index))
            pages.append((first, second))
            left = [index for index in left if index not in (first, second)]
    while left:
        two = tuple(left[:2])
        if len(two) == 2 and two[1] != two[0] + 1:
            two = two[:1]  # no neighbours: what lay between has found its own
        strangers = len({looks[index].number for index in two if looks[index].number}) > 1
        # strangers count as a pair that was tried, or a side without a number would move on to
        # whoever comes next: of fronts A, B and two backs nobody could read, B would get A's
        pages += [(index,) for index in two] if strangers else [two]
        left = left[len(two) :]
    return sorted(pages)


def _one_card(one: CardLook, other: CardLook) -> bool:
    same_side = one.side is not None and one.side is other.side
    return one.number is not None and one.number == other.number and not same_side


def _rank(looks: Sequence[CardLook], index: int) -> tuple[int, int]:
    side = looks[index].side
    if side is not None:
        return (0 if side is Side.FRONT else 2), index
    others = {look.side for place, look in enumerate(looks) if place != index}
    return (0 if Side.BACK in others and Side.FRONT not in others else 1), index


def _middle_of(row: int) -> tuple[float, float]:
    left, top = corner_mm(row)
    x, y = left + ID1_MM[0] / 2, A4_MM[1] - top - ID1_MM[1] / 2
    return x * _POINTS_PER_MM, y * _POINTS_PER_MM


def _axes(quad: Quad) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """Unit vectors along the card's width and height, and its middle, in pixels."""
    a, b, c, d = quad
    x, y = (b[0] - a[0]) + (c[0] - d[0]), (b[1] - a[1]) + (c[1] - d[1])
    length = math.hypot(x, y) or 1.0
    along = (x / length, y / length)
    middle = (sum(p[0] for p in quad) / 4, sum(p[1] for p in quad) / 4)
    return along, (-along[1], along[0]), middle
