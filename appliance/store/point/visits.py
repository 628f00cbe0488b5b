"""Rows of visits: made by one touch, marked at the end, undone when the touch was wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from appliance.core.point.visits import HowDone, Purpose, Visit
from appliance.store.schema.visit_tables import visit

_FACTS = [visit.c[name] for name in Visit.__dataclass_fields__]


def add(connection: Connection, new: Visit) -> None:
    """A visitor came."""
    connection.execute(
        insert(visit).values(
            id=new.id, at=new.at, day=new.day, place=new.place, purpose=new.purpose
        )
    )


def of_day(connection: Connection, day: str, place: str) -> list[Visit]:
    """The newest first."""
    rows = connection.execute(
        select(*_FACTS)
        .where(visit.c.day == day, visit.c.place == place)
        .order_by(visit.c.id.desc())
    )
    return [_visit(row) for row in rows]


def mark(connection: Connection, visit_id: str, how: HowDone) -> bool:
    """Whose hands did it. False: there is no such visit any more."""
    done = connection.execute(update(visit).where(visit.c.id == visit_id).values(how=how))
    return done.rowcount == 1


def undo(connection: Connection, visit_id: str, day: str) -> bool:
    """Nobody came after all. False: it is of another day, or its visitor has answered."""
    gone = connection.execute(
        delete(visit).where(
            visit.c.id == visit_id, visit.c.day == day, visit.c.has_answered.is_(False)
        )
    )
    return gone.rowcount == 1


def let_answer(connection: Connection, visit_id: str, sha256: str, until: datetime) -> bool:
    """One answer may come with that code; an earlier code is void. False: it came already."""
    done = connection.execute(
        update(visit)
        .where(visit.c.id == visit_id, visit.c.has_answered.is_(False))
        .values(ask_sha256=sha256, ask_until=until)
    )
    return done.rowcount == 1


def asked_with(connection: Connection, sha256: str, now: datetime) -> Visit | None:
    """Whose answer that code lets in; None when it is over, used, or was never given."""
    row = connection.execute(
        select(*_FACTS).where(visit.c.ask_sha256 == sha256, visit.c.ask_until > now)
    ).one_or_none()
    return _visit(row) if row else None


def note_answered(connection: Connection, visit_id: str) -> None:
    """That it was answered; what was answered has no place in this row."""
    connection.execute(
        update(visit)
        .where(visit.c.id == visit_id)
        .values(has_answered=True, ask_sha256=None, ask_until=None)
    )


def _visit(row: Row[Any]) -> Visit:
    return Visit(
        id=row.id,
        at=row.at,
        day=row.day,
        place=row.place,
        purpose=Purpose(row.purpose),
        how=HowDone(row.how) if row.how else None,
        has_answered=row.has_answered,
    )
