"""Sides that are empty, and sides that only look so."""

from __future__ import annotations

import random

from tests.pages import saying, wear
from tests.pages.pen import A4, BLUE, INK, Pen, Sheet
from tests.pages.truth import Color

TRUE_BLANKS = ("plain", "bleed", "specks", "holes", "staple", "fold", "tint", "all")
NEAR_BLANKS = ("page-number", "signature", "one-line", "pencil", "pale-stamp", "initials")
_TINTS: tuple[Color, ...] = ((252, 252, 252), (245, 242, 232), (232, 238, 226), (240, 226, 222))


def true_blank(rng: random.Random, dpi: int, how: str, *, bare: bool = False) -> Sheet:
    """Nobody wrote or printed on it; *how* is one of TRUE_BLANKS.

    *bare*: no stock side shows through, for a sheet whose real other side will.
    """
    paper = rng.choice(_TINTS[1:] if how == "tint" else _TINTS)
    sheet = Pen(rng, dpi, f"blank-{how}", A4, paper).sheet
    sheet.blank = True
    if not bare and (how in ("bleed", "all") or (how == "tint" and rng.random() < 0.3)):
        wear.bleed(sheet, rng.uniform(0.05, 0.16), seed=rng.randrange(4))
    if how in ("fold", "all"):
        for _ in range(rng.randint(1, 2)):
            wear.fold(sheet, rng, rng.randint(12, 40))
    if how in ("specks", "all"):
        wear.specks(sheet, rng, rng.randint(10, 60))
    if how in ("holes", "all"):
        wear.holes(sheet, rng.choice((30, 60, 120, 225)))
    if how in ("staple", "all"):
        wear.staple(sheet, rng)
    return sheet


def near_blank(rng: random.Random, dpi: int, how: str, *, bare: bool = False) -> Sheet:
    """Something small or faint was left on it; *how* is one of NEAR_BLANKS, *bare* as above."""
    pen = Pen(rng, dpi, f"near-{how}", A4, rng.choice(_TINTS))
    if not bare and (how == "pale-stamp" or rng.random() < 0.4):
        wear.bleed(pen.sheet, rng.uniform(0.04, 0.12), seed=rng.randrange(4))
    if rng.random() < 0.4:
        wear.specks(pen.sheet, rng, rng.randint(5, 30))
    if rng.random() < 0.3:
        wear.holes(pen.sheet, 60)
    _LEFT[how](pen, rng)
    return pen.sheet


def _page_number(pen: Pen, rng: random.Random) -> None:
    at = rng.choice(((105.0, 284.0), (105.0, 15.0), (192.0, 284.0)))
    pen.text(str(rng.randint(1, 24)), at, rng.uniform(3.2, 4.4), "serif", anchor="ms")


def _signature(pen: Pen, rng: random.Random) -> None:
    at = rng.uniform(50, 160), rng.uniform(60, 250)
    pen.signature(*at, rng.choice((BLUE, INK)), rng.uniform(18, 36))


def _one_line(pen: Pen, rng: random.Random) -> None:
    text = saying.prose(rng, 1)[: rng.randint(12, 50)]
    pen.text(text, (24, rng.uniform(30, 270)), rng.uniform(3.4, 4.6), "serif")


def _pencil(pen: Pen, rng: random.Random) -> None:
    tone = rng.randint(150, 190)
    at = (rng.uniform(25, 90), rng.uniform(40, 260))
    pen.by_hand(saying.person(rng), at, rng.uniform(4.5, 7), (tone, tone, tone), "pencil")


def _pale_stamp(pen: Pen, rng: random.Random) -> None:
    pale: Color = (240, rng.randint(120, 178), rng.randint(125, 180))
    pen.seal(rng.uniform(40, 170), rng.uniform(50, 240), pale)


def _initials(pen: Pen, rng: random.Random) -> None:
    pen.signature(rng.uniform(160, 190), rng.uniform(255, 280), BLUE, rng.uniform(9, 14))


_LEFT = {
    "page-number": _page_number,
    "signature": _signature,
    "one-line": _one_line,
    "pencil": _pencil,
    "pale-stamp": _pale_stamp,
    "initials": _initials,
}
