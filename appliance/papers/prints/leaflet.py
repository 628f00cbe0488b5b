"""The leaflet people carry home: what the point does, its QR, and how not to be cheated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.core.point.hours import Shift
from appliance.core.printing import Media
from appliance.papers.prints.setting import content_of, set_print, words_of


@dataclass(frozen=True, slots=True)
class Leaflet:
    """All that stands on it; names nobody."""

    point_name: str
    procedures: tuple[str, ...]
    made_at: datetime  # in the point's time zone
    url: str | None = None  # the point's page, as a QR
    address: str = ""
    hours: tuple[str, ...] = ()


def hours_lines(week: Sequence[Sequence[Shift]], phone: str = "") -> tuple[str, ...]:
    """One line a day on which somebody is there; nobody's name, for paper is not taken back."""
    say = words_of("leaflet")
    lines = [
        say["on_day"].format(
            day=name,
            hours=", ".join(
                say["from_to"].format(opens=f"{one.opens:%H:%M}", closes=f"{one.closes:%H:%M}")
                for one in shifts
            ),
        )
        for name, shifts in zip(say["weekdays"], week, strict=True)
        if shifts
    ]
    return (*lines, say["phone"].format(phone=phone)) if phone else tuple(lines)


def print_leaflet(leaflet: Leaflet, media: Media = Media.A4) -> bytes:
    """The leaflet as PDF/A-2b; on A4 twice, to be cut in the middle.

    Raises:
        PrintingFailed: no sheet came out.
    """
    return set_print("leaflet", media, leaflet.made_at, {**content_of(leaflet), "qr": leaflet.url})
