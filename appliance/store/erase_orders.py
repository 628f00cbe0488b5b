"""The ward's orders to erase, noted until the station has obeyed them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from appliance.store import status


def note(connection: Connection, dossier_ids: Iterable[str]) -> None:
    """Dossiers to be erased; in the transaction that moves the feed's cursor on."""
    before = noted(connection)
    new = [one for one in dict.fromkeys(dossier_ids) if one not in before]
    if new:
        status.remember(connection, status.ERASE_WANTED, json.dumps([*before, *new]))


def noted(connection: Connection) -> list[str]:
    """Dossiers to be erased, in the order they were noted."""
    told = status.recall(connection, status.ERASE_WANTED)
    return [str(one) for one in json.loads(told)] if told else []


def forget(connection: Connection, done: Sequence[str]) -> list[str]:
    """They are erased; returns those that are not."""
    left = [one for one in noted(connection) if one not in set(done)]
    status.remember(connection, status.ERASE_WANTED, json.dumps(left))
    return left


def want_all(connection: Connection, number: int) -> None:
    """Everything is to be erased."""
    status.remember(connection, status.ERASE_ALL_WANTED, str(number))


def all_wanted(connection: Connection) -> int | None:
    """The number of the order to erase everything, while it is not carried out."""
    told = status.recall(connection, status.ERASE_ALL_WANTED)
    return int(told) if told else None


def note_all_done(connection: Connection, number: int, now: datetime) -> None:
    """Everything is erased; the ward is told with the next heartbeat."""
    told = {"number": number, "at": now.isoformat()}
    status.remember(connection, status.ERASED_ALL, json.dumps(told))
    status.forget(connection, status.ERASE_ALL_WANTED)


def all_done(connection: Connection) -> int | None:
    """The number of the last order about everything that was carried out."""
    told = status.recall(connection, status.ERASED_ALL)
    return int(json.loads(told)["number"]) if told else None
