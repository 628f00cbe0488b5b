"""What each service last said of itself, and what services note for each other."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from appliance.store.schema.tables import cursor, service_status

WARD_FEED = "ward-feed"  # how far the ward's feed was read
FORM_VERSIONS = "form-versions"
WORDS_KEY = "officers-words-key"  # the public half, as the page made it
WARD_KEY = "ward-key"  # a newer one than the configuration's, as the ward announced it
ERASE_WANTED = "erase-wanted"  # JSON, ids of dossiers that the ward ordered to be erased
ERASE_ALL_WANTED = "erase-all-wanted"  # the number of the ward's order
ERASED_ALL = "erased-all"  # the last one that was carried out, and when
EXAMINED = "examined"  # JSON: what the station's doctor found last, and when
CLOCK_SEEN = "clock-seen"  # JSON: what upkeep read last, and since when it goes on without a jump
TRAIL_BEGINS = "trail-begins"  # the last line that is no longer kept, as a Head
COPY_WANTED = "copy-wanted"  # the diary's page at which something changed that both copies need
NOTES_OWED = "notes-owed"  # JSON, what goes beside the database as soon as it is committed
PLACE_NOW = "place-now"  # the key of the place where the box stands; none: the point itself
VISITS_SETTLED = "visits-settled"  # the day before which visits are counts only
WARD_CLOCK = "ward-clock"  # by how much the ward's clock differed, and when that was heard


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
