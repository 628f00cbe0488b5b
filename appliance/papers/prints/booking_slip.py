"""Phiếu hẹn: when, where, and the two lines that open it again; names nobody."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from appliance.core.printing import Media
from appliance.papers.prints.setting import set_print


@dataclass(frozen=True, slots=True)
class BookingSlip:
    """All that stands on it."""

    point_name: str
    number: str
    secret: str
    when: str
    where: str
    made_at: datetime  # in the point's time zone
    url: str | None = None  # where it can be seen and called off, as a QR


def print_booking_slip(slip: BookingSlip, media: Media = Media.ROLL) -> bytes:
    """The slip as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    content = {key: value for key, value in asdict(slip).items() if key not in ("made_at", "url")}
    return set_print("booking_slip", media, slip.made_at, {**content, "qr": slip.url})
