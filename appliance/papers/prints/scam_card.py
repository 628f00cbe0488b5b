"""Thẻ nhớ chống lừa đảo: for the wallet or the refrigerator door, with room for three numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.printing import Media
from appliance.papers.prints.setting import set_print, words_of


@dataclass(frozen=True, slots=True)
class ScamCard:
    """Whose card it is; its words stand in a catalogue."""

    point_name: str
    made_at: datetime  # in the point's time zone
    url: str | None = None  # what to do when it happened, as a QR
    is_large: bool = False  # A6, four on a sheet; else as large as a bank card, ten on a sheet
    language: str = "vi"


def print_scam_card(card: ScamCard, media: Media = Media.A4) -> bytes:
    """A sheet of cards to be cut, or one card on the roll, as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    content = {
        "point_name": card.point_name,
        "is_large": card.is_large,
        "language": card.language,
        "qr": card.url,
    }
    return set_print(
        "scam_card", media, card.made_at, content, words_of("scam_card", card.language)
    )
