"""The inbox as rows: newest first, with the time each has been waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from appliance.core.manifest import WardState
from web.ward.tables import device, dossier
from web.ward.wording import words

WAITING = (WardState.RECEIVED, WardState.CHECKING)  # for an officer
PAGE = 50


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

    @property
    def waits(self) -> bool:
        """Whether it is an officer's turn."""
        return self.state in WAITING


def lines(conn: Connection, *, waiting_only: bool, page: int) -> list[Line]:
    """One page of the inbox; *page* counts from 1."""
    query = _query().order_by(dossier.c.received_at.desc(), dossier.c.id.desc())
    if waiting_only:
        query = query.where(dossier.c.state.in_(WAITING))
    return [_line(row) for row in conn.execute(query.limit(PAGE).offset((page - 1) * PAGE))]


def one_line(conn: Connection, dossier_id: str) -> Line | None:
    """One dossier."""
    row = conn.execute(_query().where(dossier.c.id == dossier_id)).first()
    return _line(row) if row else None


def waiting(conn: Connection) -> tuple[int, datetime | None]:
    """How many dossiers wait for an officer, and since when the oldest does."""
    row = conn.execute(
        select(func.count(), func.min(dossier.c.moved_at)).where(dossier.c.state.in_(WAITING))
    ).one()
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
    )
