"""The hours as they are written down: of the point itself, and of each place the box goes to.

Written is by name, in the configuration or by the ward; only places that are offered count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from appliance.core.point.hours import Shift
from appliance.core.point.hours_section import HoursSection, PlaceHours
from appliance.desk import served
from appliance.desk.point import Point


def elsewhere(point: Point) -> dict[str, PlaceHours]:
    """What is written of each other place, by the name that people here gave it."""
    hours = point.settings.hours
    if not hours.at:
        return {}
    told = {one.name: hours.at_place(one.key) for one in served.offered(point)[1:]}
    return {name: there for name, there in told.items() if there != PlaceHours()}


def usual_on(point: Point) -> Callable[[date], tuple[Shift, ...]]:
    """The stretches of a day, the point's own first, then each place's under its name."""
    hours, there = point.settings.hours, elsewhere(point)

    def on(day: date) -> tuple[Shift, ...]:
        if day in hours.closed:
            return ()
        others = (
            replace(shift, place=name) for name, one in there.items() for shift in one.on(day)
        )
        return (*hours.on(day), *others)

    return on


def offered_only(point: Point) -> HoursSection:
    """All that is written, without the places where nobody is received any more; for paper."""
    return point.settings.hours.model_copy(update={"at": elsewhere(point)})
