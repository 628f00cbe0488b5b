"""Số thứ tự: whose turn it is. One number on the roll; on A4 twelve to cut, none given yet."""

from __future__ import annotations

from datetime import datetime

from appliance.core.point.queue import MOST_NUMBERS
from appliance.core.printing import Media
from appliance.papers.prints.setting import day, set_print, words_of

A_SHEET = 12


def print_queue_slip(
    point_name: str, number: int, made_at: datetime, media: Media = Media.ROLL
) -> bytes:
    """The slip as PDF/A-2b; on A4 from *number* on, but none after the day's last.

    *made_at* is in the point's time zone.

    Raises:
        PrintingFailed: no sheet came out.
    """
    many = A_SHEET if media is Media.A4 else 1
    say = words_of("queue_slip")
    content = {
        "point_name": point_name,
        "numbers": list(range(number, min(number + many, MOST_NUMBERS + 1))),
        "day": day(made_at),
    }
    told = {"good": say["good_on"].format(day=day(made_at))}
    return set_print("queue_slip", media, made_at, content, say=told)
