"""The words a page says and where they stand: what lies unseen over its picture in a PDF.

Pure words. ``imaging.text`` reads them off a page, ``papers`` writes them into its PDF. They are
what a citizen wrote, so what keeps them keeps them encrypted.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_TENTHS = 10  # of a millimetre: finer than any letter is placed
# deflated, font included: four kinds of drawn papers needed 60 to 80 % of what this makes
_PAGE_BYTES, _WORD_BYTES, _LETTER_BYTES = 2500, 14, 1


@dataclass(frozen=True, slots=True)
class TextWord:
    """One word, and its box from the upper left corner of the page."""

    text: str
    left_mm: float
    top_mm: float
    right_mm: float
    bottom_mm: float


TextLine = tuple[TextWord, ...]
"""Words beside one another, left to right."""


@dataclass(frozen=True, slots=True)
class TextLayer:
    """What one upright page says, line after line as it is read."""

    lines: tuple[TextLine, ...] = ()

    @property
    def words(self) -> Iterator[TextWord]:
        """All of them, in order."""
        return (word for line in self.lines for word in line)

    @property
    def size_bytes(self) -> int:
        """What it adds to a PDF, a little more than it will be."""
        return _PAGE_BYTES + sum(
            _WORD_BYTES + _LETTER_BYTES * len(word.text) for word in self.words
        )

    def to_bytes(self) -> bytes:
        """For a file; ``from_bytes`` reads it back, boxes to a tenth of a millimetre."""
        lines = [[_stored(word) for word in line] for line in self.lines]
        return json.dumps({"lines": lines}, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> TextLayer:
        """What ``to_bytes`` wrote.

        Raises:
            ValueError: it is something else, or not wholly there.
        """
        try:
            lines = json.loads(content)["lines"]
            return cls(tuple(tuple(_word(*word) for word in line) for line in lines))
        except (KeyError, TypeError, UnicodeDecodeError) as error:
            raise ValueError("no text layer") from error


def _stored(word: TextWord) -> list[str | int]:
    box = (word.left_mm, word.top_mm, word.right_mm, word.bottom_mm)
    return [word.text, *(round(value * _TENTHS) for value in box)]


def _word(text: str, left: int, top: int, right: int, bottom: int) -> TextWord:
    return TextWord(text, left / _TENTHS, top / _TENTHS, right / _TENTHS, bottom / _TENTHS)


def printable(text: str) -> str:
    """*text* with one code point a letter and nothing unseen: what a PDF's text may hold."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(sign for sign in composed if unicodedata.category(sign)[0] not in "CZ")
