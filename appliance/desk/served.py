"""Where the box stands today, so that places keep their figures apart."""

from __future__ import annotations

from sqlalchemy import Connection

from appliance.core.point.served import LONGEST_NAME, ServedPlace, place_key
from appliance.desk import noting_point
from appliance.desk.point import Point
from appliance.store.point import served

MOST_PLACES = 100  # a ward has a dozen; each has its months for ten years


def own(point: Point) -> ServedPlace:
    """The point as the configuration names it: where the box stands unless somebody says else."""
    here = point.config.point
    return ServedPlace(key=here.code, name=here.name[:LONGEST_NAME])


def key_now(point: Point, connection: Connection) -> str:
    """What is made now counts for that place."""
    return served.here(connection) or own(point).key


def stands_at(connection: Connection) -> str:
    """The key as the roster and bookings write it: empty at the box's own point."""
    return served.here(connection) or ""


def here_now(point: Point) -> ServedPlace:
    """The place with its name."""
    with point.database.reading() as connection:
        key = key_now(point, connection)
        return next(
            (one for one in served.all_known(connection, closed=True) if one.key == key), own(point)
        )


def offered(point: Point) -> list[ServedPlace]:
    """Where the box may stand: its own point first."""
    with point.database.reading() as connection:
        return [own(point), *served.all_known(connection, closed=False)]


def names(point: Point) -> dict[str, str]:
    """Every place that may stand in a figure, by key."""
    with point.database.reading() as connection:
        known = served.all_known(connection, closed=True)
    return {one.key: one.name for one in (*known, own(point))}


def add(point: Point, name: str) -> ServedPlace | None:
    """Offer a place. None: the name says nothing, is too long, or there are too many."""
    name = " ".join(name.split())
    key = place_key(name)
    if not key or len(name) > LONGEST_NAME:
        return None
    new = ServedPlace(key=key, name=name)
    with point.database.writing() as connection:
        known = {one.key for one in served.all_known(connection, closed=True)}
        if key.upper() == own(point).key.upper() or (
            key not in known and served.count(connection) >= MOST_PLACES
        ):
            return None
        served.add(connection, new, point.clock())
        noting_point.count_change(connection, noting_point.PLACES)
    noting_point.places_changed(point)
    return new


def move(point: Point, key: str) -> bool:
    """The box stands there from now on. False: there is no such place."""
    with point.database.writing() as connection:
        moved = served.move(connection, None if key == own(point).key else key)
        if moved:
            noting_point.count_change(connection, noting_point.PLACES)
    if moved:
        noting_point.places_changed(point)
    return moved


def close(point: Point, key: str) -> bool:
    """Offer it no more. False: it is not offered, or the box stands there."""
    with point.database.writing() as connection:
        closed = served.close(connection, key, point.clock())
        if closed:
            noting_point.count_change(connection, noting_point.PLACES)
    if closed:
        noting_point.places_changed(point)
    return closed
