"""Asks the program tesseract what a page says, where it and its Vietnamese are installed.

Half a second to a second a page on a laptop, and 46 MB in a process of its own: for the background,
one at a time. The picture goes through a pipe, never through a file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from io import BytesIO

from PIL import Image

from appliance.core.text_layer import TextLayer, TextLine, TextWord, printable

TEXT_DPI = 150
"""What it reads best: at 300 dpi it takes twice as long and finds no more."""

_PROGRAM, _LANGUAGE = "tesseract", "vie"
_SPARSE = "11"  # its usual layout takes a form's dotted lines for a picture: half the words gone
_DEADLINE_S = 180.0  # a Zero 2 W needs about 15
_SURE = 30  # of 100: below are strokes of handwriting and seals
_WORD = "5"  # level of a line of its table
_MM_PER_INCH = 25.4


@cache
def vietnamese_is_here() -> bool:
    """Whether the program and its Vietnamese are installed; without them no page has a text."""
    if shutil.which(_PROGRAM) is None:
        return False
    try:
        said = subprocess.run(
            [_PROGRAM, "--list-langs"], capture_output=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    return _LANGUAGE in said.decode("utf-8", "replace").split()


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
    command = ["nice", "-n", "15", _PROGRAM, "stdin", "stdout", "-l", _LANGUAGE]
    command += ["--psm", _SPARSE, "--dpi", str(round(seen_dpi)), "tsv"]
    try:
        said = subprocess.run(
            command,
            input=picture.getvalue(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_DEADLINE_S,
            check=True,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},  # more threads made it slower
        ).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.SubprocessError):
        return TextLayer()
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
