"""The inbox as rows: newest first, with the time each has been waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, or_, select, tuple_

from appliance.core.wire.manifest import WardState
from web.ward.tables import WAITING, Moment, device, dossier
from web.ward.wording import words

PAGE = 50
SHORTEST_PART = 4  # letters of a number that are looked for anywhere in it


@dataclass(frozen=True, slots=True)
class Line:
    """One dossier as the list shows it; nothing in it was sealed."""

    id: str
    code: str
    state: WardState
    revision: int
    point: str
    device: str
    procedure: str
    received_at: datetime
    moved_at: datetime
    national_code: str | None
    follow_number: str | None  # on the citizen's slip

    @property
    def waits(self) -> bool:
        """Whether it is an officer's turn."""
        return self.state in WAITING


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and whether there are more on either side of them."""

    lines: Sequence[Line]
    is_newest: bool
    is_oldest: bool


def page_of(
    conn: Connection,
    *,
    waiting_only: bool,
    older_than: str | None = None,
    newer_than: str | None = None,
) -> Page:
    """One page of the inbox: from the newest on, or next to the dossier with that id.

    Nothing is counted or skipped, so the thousandth page costs what the first does, and a
    dossier that arrives meanwhile moves no other to another page.
    """
    place = tuple_(dossier.c.received_at, dossier.c.id)
    query = _query().where(_waits()) if waiting_only else _query()
    beside = one_line(conn, older_than or newer_than or "")
    upwards = beside is not None and older_than is None
    if beside is not None:
        here = tuple_(literal(beside.received_at, Moment()), literal(beside.id))
        query = query.where(place > here if upwards else place < here)
    order = (dossier.c.received_at, dossier.c.id)
    query = query.order_by(*(column.asc() if upwards else column.desc() for column in order))
    found = [_line(row) for row in conn.execute(query.limit(PAGE + 1))]
    more, found = len(found) > PAGE, found[:PAGE]
    if upwards:
        return Page(found[::-1], is_newest=not more, is_oldest=False)
    return Page(found, is_newest=beside is None, is_oldest=not more)


def found_by(conn: Connection, number: str) -> Sequence[Line]:
    """Dossiers by receipt code, number on the slip or mã hồ sơ, or by a part of one.

    Names are not looked for: the ward has none until an officer opens a dossier. At most a
    page, newest first.
    """
    number = "".join(number.split()).upper()
    columns = (dossier.c.code, dossier.c.follow_number, dossier.c.national_code)
    if not number or "\0" in number:  # PostgreSQL would not even compare it
        return ()
    exact = _lines_where(conn, or_(*(column == number for column in columns)))
    if exact or len(number) < SHORTEST_PART:
        return exact
    return _lines_where(conn, or_(*(c.contains(number, autoescape=True) for c in columns)))


def one_line(conn: Connection, dossier_id: str) -> Line | None:
    """One dossier."""
    row = conn.execute(_query().where(dossier.c.id == dossier_id)).first()
    return _line(row) if row else None


def waiting(conn: Connection) -> tuple[int, datetime | None]:
    """How many dossiers wait for an officer, and since when the oldest does."""
    row = conn.execute(select(func.count(), func.min(dossier.c.moved_at)).where(_waits())).one()
    return row[0], row[1]


def age_vi(age: timedelta) -> str:
    """*age* in the largest whole unit, in words."""
    told = words()["age"]
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return str(told["moment"])
    for unit, length in (("days", 1440), ("hours", 60)):
        if minutes >= length:
            return str(told[unit].format(count=minutes // length))
    return str(told["minutes"].format(count=minutes))


def _waits() -> ColumnElement[bool]:
    """Said in the very words of the index on what waits: else no database would use it."""
    return dossier.c.state.in_([literal(str(s), literal_execute=True) for s in WAITING])


def _lines_where(conn: Connection, fits: ColumnElement[bool]) -> Sequence[Line]:
    # Found first and put in order then: in order at once, a database might go through all
    # dossiers from the newest on to fill the page.
    ids = select(dossier.c.id).where(fits).limit(10 * PAGE)
    query = _query().where(dossier.c.id.in_(conn.execute(ids).scalars().all()))
    ordered = query.order_by(dossier.c.received_at.desc(), dossier.c.id.desc())
    return [_line(row) for row in conn.execute(ordered.limit(PAGE))]


def _query() -> Select[Any]:
    return select(dossier, device.c.name.label("device_name")).join(
        device, device.c.id == dossier.c.device_id
    )


def _line(row: Row[Any]) -> Line:
    return Line(
        row.id,
        row.code,
        WardState(row.state),
        row.revision,
        row.point,
        row.device_name,
        row.procedure_title or row.procedure_id,
        row.received_at,
        row.moved_at,
        row.national_code,
        row.follow_number,
    )
