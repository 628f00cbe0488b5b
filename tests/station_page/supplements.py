"""A dossier that the ward has and asks more of, as the desk's page comes to hear of it."""

from __future__ import annotations

import pytest

from appliance.core.wire.manifest import Event, EventType, WardState
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.desk.sending.words import publish_words_key
from appliance.imaging.child.main import cleaned
from appliance.keys import age
from appliance.pretend.sample_answers import sample_answers
from appliance.store import status
from appliance.store.dossier import outbox, ward_events
from appliance.store.people.volunteers import Volunteer
from tests.station_page.conftest import Browser, Clock, Tray, id_of, receipt_for

SLOT, OTHER = "giay_chung_sinh", "uy_quyen"
WORDS = "Bác <b>Hoa</b> quét lại giúp trang 2."


@pytest.fixture
def delivered(
    browser: Browser, dossier: str, tray: Tray, point: Point, lan: Volunteer, clock: Clock
) -> str:
    """The path of a dossier of three pages that the ward has."""
    publish_words_key(point)
    tray.press(pages=3)
    dossier_id = id_of(dossier)
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    sealing.ask_to_seal(point, dossier_id, lan.id, consented=True)
    sealing.grant_next(point, cleaned)
    arrive(point, dossier_id, clock)
    return dossier


def arrive(point: Point, dossier_id: str, clock: Clock) -> None:
    with point.database.writing() as connection:
        sent = outbox.submission_of(connection, dossier_id)
        assert sent is not None
        outbox.mark_delivered(connection, sent, receipt_for(sent, clock.now))


def say(point: Point, clock: Clock, path: str, seq: int, state: WardState, **told: object) -> None:
    asks = state is WardState.SUPPLEMENT_REQUESTED
    event = Event(
        seq=str(seq),
        dossier_id=id_of(path),
        at=clock.now,
        type=EventType.SUPPLEMENT_REQUESTED if asks else EventType.STATE_CHANGED,
        state=state,
        **told,
    )
    with point.database.writing() as connection:
        key = status.recall(connection, status.WORDS_KEY)
        ward_events.add_events(connection, [event], key, lambda words, to: age.seal(words, [to]))
