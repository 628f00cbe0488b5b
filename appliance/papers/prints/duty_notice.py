"""Tờ dán cửa: who is there on which day of the week ahead, by the names that visitors use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from appliance.core.point.hours import Shift
from appliance.core.printing import Media
from appliance.papers.prints.setting import set_print, words_of


@dataclass(frozen=True, slots=True)
class DutyNotice:
    """All that stands on it."""

    point_name: str
    days: tuple[tuple[date, tuple[Shift, ...]], ...]
    made_at: datetime  # in the point's time zone
    url: str | None = None  # the page with the newest roster, as a QR
    address: str = ""
    phone: str = ""
    places: tuple[tuple[str, str, str], ...] = ()  # other ones: name, address, telephone


def print_duty_notice(notice: DutyNotice) -> bytes:
    """One A4 sheet as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    say = words_of("duty_notice")
    content = {
        "point_name": notice.point_name,
        "address": notice.address,
        "phone": say["phone"].format(phone=notice.phone) if notice.phone else "",
        "places": [
            say["place"].format(place=name, about=", ".join(filter(None, (address, phone))))
            for name, address, phone in notice.places
            if address or phone
        ],
        "qr": notice.url,
        "days": [
            [
                say["day"].format(name=say["weekdays"][day.weekday()], date=f"{day:%d/%m}"),
                [_lines(shift) for shift in shifts] or [[say["closed"], ""]],
            ]
            for day, shifts in notice.days
        ],
    }
    return set_print("duty_notice", Media.A4, notice.made_at, content)


def _lines(shift: Shift) -> list[str]:
    say = words_of("duty_notice")
    span = say["span"].format(opens=f"{shift.opens:%H:%M}", closes=f"{shift.closes:%H:%M}")
    who = say["duty"].format(names=shift.on_duty) if shift.on_duty else ""
    where = say["at"].format(place=shift.place) if shift.place else ""
    return [span, ". ".join(part for part in (where, who) if part)]
