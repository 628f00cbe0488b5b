"""File names that a person reads and every old system accepts."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

MAX_NAME = 50  # with the ending; longer ones are refused or cut by some portals
_ENDING = ".pdf"
_NAMELESS = "Giay to"


def paper_file_name(title: str, number: int = 1) -> str:
    """*title* as a file name: ASCII letters, digits, spaces and hyphens, cut at a whole word.

    >>> paper_file_name("Giấy chứng sinh")
    'Giay chung sinh.pdf'

    *number* counts papers of the same name from 1; the second one is ``… 2.pdf``.
    """
    tail = (f" {number}" if number > 1 else "") + _ENDING
    return _cut(_plain(title), MAX_NAME - len(tail)) + tail


def paper_file_names(titles: Iterable[str]) -> list[str]:
    """A name for each title in order, no two alike, even where letter case does not count."""
    used: set[str] = set()
    count: Counter[str] = Counter()
    names = []
    for title in titles:
        first = paper_file_name(title).casefold()
        while True:
            count[first] += 1
            name = paper_file_name(title, count[first])
            if name.casefold() not in used:
                break
        used.add(name.casefold())
        names.append(name)
    return names


def _plain(title: str) -> str:
    letters = unicodedata.normalize("NFKD", title.replace("Đ", "D").replace("đ", "d"))
    ascii_only = "".join(c for c in letters if not unicodedata.combining(c))
    words = re.findall(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", ascii_only)
    return " ".join(words) or _NAMELESS


def _cut(words: str, length: int) -> str:
    if len(words) <= length:
        return words
    whole = words[: length + 1].rpartition(" ")[0]
    return whole or words[:length].rstrip("-")
