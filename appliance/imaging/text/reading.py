"""What a page says, as words with their places."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from appliance.core.paper.text_layer import TextLayer, TextLine, TextWord, printable
from appliance.imaging.text.program import vietnamese_is_here, words_table

TEXT_DPI = 150
"""What it reads best: at 300 dpi it takes twice as long and finds no more."""

_SURE = 30  # of 100: below are strokes of handwriting and seals
_WORD = "5"  # level of a line of its table
_MM_PER_INCH = 25.4


def text_of(page: Image.Image, dpi: float) -> TextLayer:
    """What *page*, upright and straight, says; boxes in millimetres of it.

    Nothing is read when the program is absent, fails or takes too long: a page without a text
    layer is a good page.
    """
    if not vietnamese_is_here():
        return TextLayer()
    picture = BytesIO()
    _coarser(page.convert("L"), dpi).save(picture, "PPM")
    seen_dpi = min(dpi, TEXT_DPI)
    said = words_table(picture.getvalue(), round(seen_dpi))
    return TextLayer(_in_lines(list(_words(said, _MM_PER_INCH / seen_dpi))))


def _coarser(page: Image.Image, dpi: float) -> Image.Image:
    if dpi <= TEXT_DPI:
        return page
    times = int(dpi / TEXT_DPI)
    if times > 1:
        page, dpi = page.reduce(times), dpi / times
    if dpi == TEXT_DPI:
        return page
    size = [max(1, round(side * TEXT_DPI / dpi)) for side in page.size]
    return page.resize((size[0], size[1]), Image.Resampling.BICUBIC)


def _words(table: str, mm: float) -> Iterator[TextWord]:
    """The rows of tesseract's table that are words and say something."""
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] != _WORD or float(cells[10]) < _SURE:
            continue
        text = printable(cells[11])
        if not any(sign.isalnum() for sign in text):
            continue
        left, top, wide, high = (int(cell) * mm for cell in cells[6:10])
        yield TextWord(text, left, top, left + wide, top + high)


def _in_lines(words: list[TextWord]) -> tuple[TextLine, ...]:
    """Side by side is one line, from the page's top to its foot: sparse words have no order."""
    lines: list[list[TextWord]] = []
    for word in sorted(words, key=_middle):
        line = lines[-1] if lines else []
        if line and _middle(word) < min(other.bottom_mm for other in line[-3:]) - 0.5:
            line.append(word)
        else:
            lines.append([word])
    return tuple(tuple(sorted(line, key=lambda word: word.left_mm)) for line in lines)


def _middle(word: TextWord) -> float:
    return (word.top_mm + word.bottom_mm) / 2
