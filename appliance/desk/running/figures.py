"""What the point reports: its months by place, and the ward's own number to hold them against."""

from __future__ import annotations

from appliance.core.point.figures import Figures, Month
from appliance.core.point.figuring import Key
from appliance.desk import served
from appliance.desk.point import Point
from appliance.store.point import figures, ward_totals
from appliance.store.point.figures import Here
from appliance.store.point.ward_totals import ToldBy

MOST_IN_A_WARD = 1_000_000  # dossiers a month; more is a slip of the finger


def here_of(point: Point) -> Here:
    """What figures must know of the point."""
    return Here(point.zone, served.own(point).key)


def read(point: Point, first: str, last: str) -> dict[Key, Figures]:
    """Counts by month and place, from month *first* to *last*, both included."""
    with point.database.reading() as connection:
        return figures.months(connection, here_of(point), first, last)


def months(point: Point, first: str, last: str) -> list[Month]:
    """The same with names, in the order of months: what a ward is told."""
    names = served.names(point)
    return [
        Month.of(place, names.get(place, place)[:60], month, counts)
        for (month, place), counts in sorted(read(point, first, last).items())
    ]


def ward_totals_between(point: Point, first: str, last: str) -> dict[str, int]:
    """All dossiers of the ward by month, as far as they are known."""
    with point.database.reading() as connection:
        return ward_totals.between(connection, first, last)


def is_told_by_ward(point: Point, month: str) -> bool:
    """Whether the ward itself said its number, so that nobody need type it."""
    with point.database.reading() as connection:
        return ward_totals.told_by_ward(connection, month)


def note_ward_total(
    point: Point, month: str, dossiers: int | None, by: ToldBy = ToldBy.PERSON
) -> bool:
    """Keep the ward's number of a month; None takes it back. False: it was not taken."""
    if dossiers is not None and not 0 <= dossiers <= MOST_IN_A_WARD:
        return False
    with point.database.writing() as connection:
        return ward_totals.note(connection, month, dossiers, by, point.clock())
