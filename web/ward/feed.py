"""What the office did, in order, for the box that brought the dossier."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from appliance.core.manifest import EventType, SupplementItem, WardState
from web.ward.problems import Problem
from web.ward.tables import dossier, event


def note_event(
    conn: Connection,
    dossier_id: str,
    kind: EventType,
    state: WardState,
    now: datetime,
    *,
    officer: str,
    text_vi: str | None = None,
    items: tuple[SupplementItem, ...] = (),
    national_code: str | None = None,
) -> None:
    """Add one entry, in the transaction that moved the dossier. Ring the bell afterwards."""
    device_id = conn.execute(
        select(dossier.c.device_id).where(dossier.c.id == dossier_id)
    ).scalar_one()
    body: dict[str, Any] = {
        "dossier_id": dossier_id,
        "at": now.isoformat().replace("+00:00", "Z"),
        "type": kind,
        "state": state,
    }
    if text_vi:
        body["text_vi"] = text_vi
    if items:
        body["items"] = [i.model_dump(mode="json", exclude_none=True) for i in items]
    if national_code:
        body["national_code"] = national_code
    conn.execute(
        insert(event).values(
            device_id=device_id,
            dossier_id=dossier_id,
            at=now,
            officer=officer,
            body=json.dumps(body, ensure_ascii=False),
        )
    )


def events_after(conn: Connection, device_id: int, after: int, limit: int) -> list[dict[str, Any]]:
    """The device's next entries.

    Raises:
        Problem: 410 for a cursor this database never gave (it was restored from an older
            backup): the box must read its dossiers anew and start from the beginning.
    """
    newest = conn.execute(select(func.max(event.c.seq))).scalar() or 0
    if after > newest:
        raise Problem(410, "cursor-unknown", "this cursor was never given; read the dossiers anew")
    rows = conn.execute(
        select(event.c.seq, event.c.body)
        .where(event.c.device_id == device_id, event.c.seq > after)
        .order_by(event.c.seq)
        .limit(limit)
    )
    return [_on_the_wire(row.seq, row.body) for row in rows]


def events_of(conn: Connection, dossier_id: str) -> list[dict[str, Any]]:
    """Everything that happened to one dossier."""
    rows = conn.execute(
        select(event.c.seq, event.c.body)
        .where(event.c.dossier_id == dossier_id)
        .order_by(event.c.seq)
    )
    return [_on_the_wire(row.seq, row.body) for row in rows]


def _on_the_wire(seq: int, body: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body)
    return {"seq": str(seq), **told}
