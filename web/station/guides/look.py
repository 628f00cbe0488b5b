"""How a reader wants the guides: which language, how large. One small cookie, no name in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from web.station.guides.words import Language

COOKIE = "guide-look"
REMEMBERED_FOR = timedelta(days=365)
LARGE, PLAIN = "large", "plain"


@dataclass(frozen=True, slots=True)
class Look:
    """What the cookie says; whatever else stands in it counts as nothing said."""

    language: Language = Language.VIETNAMESE
    large: bool = False

    @classmethod
    def read(cls, cookie: str) -> Self:
        """``vi.plain``, ``en.large``…"""
        language, _, size = cookie.partition(".")
        if language not in set(Language) or size not in {LARGE, PLAIN}:
            return cls()
        return cls(Language(language), size == LARGE)

    def __str__(self) -> str:
        return f"{self.language}.{LARGE if self.large else PLAIN}"
