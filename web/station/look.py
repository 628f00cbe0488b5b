"""How a reader wants public pages: which language, how large. One small cookie, no name in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Self

from flask import g, has_request_context, request

from appliance.core.wire.publication import Tongue
from web.station.gate import BOOKING, GUIDES, PHONE
from web.station.here import point

COOKIE = "guide-look"
REMEMBERED_FOR = timedelta(days=365)
LARGE, PLAIN, KIOSK = "large", "plain", "kiosk"
OWN_NAMES = {
    Tongue.VIETNAMESE: "Tiếng Việt",
    Tongue.ENGLISH: "English",
    Tongue.RAGLAI: "Raglai",
    Tongue.KOHO: "Cơ-ho",
}


SHIPPED = (Tongue.VIETNAMESE, Tongue.ENGLISH)


class Language(StrEnum):
    """What we ship. Vietnamese comes first whatever a browser says: English is asked for."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Look:
    """What the cookie says; whatever else stands in it counts as nothing said."""

    tongue: Tongue = Tongue.VIETNAMESE
    large: bool = False
    kiosk: bool = False  # a screen that nobody sits at

    @property
    def language(self) -> Language:
        """In which of our own languages the page speaks where nothing else was sent down."""
        return Language.ENGLISH if self.tongue is Tongue.ENGLISH else Language.VIETNAMESE

    @classmethod
    def read(cls, cookie: str) -> Self:
        """``vi.plain``, ``en.large``, ``rog.large.kiosk``…"""
        tongue, _, rest = cookie.partition(".")
        size, _, place = rest.partition(".")
        if tongue not in set(Tongue) or size not in {LARGE, PLAIN} or place not in {"", KIOSK}:
            return cls()
        return cls(Tongue(tongue), size == LARGE, place == KIOSK)

    def __str__(self) -> str:
        size = LARGE if self.large else PLAIN
        return f"{self.tongue}.{size}" + (f".{KIOSK}" if self.kiosk else "")


def look() -> Look:
    """How this reader wants the page; the desk's own pages have one look and speak Vietnamese."""
    if not has_request_context() or request.blueprint not in (GUIDES, PHONE, BOOKING):
        return Look()
    if "look" not in g:
        wanted = Look.read(request.cookies.get(COOKIE, ""))
        known = wanted.tongue in tongues()  # what was sent down in it may have been taken back
        g.look = wanted if known else replace(wanted, tongue=Tongue.VIETNAMESE)
    found: Look = g.look
    return found


def tongues() -> tuple[Tongue, ...]:
    """Ours, and those in which the ward sent something down; Vietnamese first."""
    sent = point().sent_down.now.tongues
    return tuple(tongue for tongue in Tongue if tongue in SHIPPED or tongue in sent)
