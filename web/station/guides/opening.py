"""When the point is open and who is there, as the technician wrote it."""

from __future__ import annotations

from flask import render_template

from appliance.core.hours import Opening, opening_at
from web.station.guides.room import pages
from web.station.here import local, point


@pages.get("/guides/hours")
def hours() -> str:
    """The week, the holidays that are left, and where the point is."""
    wanted, today = point().config.hours, point().today()
    return render_template(
        "guides/hours.html",
        hours=wanted,
        is_told=any(wanted.week),
        closed=sorted(day for day in wanted.closed if day >= today),
        opening=opening_now(),
    )


def opening_now() -> Opening | None:
    """The hours that run now or come next; None when the technician wrote none."""
    return opening_at(local(point().clock()), point().config.hours.on)
