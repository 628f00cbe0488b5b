"""The consent on paper: what for, what with, how long, how to take it back; nothing ticked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.printing import Media
from appliance.papers.prints.setting import content_of, set_print


@dataclass(frozen=True, slots=True)
class ConsentSlip:
    """All that stands on it; the boxes and the signature are for a pen."""

    point_name: str
    local_number: str
    procedure_name: str
    consent_text: str  # word for word what is kept inside the seal
    papers: tuple[str, ...]  # what is scanned
    volunteer_name: str
    made_at: datetime  # in the point's time zone


def print_consent_slip(slip: ConsentSlip, media: Media = Media.A4) -> bytes:
    """The slip as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    return set_print("consent_slip", media, slip.made_at, content_of(slip))
