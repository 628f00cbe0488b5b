"""What the office did, in order, for the box that brought the dossier."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, func, insert, select

from appliance.core.wire.manifest import Event, EventType
from web.ward.problems import Problem
from web.ward.running.hearing import tell_others
from web.ward.tables import dossier, event


def note_event(conn: Connection, entry: Event, *, officer: str) -> None:
    """Add one entry, in the transaction that moved the dossier. Ring the bell afterwards;
    those of other processes ring by themselves.

    Its ``seq`` is given by the database.
    """
    device_id = conn.execute(
        select(dossier.c.device_id).where(dossier.c.id == entry.dossier_id)
    ).scalar_one()
    body = entry.model_dump(mode="json", exclude_none=True, exclude={"seq"})
    if not entry.items:
        del body["items"]
    conn.execute(
        insert(event).values(
            device_id=device_id,
            dossier_id=entry.dossier_id,
            at=entry.at,
            officer=officer,
            body=json.dumps(body, ensure_ascii=False),
        )
    )
    tell_others(conn)


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


def newest_request(conn: Connection, dossier_id: str) -> int:
    """The number of the last entry that asked for a supplement; 0 when none did."""
    asked = [
        int(told["seq"])
        for told in events_of(conn, dossier_id)
        if told["type"] == EventType.SUPPLEMENT_REQUESTED
    ]
    return max(asked, default=0)


def _on_the_wire(seq: int, body: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body)
    return {"seq": str(seq), **told}
