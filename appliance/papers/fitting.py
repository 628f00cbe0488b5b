"""Makes a paper fit its budget: smaller pages first, then phần 1/2, never below the floor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from appliance.core.errors import PdfTooBig
from appliance.core.paper.plates import PlatedPage

FILE_BYTES = 6_000  # colour profile, names and cross references of an empty PDF, and some
PAGE_BYTES = 900  # what a page adds beside its plates
_PART = re.compile(r" \((phần \d+/\d+|trang \d+)\)$")


class Shrinking(Protocol):
    """A page that can be made again from its master, smaller."""

    @property
    def plated(self) -> PlatedPage:
        """As it is now."""
        ...

    def shrink(self) -> bool:
        """Take the next way down its ladder; False, and nothing changed, at the floor."""
        ...


def shrunk_to_fit(pages: Sequence[Shrinking], budget_bytes: int) -> list[list[PlatedPage]]:
    """*pages* in as few parts as fit, in order; most papers are one part.

    The heaviest page that can still shrink does, again and again, until all fit in one part
    or every page stands on its floor. Pages grow no smaller than they must: when even the
    floor needs two parts, the pages that fit either way stay as they became. No picture grows
    smaller for the words over it: those are left out where there is no room.

    Raises:
        PdfTooBig: one page alone is over the budget on its floor.
    """
    movable = list(pages)
    while movable and _size(pages) > budget_bytes:
        heaviest = max(movable, key=lambda page: page.plated.size_bytes)
        if not heaviest.shrink():
            movable.remove(heaviest)
    parts = in_parts([page.plated for page in pages], budget_bytes)
    return [words_that_fit(part, budget_bytes) for part in parts]


def in_parts(pages: Sequence[PlatedPage], budget_bytes: int) -> list[list[PlatedPage]]:
    """*pages* in order in as few parts as fit.

    Raises:
        PdfTooBig: one page alone is over the budget.
    """
    parts: list[list[PlatedPage]] = []
    room = 0
    for number, page in enumerate(pages, start=1):
        weight = page.size_bytes + PAGE_BYTES
        if weight + FILE_BYTES > budget_bytes:
            raise PdfTooBig(f"page {number} alone has {weight} bytes of {budget_bytes}")
        if weight > room:
            parts.append([])
            room = budget_bytes - FILE_BYTES
        parts[-1].append(page)
        room -= weight
    return parts


def words_that_fit(part: Sequence[PlatedPage], budget_bytes: int) -> list[PlatedPage]:
    """The pages of one file, their words as long as there is room beside all the pictures."""
    room = budget_bytes - FILE_BYTES - sum(page.size_bytes + PAGE_BYTES for page in part)
    pages = []
    for page in part:
        words = page.text if page.text and page.text.size_bytes <= room else None
        room -= words.size_bytes if words else 0
        pages.append(replace(page, text=words))
    return pages


def part_title(title: str, number: int, parts: int) -> str:
    """What a part is called; a paper in one part keeps its name.

    >>> part_title("Sổ hộ khẩu", 1, 2)
    'Sổ hộ khẩu (phần 1/2)'
    """
    return title if parts == 1 else f"{title} (phần {number}/{parts})"


def page_title(title: str, page: int) -> str:
    """What a file is called that takes the place of one page of a paper.

    >>> page_title("Sổ hộ khẩu", 3)
    'Sổ hộ khẩu (trang 3)'
    """
    return f"{title} (trang {page})"


def whole_title(title: str) -> str:
    """What the paper is called that this is a part of.

    >>> whole_title("Sổ hộ khẩu (phần 1/2)")
    'Sổ hộ khẩu'
    """
    return _PART.sub("", title)


def part_file_stem(stem: str, number: int, parts: int) -> str:
    """The same for a file, where no stroke may stand.

    >>> part_file_stem("So ho khau", 1, 2)
    'So ho khau phan 1-2'
    """
    return stem if parts == 1 else f"{stem} phan {number}-{parts}"


def _size(pages: Sequence[Shrinking]) -> int:
    return FILE_BYTES + sum(page.plated.size_bytes + PAGE_BYTES for page in pages)
