"""The ward's feed as it was read. What officers wrote themselves lies here encrypted or not at all.

The key is in memory only (see ``officers_words``), so that a stolen card tells states, dates and
codes; after a power cut the ward is asked for the words again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Integer, cast, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from appliance.core.dossiers.supplement import SupplementRequest, open_request
from appliance.core.wire.manifest import Event, WardState
from appliance.keys.canonical import canonical_json
from appliance.store.dossier.dossiers import set_columns
from appliance.store.dossier.outbox import brought_in_part, newest_answered
from appliance.store.schema.tables import ward_event

NO_KEY = "none"  # there were words, and nobody had a key to keep them under
_BY_NUMBER = cast(ward_event.c.seq, Integer)


class KeptWords(NamedTuple):
    """An officer's words as stored; *sealed* is None when they must be asked for again."""

    seq: str
    sealed: bytes | None
    key: str


def add_events(
    connection: Connection,
    events: Sequence[Event],
    words_key: str | None,
    seal: Callable[[bytes, str], bytes],
) -> None:
    """Store what the ward did. Safe to repeat; of two events of one number the later stands.

    (A ward that was restored from a backup gives numbers a second time.)
    """
    for event in events:
        bare, words = parted(event)
        row = {
            "dossier_id": event.dossier_id,
            "at": event.at,
            "state": event.state,
            "message": canonical_json(bare),
            "words": seal(words, words_key) if words and words_key else None,
            "words_key": (words_key or NO_KEY) if words else None,
        }
        connection.execute(
            insert(ward_event)
            .values(seq=event.seq, **row)
            .on_conflict_do_update(index_elements=["seq"], set_=row)
        )
        if event.national_code:  # where lists find it; what the office tells counts more
            set_columns(connection, event.dossier_id, national_code=event.national_code)
    note_what_is_asked(connection, {event.dossier_id for event in events})


def parted(event: Event) -> tuple[Event, bytes]:
    """An event without the words that somebody wrote freely, and those, as JSON or empty."""
    items = tuple(item.model_copy(update={"note_vi": None}) for item in event.items)
    bare = event.model_copy(update={"text_vi": None, "pickup": None, "items": items})
    has_words = event.text_vi or event.pickup or any(item.note_vi for item in event.items)
    return bare, canonical_json(event) if has_words else b""


def events_of(connection: Connection, dossier_id: str) -> list[Event]:
    """What the ward said about a dossier, in its order, without an officer's own words."""
    rows = connection.scalars(
        select(ward_event.c.message)
        .where(ward_event.c.dossier_id == dossier_id)
        .order_by(_BY_NUMBER)
    )
    return [Event.model_validate_json(message) for message in rows]


def words_of(connection: Connection, dossier_id: str) -> list[KeptWords]:
    """Where officers wrote something about a dossier."""
    rows = connection.execute(
        select(ward_event.c.seq, ward_event.c.words, ward_event.c.words_key)
        .where(ward_event.c.dossier_id == dossier_id, ward_event.c.words_key.is_not(None))
        .order_by(_BY_NUMBER)
    )
    return [KeptWords(*row) for row in rows]


def dossiers_without_words(connection: Connection, key: str, limit: int) -> list[str]:
    """Whose words lie under another key than *key*, those that were said last first."""
    rows = connection.execute(
        select(ward_event.c.dossier_id)
        .where(ward_event.c.words_key.is_not(None), ward_event.c.words_key != key)
        .order_by(ward_event.c.at.desc())
        .limit(limit)
    )
    return list(dict.fromkeys(row.dossier_id for row in rows))


def give_up_words(connection: Connection, dossier_id: str) -> None:
    """The ward has them no more, or never tells: they are asked for no longer."""
    connection.execute(
        update(ward_event)
        .where(ward_event.c.dossier_id == dossier_id)
        .values(words=None, words_key=None)
    )


def forget_events_behind(connection: Connection, position: str) -> None:
    """Drop what a ward that was restored from a backup knows nothing of."""
    unknown = int(position) < _BY_NUMBER
    whose = set(connection.scalars(select(ward_event.c.dossier_id).where(unknown)))
    connection.execute(delete(ward_event).where(unknown))
    note_what_is_asked(connection, whose)


def ward_states(connection: Connection, dossier_ids: Sequence[str]) -> dict[str, WardState]:
    """Where the ward last said that each of these stands; those it said nothing of are left out."""
    rows = connection.execute(
        select(ward_event.c.dossier_id, ward_event.c.state)
        .where(ward_event.c.dossier_id.in_(dossier_ids))
        .order_by(_BY_NUMBER)
    )
    return {row.dossier_id: WardState(row.state) for row in rows}  # the later one wins


def open_request_of(connection: Connection, dossier_id: str) -> SupplementRequest | None:
    """What the ward asked for and no sealed revision answers yet."""
    return open_request(
        events_of(connection, dossier_id),
        newest_answered(connection, dossier_id),
        brought_in_part(connection, dossier_id),
    )


def note_what_is_asked(connection: Connection, dossier_ids: Iterable[str]) -> None:
    """Bring the list's column up to date, in the transaction that added events or sealed."""
    for dossier_id in dossier_ids:
        asked = open_request_of(connection, dossier_id)
        set_columns(connection, dossier_id, ward_asks=asked.seq if asked else None)
