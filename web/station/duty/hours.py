"""Hours per volunteer by month, on the page and as a table for a spreadsheet."""

from __future__ import annotations

import re

from flask import Response, render_template, request

from appliance.desk.running.duty_hours import as_csv, month_of
from web.station.duty.room import pages, words
from web.station.here import point


@pages.get("/hours")
def hours() -> str:
    """``?month=2026-11``; else this month."""
    year, month = _month()
    before, after = divmod(year * 12 + month - 2, 12), divmod(year * 12 + month, 12)
    return render_template(
        "duty/hours.html",
        year=year,
        month=month,
        before=f"{before[0]}-{before[1] + 1:02}",
        after=f"{after[0]}-{after[1] + 1:02}",
        wanted=f"{year}-{month:02}",
        told=month_of(point(), year, month),
        own=point().config.point.name,
    )


@pages.get("/hours.csv")
def hours_csv() -> Response:
    """The same for a spreadsheet."""
    year, month = _month()
    text = as_csv(
        month_of(point(), year, month), list(words.all_of("hours.head")), point().config.point.name
    )
    answer = Response(text, mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"gio-{year}-{month:02}.csv")
    return answer


def _month() -> tuple[int, int]:
    today = point().today()
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", request.args.get("month", ""))
    return (int(found[1]), int(found[2])) if found else (today.year, today.month)
