"""How a reader wants public pages: which language, how large. One small cookie, no name in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Self

from flask import g, has_request_context, request

from web.station.gate import BOOKING, GUIDES, PHONE

COOKIE = "guide-look"
REMEMBERED_FOR = timedelta(days=365)
LARGE, PLAIN, KIOSK = "large", "plain", "kiosk"


class Language(StrEnum):
    """Vietnamese comes first whatever a browser says: English is asked for."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Look:
    """What the cookie says; whatever else stands in it counts as nothing said."""

    language: Language = Language.VIETNAMESE
    large: bool = False
    kiosk: bool = False  # a screen that nobody sits at

    @classmethod
    def read(cls, cookie: str) -> Self:
        """``vi.plain``, ``en.large``, ``vi.large.kiosk``…"""
        language, _, rest = cookie.partition(".")
        size, _, place = rest.partition(".")
        if language not in set(Language) or size not in {LARGE, PLAIN} or place not in {"", KIOSK}:
            return cls()
        return cls(Language(language), size == LARGE, place == KIOSK)

    def __str__(self) -> str:
        size = LARGE if self.large else PLAIN
        return f"{self.language}.{size}" + (f".{KIOSK}" if self.kiosk else "")


def look() -> Look:
    """How this reader wants the page; the desk's own pages have one look and speak Vietnamese."""
    if not has_request_context() or request.blueprint not in (GUIDES, PHONE, BOOKING):
        return Look()
    if "look" not in g:
        g.look = Look.read(request.cookies.get(COOKIE, ""))
    found: Look = g.look
    return found
