"""Who came, without a name: one touch a visitor, what for, and how much of it people did alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    """What somebody came for. Stored as written, so never rename a value."""

    DOSSIER = "dossier"
    ACCOUNT = "account"  # VNeID, the portal's account
    LOOK_UP = "look-up"
    PAYMENT = "payment"
    POST = "post"  # the result comes by post
    SCAM_ADVICE = "scam-advice"
    PRINT_SCAN = "print-scan"  # and nothing else
    OTHER = "other"


class HowDone(StrEnum):
    """Whose hands did it (hướng dẫn, không làm thay). Stored as written."""

    GUIDED = "guided"  # the volunteer showed every step
    TOGETHER = "together"
    ALONE = "alone"


class Face(StrEnum):
    """The answer to the one question that a visitor may answer. Stored as written."""

    GLAD = "glad"
    SO_SO = "so-so"
    SAD = "sad"


@dataclass(frozen=True, slots=True)
class Visit:
    """One visitor (lượt khách). Nothing here tells who it was, nor which face was touched."""

    id: str  # UUIDv7
    at: datetime
    day: str  # on the wall calendar: 2026-11-22
    place: str  # a key of ``places_served``
    purpose: Purpose
    how: HowDone | None = None
    has_answered: bool = False
