"""A box is lost or stolen: its token ends, and what was on it is told by ids and counts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from appliance.core.wire.manifest import Heartbeat, WardState
from web.ward.boxes.devices import revoke_device
from web.ward.tables import device, dossier

TO_REPORT_WITHIN = timedelta(hours=72)  # Luật 91/2025/QH15 Đ.23, from the moment it is known
LATELY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class LostDossier:
    """One that the box brought: here by its id; the box holds at most the codes about it."""

    id: str
    code: str
    state: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class LostDevice:
    """What the ward knows of a box that is gone. No name of a citizen is in it."""

    name: str
    added_at: datetime
    seen_at: datetime | None
    revoked_at: datetime
    known_at: datetime
    health: Heartbeat | None  # what it said of itself last
    by_state: dict[str, int]  # every dossier it ever brought
    lately: tuple[LostDossier, ...]  # those of the last ninety days, the newest first

    @property
    def report_until(self) -> datetime:
        """When the 72 hours end."""
        return self.known_at + TO_REPORT_WITHIN

    @property
    def perhaps_open(self) -> tuple[LostDossier, ...]:
        """The ward waits for better papers: they may have lain open on the box."""
        asked = WardState.SUPPLEMENT_REQUESTED
        return tuple(one for one in self.lately if one.state == asked)


def report_lost(
    conn: Connection, name: str, now: datetime, known_at: datetime | None = None
) -> LostDevice | None:
    """End the box's token, if that was not done before, and tell what was on it.

    None: there is no box of that name.
    """
    revoke_device(conn, name, now)
    row = conn.execute(select(device).where(device.c.name == name)).one_or_none()
    if row is None:
        return None
    of_it = dossier.c.device_id == row.id
    states = Counter(conn.scalars(select(dossier.c.state).where(of_it)))
    newest = conn.execute(
        select(dossier.c.id, dossier.c.code, dossier.c.state, dossier.c.received_at)
        .where(of_it, dossier.c.received_at >= now - LATELY)
        .order_by(dossier.c.received_at.desc())
    )
    return LostDevice(
        name=row.name,
        added_at=row.added_at,
        seen_at=row.seen_at,
        revoked_at=row.revoked_at,
        known_at=known_at or now,
        health=_heard(row.health),
        by_state=dict(states),
        lately=tuple(LostDossier(*one) for one in newest),
    )


def _heard(health: str | None) -> Heartbeat | None:
    if health is None:
        return None
    known = {key: text for key, text in json.loads(health).items() if key in Heartbeat.model_fields}
    return Heartbeat.model_validate(known)
