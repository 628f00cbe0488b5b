"""Phiếu số: what somebody who pressed the button without a dossier holds until their turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.printing import Media
from appliance.papers.prints.setting import content_of, set_print, words_of


@dataclass(frozen=True, slots=True)
class NumberSlip:
    """All that stands on it: a number that is good today, and nothing about anybody."""

    point_name: str
    number: int
    pages: int
    kept_minutes: int  # unless a volunteer takes the papers into a dossier
    made_at: datetime  # in the point's time zone


def print_number_slip(slip: NumberSlip, media: Media = Media.ROLL) -> bytes:
    """The slip as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    say = words_of("number_slip")
    told = {
        "saved": say["saved"].format(pages=slip.pages),
        "kept": say["kept"].format(minutes=slip.kept_minutes),
    }
    return set_print("number_slip", media, slip.made_at, content_of(slip), say=told)
