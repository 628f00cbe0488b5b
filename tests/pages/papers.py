"""The papers that people bring: forms, letters, tables, certificates, notes by hand."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from appliance.core.paper.findings import Kind
from tests.pages import saying
from tests.pages.fonts import PRINT
from tests.pages.pen import A4, A5, LETTER, RED, Pen, Sheet
from tests.pages.truth import Color

_TINTS: tuple[Color, ...] = (
    (252, 252, 252), (248, 247, 243), (244, 241, 232), (240, 243, 247), (236, 232, 222),
)  # fmt: skip


def form(rng: random.Random, dpi: int, *, seal: bool | None = None) -> Sheet:
    """A printed form, filled in by hand, signed, sometimes sealed."""
    pen, face = _begin(rng, dpi, "form")
    y = _head(pen, face, rng.choice(saying.TITLES))
    for label in rng.sample(saying.LABELS, rng.randint(12, 17)):
        wide = pen.text(f"{label}:", (22, y), 4.2, face)
        pen.dots(24 + wide, 190, y + 0.6)
        if rng.random() < 0.9:
            pen.by_hand(saying.answer(rng), (26 + wide, y - 0.4))
        y += 9.0
    y = pen.paragraph(saying.prose(rng, 1), (22, y + 2), 166, 4.2, face)
    _sign(pen, face, min(y + 6, 248), sealed=rng.random() < 0.5 if seal is None else seal)
    return pen.sheet


def letter(rng: random.Random, dpi: int) -> Sheet:
    """Running print over the whole page."""
    pen, face = _begin(rng, dpi, "letter")
    y = _head(pen, face, rng.choice(saying.TITLES))
    while y < 232:
        y = pen.paragraph(saying.prose(rng, rng.randint(2, 4)), (22, y), 166, 4.3, face) + 2.5
    _sign(pen, face, 246, sealed=rng.random() < 0.3)
    return pen.sheet


def table(rng: random.Random, dpi: int) -> Sheet:
    """A ruled list with print in every cell."""
    pen, face = _begin(rng, dpi, "table")
    y = _head(pen, face, "DANH SÁCH THÀNH VIÊN HỘ GIA ĐÌNH")
    columns = (22.0, 34.0, 84.0, 110.0, 140.0, 188.0)
    rows, top = rng.randint(14, 20), y
    for row in range(rows + 1):
        pen.line([(columns[0], y), (columns[-1], y)], 0.3)
        if row < rows:
            cells = (
                str(row + 1), saying.person(rng), saying.date(rng),
                saying.number(rng), rng.choice(saying.LABELS)[:24],
            )  # fmt: skip
            for text, left in zip(cells, columns, strict=False):
                pen.text(text, (left + 1, y + 6.4), 3.4, face)
        y += 9.2
    for x in columns:
        pen.line([(x, top), (x, y - 9.2)], 0.3)
    _sign(pen, face, min(y + 2, 250), sealed=False)
    return pen.sheet


def sparse(rng: random.Random, dpi: int) -> Sheet:
    """A title and a few lines: hard for methods that need much text."""
    pen, face = _begin(rng, dpi, "sparse")
    y = _head(pen, face, rng.choice(saying.TITLES))
    for _ in range(rng.randint(1, 3)):
        pen.text(saying.prose(rng, 1)[:80], (22, y + 4), 4.3, face)
        y += 9
    return pen.sheet


def by_hand(rng: random.Random, dpi: int) -> Sheet:
    """A letter written by hand on plain paper."""
    pen, _ = _begin(rng, dpi, "by-hand")
    y, face = 34.0, rng.choice(("hand", "hand-sans"))
    while y < 200:
        words = saying.prose(rng, 1).split()[:11]
        pen.by_hand(" ".join(words), (24, y), 5.4, face=face)
        y += 11
    pen.signature(150, y + 12)
    return pen.sheet


def certificate(rng: random.Random, dpi: int) -> Sheet:
    """Guilloché, a red double frame, large print and a seal: a paper kept for life."""
    pen, _ = _begin(rng, dpi, "certificate", (252, 249, 236), Kind.CERTIFICATE)
    _guilloche(pen)
    wide, high = A4
    for inset, thick in ((11.0, 1.2), (14.0, 0.4)):
        pen.box(inset, inset, wide - inset, high - inset, thick, RED, "frame")
    y = _head(pen, "serif", "GIẤY KHAI SINH", top=32)
    for label in rng.sample(saying.LABELS, 12):
        wide_mm = pen.text(f"{label}:", (28, y), 4.3, "serif")
        pen.text(saying.answer(rng), (30 + wide_mm, y), 4.3, "serif-bold")
        y += 9.6
    _sign(pen, "serif", min(y + 6, 238), sealed=True)
    return pen.sheet


def a5(rng: random.Random, dpi: int) -> Sheet:
    """A printed half sheet: its true size must survive."""
    return _smaller(rng, dpi, "a5", A5)


def letter_size(rng: random.Random, dpi: int) -> Sheet:
    """A printed sheet of the American size."""
    return _smaller(rng, dpi, "letter-size", LETTER)


PAPERS: dict[str, Callable[[random.Random, int], Sheet]] = {
    "form": form,
    "letter": letter,
    "table": table,
    "sparse": sparse,
    "by-hand": by_hand,
    "certificate": certificate,
    "a5": a5,
    "letter-size": letter_size,
}


def _begin(
    rng: random.Random, dpi: int, name: str, paper: Color | None = None, kind: Kind = Kind.FORM
) -> tuple[Pen, str]:
    return Pen(rng, dpi, name, A4, paper or rng.choice(_TINTS), kind), rng.choice(PRINT)


def _head(pen: Pen, face: str, title: str, top: float = 24) -> float:
    for n, text in enumerate(saying.OFFICE):
        pen.text(text, (58, top + 5.5 * n), 3.8, "serif-bold" if n else "serif", anchor="ms")
    pen.text(saying.NATION[0], (142, top), 3.9, "serif-bold", anchor="ms")
    pen.text(saying.NATION[1], (142, top + 5.5), 4.1, "serif-bold", anchor="ms")
    pen.line([(118, top + 8), (166, top + 8)], 0.25)
    pen.text(title, (105, top + 24), 6.0, "serif-bold", anchor="ms")
    return top + 38


def _sign(pen: Pen, face: str, y: float, *, sealed: bool) -> None:
    pen.text(f"Mẫu, ngày {saying.date(pen.rng)}", (150, y), 4.0, "serif-italic", anchor="ms")
    pen.text("NGƯỜI KHAI", (150, y + 7), 4.0, "serif-bold", anchor="ms")
    pen.signature(150, y + 20)
    pen.text(saying.person(pen.rng), (150, y + 33), 4.2, face, anchor="ms")
    if sealed:
        pen.seal(136 + pen.rng.uniform(-4, 4), y + 18)


def _guilloche(pen: Pen) -> None:
    soft: Color = (226, 206, 168)
    for n in range(60):
        phase, base = n * 0.42, 18 + n * 4.4
        points = [
            (x, base + 7 * math.sin(x / 11 + phase) * math.cos(x / 37 + phase / 3))
            for x in (16 + k * 1.2 for k in range(149))
        ]
        pen.line(points, 0.18, soft, "guilloche")


def _smaller(rng: random.Random, dpi: int, name: str, size: tuple[float, float]) -> Sheet:
    pen = Pen(rng, dpi, name, size, rng.choice(_TINTS))
    face, room = rng.choice(PRINT), size[0] - 28
    pen.text(rng.choice(saying.TITLES), (size[0] / 2, 26), 4.8, "serif-bold", anchor="ms")
    y = 38.0
    while y < size[1] - 50:
        y = pen.paragraph(saying.prose(rng, 2), (14, y), room, 3.9, face) + 2
    pen.signature(size[0] - 45, size[1] - 26)
    return pen.sheet
