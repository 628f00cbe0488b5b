"""The leaflet people carry home: what the point does, its QR, and how not to be cheated."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from appliance.core.printing import Media
from appliance.papers.prints.setting import set_print


@dataclass(frozen=True, slots=True)
class Leaflet:
    """All that stands on it; names nobody."""

    point_name: str
    procedures: tuple[str, ...]
    made_at: datetime  # in the point's time zone
    url: str | None = None  # the point's page, as a QR
    address: str = ""
    hours: tuple[str, ...] = ()


def print_leaflet(leaflet: Leaflet, media: Media = Media.A4) -> bytes:
    """The leaflet as PDF/A-2b; on A4 twice, to be cut in the middle.

    Raises:
        PrintingFailed: no sheet came out.
    """
    content = {key: value for key, value in asdict(leaflet).items() if key != "made_at"}
    return set_print("leaflet", media, leaflet.made_at, {**content, "qr": leaflet.url})
