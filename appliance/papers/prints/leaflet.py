"""The leaflet people carry home: what the point does, its QR, and how not to be cheated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.point.hours_section import HoursSection, PlaceHours
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


def hours_lines(hours: HoursSection) -> tuple[str, ...]:
    """One line a day on which somebody is there, one for each other place that has hours.

    Nobody's name, for paper is not taken back.
    """
    say = words_of("leaflet")
    lines = _days(hours, "on_day")
    for name, there in hours.at.items():
        if days := _days(there, "day_of_place"):
            lines.append(say["at_place"].format(place=name, hours="; ".join(days)))
    return (*lines, say["phone"].format(phone=hours.phone)) if hours.phone else tuple(lines)


def _days(hours: PlaceHours, form: str) -> list[str]:
    say = words_of("leaflet")
    return [
        say[form].format(
            day=name,
            hours=", ".join(
                say["from_to"].format(opens=f"{one.opens:%H:%M}", closes=f"{one.closes:%H:%M}")
                for one in shifts
            ),
        )
        for name, shifts in zip(say["weekdays"], hours.week, strict=True)
        if shifts
    ]


def print_leaflet(leaflet: Leaflet, media: Media = Media.A4) -> bytes:
    """The leaflet as PDF/A-2b; on A4 twice, to be cut in the middle.

    Raises:
        PrintingFailed: no sheet came out.
    """
    return set_print("leaflet", media, leaflet.made_at, {**content_of(leaflet), "qr": leaflet.url})
