"""Wrong PINs by the address they came from, whatever name they were tried on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from appliance.store.people.volunteers import LONGEST_REST, rest_of
from appliance.store.schema.tables import tried_address

FREE_TRIES = 10  # a desk of three volunteers mistypes more often than one person does
FORGOTTEN_AFTER = timedelta(hours=12)  # since the last wrong one


def rests_for(connection: Connection, address: str, now: datetime) -> int | None:
    """For how many seconds nobody may try from there; None: now is right."""
    until = connection.scalar(
        select(tried_address.c.rests_until).where(tried_address.c.address == address)
    )
    if until is None or not now < until <= now + LONGEST_REST:  # further ahead: a clock jump
        return None
    return int((until - now).total_seconds()) + 1


def note_wrong(connection: Connection, address: str, now: datetime) -> None:
    """One more wrong PIN came from there."""
    connection.execute(delete(tried_address).where(tried_address.c.last_at < now - FORGOTTEN_AFTER))
    before = connection.scalar(
        select(tried_address.c.wrong_pins).where(tried_address.c.address == address)
    )
    wrong = (before or 0) + 1
    rest = rest_of(wrong, FREE_TRIES)
    columns = {"wrong_pins": wrong, "last_at": now, "rests_until": rest and now + rest}
    if before is None:
        connection.execute(insert(tried_address).values(address=address, **columns))
    else:
        connection.execute(
            update(tried_address).where(tried_address.c.address == address).values(**columns)
        )


def forget(connection: Connection, address: str) -> None:
    """Somebody who may came in from there."""
    connection.execute(delete(tried_address).where(tried_address.c.address == address))
