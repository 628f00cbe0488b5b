"""When the point is open, as the technician wrote it, and who is there, as the roster says."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template

from appliance.core.point.hours import Opening, opening_at
from appliance.desk.running.duty import hours_on, planned_between
from appliance.desk.running.usual_hours import elsewhere
from web.station.guides.room import pages
from web.station.here import local, point

DAYS_AHEAD = 7


@pages.get("/guides/hours")
def hours() -> str:
    """The week, the holidays that are left, and where the point is."""
    wanted, today = point().settings.hours, point().today()
    told_on = hours_on(point())
    ahead = [today + timedelta(days=later) for later in range(DAYS_AHEAD)]
    return render_template(
        "guides/hours.html",
        hours=wanted,
        is_told=any(wanted.week),
        closed=sorted(day for day in wanted.closed if day >= today),
        elsewhere=elsewhere(point()),
        opening=opening_now(),
        ahead=[(day, told_on(day)) for day in ahead]
        if planned_between(point(), ahead[0], ahead[-1] + timedelta(days=1))
        else [],
    )


def opening_now() -> Opening | None:
    """The hours that run now or come next; None when nobody wrote or planned any."""
    return opening_at(local(point().clock()), hours_on(point()))
