"""What each service last said of itself, and how far the ward's feed was read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from appliance.core.manifest import Event, WardState
from appliance.keys.canonical import canonical_json
from appliance.store.tables import cursor, service_status, ward_event

WARD_FEED, FORM_VERSIONS = "ward-feed", "form-versions"


class ServiceStatus(NamedTuple):
    """A service's own word. The station's *state* is its lamp signal."""

    state: str
    error_code: str | None
    at: datetime


def report(
    connection: Connection, service: str, state: str, error_code: str | None, now: datetime
) -> None:
    """Replace what *service* said before."""
    row = {"state": state, "error_code": error_code, "at": now}
    connection.execute(
        insert(service_status)
        .values(service=service, **row)
        .on_conflict_do_update(index_elements=["service"], set_=row)
    )


def last_report(connection: Connection, service: str) -> ServiceStatus | None:
    """What *service* said last; None when it never ran."""
    row = connection.execute(
        select(service_status.c.state, service_status.c.error_code, service_status.c.at).where(
            service_status.c.service == service
        )
    ).one_or_none()
    return ServiceStatus(*row) if row else None


def recall(connection: Connection, name: str) -> str | None:
    """What was remembered under *name*: the ward feed's cursor, say."""
    return connection.scalar(select(cursor.c.value).where(cursor.c.name == name))


def remember(connection: Connection, name: str, value: str) -> None:
    """Keep *value* under *name*; replaces an older one."""
    connection.execute(
        insert(cursor)
        .values(name=name, value=value)
        .on_conflict_do_update(index_elements=["name"], set_={"value": value})
    )


def forget(connection: Connection, name: str) -> None:
    """Drop what was remembered; the ward's feed is then read from its start."""
    connection.execute(delete(cursor).where(cursor.c.name == name))


def add_events(connection: Connection, events: tuple[Event, ...], position: str) -> None:
    """Store a page of the ward's feed and where it ended, together. Safe to repeat."""
    for event in events:
        connection.execute(
            insert(ward_event)
            .values(
                seq=event.seq,
                dossier_id=event.dossier_id,
                at=event.at,
                state=event.state,
                message=canonical_json(event),
            )
            .on_conflict_do_nothing()
        )
    remember(connection, WARD_FEED, position)


def events_of(connection: Connection, dossier_id: str) -> list[Event]:
    """What the ward said about a dossier, oldest first."""
    rows = connection.scalars(
        select(ward_event.c.message)
        .where(ward_event.c.dossier_id == dossier_id)
        .order_by(ward_event.c.at, ward_event.c.seq)
    )
    return [Event.model_validate_json(message) for message in rows]


def ward_states(connection: Connection, dossier_ids: Sequence[str]) -> dict[str, WardState]:
    """Where the ward last said that each of these stands; those it said nothing of are left out."""
    rows = connection.execute(
        select(ward_event.c.dossier_id, ward_event.c.state)
        .where(ward_event.c.dossier_id.in_(dossier_ids))
        .order_by(ward_event.c.at, ward_event.c.seq)
    )
    return {row.dossier_id: WardState(row.state) for row in rows}  # the later one wins
