"""What officers wrote to the citizen: kept encrypted, shown to people who are signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.core.wire.manifest import Event
from appliance.desk.point import Point
from appliance.store import status
from appliance.store.card.officers_words import OfficersWordsKey
from appliance.store.dossier import ward_events


@dataclass(frozen=True, slots=True)
class Told:
    """The ward's answers with its officers' words, as far as they can be read here and now."""

    events: tuple[Event, ...]
    words_are_coming: bool  # some are asked for again: the box was without power since


def publish_words_key(point: Point) -> None:
    """For the start of the page, which alone reads the words: now the uploader can keep them."""
    public = OfficersWordsKey(point.config.paths.runtime).make_ready()
    with point.database.writing() as connection:
        status.remember(connection, status.WORDS_KEY, public)


def with_words(point: Point, dossier_id: str, events: Sequence[Event]) -> Told:
    """*events* of a dossier, those with words opened."""
    with point.database.reading() as connection:
        kept = ward_events.words_of(connection, dossier_id)
    key = OfficersWordsKey(point.config.paths.runtime)
    opened = {one.seq: key.open(one.sealed) if one.sealed else None for one in kept}
    return Told(
        tuple(
            Event.model_validate_json(words) if (words := opened.get(event.seq)) else event
            for event in events
        ),
        words_are_coming=None in opened.values(),
    )
