"""How many dossiers the ward had in a month, through whatever door: typed in, or told by it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from appliance.store.schema.visit_tables import ward_total


class ToldBy(StrEnum):
    """Who said it. Stored as written."""

    PERSON = "person"
    WARD = "ward"  # in an answer of its service; counts more than what somebody typed


def note(
    connection: Connection, month: str, dossiers: int | None, by: ToldBy, now: datetime
) -> bool:
    """Keep the newest word; None takes it back. False: the ward itself has said it already."""
    known = connection.scalar(select(ward_total.c.told_by).where(ward_total.c.month == month))
    if known == ToldBy.WARD and by is ToldBy.PERSON:
        return False
    if dossiers is None:
        connection.execute(delete(ward_total).where(ward_total.c.month == month))
        return True
    row = {"dossiers": dossiers, "told_by": by, "told_at": now}
    connection.execute(
        insert(ward_total)
        .values(month=month, **row)
        .on_conflict_do_update(index_elements=["month"], set_=row)
    )
    return True


def between(connection: Connection, first: str, last: str) -> dict[str, int]:
    """By month, those that are known."""
    rows = connection.execute(
        select(ward_total.c.month, ward_total.c.dossiers).where(
            ward_total.c.month.between(first, last)
        )
    )
    return {row.month: row.dossiers for row in rows}


def told_by_ward(connection: Connection, month: str) -> bool:
    """Whether nobody may type over it."""
    by = connection.scalar(select(ward_total.c.told_by).where(ward_total.c.month == month))
    return by == ToldBy.WARD
