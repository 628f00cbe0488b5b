"""The sheet beside the desk: join the box's Wi-Fi, trust the box once, open its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.printing import Media
from appliance.papers.prints.setting import set_print


@dataclass(frozen=True, slots=True)
class HotspotSheet:
    """All that stands on it. The password too: it hangs where the Wi-Fi is, and nowhere else."""

    point_name: str
    ssid: str
    password: str
    join_code: str  # what a phone's camera reads
    page: str  # its address
    trust_page: str
    fingerprint: str  # of the box's certificate authority
    made_at: datetime


def print_hotspot(sheet: HotspotSheet) -> bytes:
    """The sheet as PDF/A-2b, A4.

    Raises:
        PrintingFailed: no sheet came out.
    """
    content = {
        "point_name": sheet.point_name,
        "ssid": sheet.ssid,
        "password": sheet.password,
        "page": sheet.page,
        "trust_page": sheet.trust_page,
        "fingerprint": sheet.fingerprint,
        "qrs": {"join": sheet.join_code, "trust": sheet.trust_page, "page": sheet.page},
    }
    return set_print("hotspot_sheet", Media.A4, sheet.made_at, content)
