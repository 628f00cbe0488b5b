"""Synthetic scans with the truth about them, the same for the same seed.

    from tests import pages
    page = pages.paper("form", seed=7, dpi=300)        # through a feeder, skewed by the seed
    page.image, page.only.quad, page.angle_deg, page.turn, page.blank, page.only.words

Seeds up to 999 are for tuning; checks use seeds from 1000 on, and another dpi.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Sequence

from tests.pages import blanks, cards, glass, phone, photos, spoilt, wear
from tests.pages.blanks import NEAR_BLANKS, TRUE_BLANKS
from tests.pages.cards import LAYOUTS, Holder
from tests.pages.papers import PAPERS
from tests.pages.pen import Sheet
from tests.pages.scanner import Scanner, feed
from tests.pages.truth import Page, TrueItem, TrueTrouble, Word

__all__ = [
    "LAYOUTS", "NEAR_BLANKS", "PAPERS", "TRUE_BLANKS",
    "Holder", "Page", "Scanner", "TrueItem", "TrueTrouble", "Word",
    "card", "chance", "duplex", "holder", "near_blank", "on_glass", "paper", "phone_photo",
    "spoiled", "true_blank",
]  # fmt: skip


def paper(
    name: str,
    seed: int,
    dpi: int = 300,
    *,
    angle_deg: float | None = None,
    turn: int = 0,
    scanner: Scanner | None = None,
    margin_mm: float | None = None,
    worn: bool = True,
) -> Page:
    """One of PAPERS through a feeder; what is not given, the seed decides (skew within 5°)."""
    rng = chance("paper", name, seed)
    sheet = PAPERS[name](rng, dpi)
    if worn and rng.random() < 0.6:
        wear.bleed(sheet, rng.uniform(0.02, 0.1), seed=rng.randrange(4))
    if worn and rng.random() < 0.4:
        wear.specks(sheet, rng, rng.randint(3, 20))
    if worn and rng.random() < 0.2:
        wear.holes(sheet)
    angle = rng.uniform(-5, 5) if angle_deg is None else angle_deg
    margin = rng.choice((0.0, 0.0, 4.0, 12.0)) if margin_mm is None else margin_mm
    return feed(sheet, rng, angle, turn, scanner, margin)


def true_blank(
    how: str, seed: int, dpi: int = 300, angle_deg: float | None = None,
    scanner: Scanner | None = None,
) -> Page:  # fmt: skip
    """An empty side; *how* is one of TRUE_BLANKS."""
    rng = chance("true-blank", how, seed)
    sheet = blanks.true_blank(rng, dpi, how)
    angle = rng.uniform(-1.5, 1.5) if angle_deg is None else angle_deg
    return feed(sheet, rng, angle, 0, scanner, rng.choice((0.0, 0.0, 3.0)))


def near_blank(
    how: str, seed: int, dpi: int = 300, angle_deg: float | None = None,
    scanner: Scanner | None = None,
) -> Page:  # fmt: skip
    """A side that is not empty; *how* is one of NEAR_BLANKS."""
    rng = chance("near-blank", how, seed)
    sheet = blanks.near_blank(rng, dpi, how)
    angle = rng.uniform(-1.5, 1.5) if angle_deg is None else angle_deg
    return feed(sheet, rng, angle, 0, scanner, rng.choice((0.0, 0.0, 3.0)))


def holder(seed: int) -> Holder:
    """The made-up person of one seed: their front and back belong together."""
    return Holder.any(chance("holder", seed))


def card(
    side: str, seed: int, dpi: int = 300, *, layout: str = "2021",
    clockwise: float | None = None, scanner: Scanner | None = None,
) -> Page:  # fmt: skip
    """One side ("front" or "back") of an identity card on a 112 mm square of the glass."""
    rng = chance("card", side, layout, seed)
    angle = rng.uniform(0, 360) if clockwise is None else clockwise
    sheet = _drawn(f"card-{side}", rng, dpi, seed, layout)
    device = scanner or Scanner.any(rng)
    return glass.lay([sheet], rng, device, [angle], bed_mm=(112.0, 112.0))


def on_glass(
    names: Sequence[str], seed: int, dpi: int = 300, *, layout: str = "2021",
    clockwise: Sequence[float] | None = None, scanner: Scanner | None = None, gap_mm: float = 5.0,
) -> Page:  # fmt: skip
    """Several things on a flatbed: "card-front", "card-back" (of one person), "photo",
    "photo-3x4", or one of PAPERS that leaves room.

    Raises:
        glass.NoRoom: they do not fit beside one another.
    """
    rng = chance("glass", *names, layout, seed)
    sheets = [_drawn(name, rng, dpi, seed, layout) for name in names]
    return glass.lay(sheets, rng, scanner or Scanner.any(rng), clockwise, gap_mm)


def phone_photo(
    name: str, seed: int, size: tuple[int, int] = (3024, 4032), *, tilt: float = 1.0,
    shadow: float = 0.4,
) -> Page:  # fmt: skip
    """One of PAPERS or of ``on_glass``'s names on a table, seen by a telephone."""
    rng = chance("phone", name, seed)
    small = name in ("card-front", "card-back", "photo-3x4")
    sheet = _drawn(name, rng, 800 if small else 300, seed, "2021")
    return phone.photograph(sheet, rng, size, tilt, shadow)


def duplex(
    name: str, seed: int, dpi: int = 300, *, back: str = "plain", depth: float = 0.12,
    scanner: Scanner | None = None,
) -> tuple[Page, Page]:  # fmt: skip
    """Both sides of one sheet; the front's ink comes through to its *back* by *depth*.

    *back* is one of TRUE_BLANKS or NEAR_BLANKS.
    """
    rng = chance("duplex", name, back, seed)
    device = scanner or Scanner.any(rng)
    front = PAPERS[name](rng, dpi)
    drawn = blanks.true_blank if back in TRUE_BLANKS else blanks.near_blank
    behind = drawn(rng, dpi, back, bare=True)
    wear.bleed(behind, depth, front.image)
    angle, margin = rng.uniform(-1.5, 1.5), rng.choice((0.0, 3.0))
    return (
        feed(front, rng, angle, 0, device, margin),
        feed(behind, rng, -angle, 0, device, margin),
    )


def spoiled(code: str, seed: int, dpi: int = 300, *, place: str, name: str = "form") -> Page:
    """A scan with one known fault; *place* is where, or for "truncated" how (spoilt.LOST).

    Codes: truncated, blurred, dark, shaded, cut, overlapping, finger, folded.
    """
    rng = chance("spoilt", code, place, name, seed)
    device = Scanner.any(rng)
    if code == "cut":
        return spoilt.cut(PAPERS[name](rng, dpi), rng, device, place)
    if code == "overlapping":
        return spoilt.overlapping(PAPERS[name](rng, dpi), PAPERS["a5"](rng, dpi), rng, device)
    page = paper(name, seed, dpi, margin_mm=0.0, scanner=device)
    spoil: dict[str, Callable[[], Page]] = {
        "truncated": lambda: spoilt.truncated(page, rng, place),
        "blurred": lambda: spoilt.blurred(
            page, rng.uniform(0.45, 0.8), None if place == "all" else place
        ),
        "dark": lambda: spoilt.dark(page, rng.uniform(0.2, 0.38)),
        "shaded": lambda: spoilt.shaded(page, rng.uniform(0.12, 0.25), place),
        "finger": lambda: spoilt.finger(page, rng, place),
        "folded": lambda: spoilt.folded_over(page, rng, place),
    }
    return spoil[code]()


def _drawn(name: str, rng: random.Random, dpi: int, seed: int, layout: str) -> Sheet:
    if name == "card-front":
        return cards.front(rng, dpi, holder(seed), layout)
    if name == "card-back":
        return cards.back(rng, dpi, holder(seed), layout)
    if name == "photo":
        return photos.photo(rng, dpi)
    if name == "photo-3x4":
        return photos.portrait_photo(rng, dpi)
    return PAPERS[name](rng, dpi)


def chance(*parts: str | int) -> random.Random:
    """The same run of luck for the same *parts*, on every machine and Python."""
    return random.Random(zlib.crc32("/".join(map(str, parts)).encode()))
