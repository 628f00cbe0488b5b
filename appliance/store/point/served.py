"""Places where this box serves people, and the one where it stands now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from appliance.core.point.served import ServedPlace
from appliance.store import status
from appliance.store.schema.visit_tables import place


def add(connection: Connection, new: ServedPlace, now: datetime) -> None:
    """Offer a place; one that was closed is open again, under the name as it is written now."""
    connection.execute(
        insert(place)
        .values(key=new.key, name=new.name, made_at=now)
        .on_conflict_do_update(index_elements=["key"], set_={"name": new.name, "closed_at": None})
    )


def count(connection: Connection) -> int:
    """All there ever were."""
    return connection.scalar(select(func.count()).select_from(place)) or 0


def close(connection: Connection, key: str, now: datetime) -> bool:
    """Offer it no more; its figures stay. False: it is not there, or the box stands there."""
    if here(connection) == key:
        return False
    gone = connection.execute(
        update(place).where(place.c.key == key, place.c.closed_at.is_(None)).values(closed_at=now)
    )
    return gone.rowcount == 1


def all_known(connection: Connection, *, closed: bool) -> list[ServedPlace]:
    """By name; with *closed* those that are offered no more too, for figures."""
    wanted = select(place.c.key, place.c.name).order_by(place.c.name)
    rows = connection.execute(wanted if closed else wanted.where(place.c.closed_at.is_(None)))
    return [ServedPlace(key=row.key, name=row.name) for row in rows]


def here(connection: Connection) -> str | None:
    """The key of the place where the box stands; None: the point that the configuration names."""
    return status.recall(connection, status.PLACE_NOW)


def move(connection: Connection, key: str | None) -> bool:
    """The box stands there from now on. False: there is no such place, or it is closed."""
    if key is None:
        status.forget(connection, status.PLACE_NOW)
        return True
    if key not in {one.key for one in all_known(connection, closed=False)}:
        return False
    status.remember(connection, status.PLACE_NOW, key)
    return True
