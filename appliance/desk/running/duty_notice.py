"""The roster of the week ahead on paper, for the door."""

from __future__ import annotations

from datetime import timedelta

from appliance.desk.point import Point
from appliance.desk.running.duty import hours_on
from appliance.desk.running.usual_hours import elsewhere
from appliance.papers.prints.duty_notice import DutyNotice, print_duty_notice

DAYS = 7


def duty_notice_pdf(point: Point, url: str | None) -> bytes:
    """Who is there on the days from today on.

    Raises:
        PrintingFailed: no sheet came out.
    """
    told_on, today, hours = hours_on(point), point.today(), point.settings.hours
    days = tuple((day, told_on(day)) for day in (today + timedelta(days=n) for n in range(DAYS)))
    made_at = point.clock().astimezone(point.zone)
    return print_duty_notice(
        DutyNotice(
            point.config.point.name, days, made_at, url, hours.address, hours.phone,
            tuple((name, at.address, at.phone) for name, at in elsewhere(point).items()),
        )
    )  # fmt: skip
