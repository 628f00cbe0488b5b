"""What the ward answers is read at the point, as the officer wrote it."""

from __future__ import annotations

import pytest

from appliance.core.wire.manifest import Event, EventType, SupplementItem, WardState
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


@pytest.fixture
def delivered(
    browser: Browser, dossier: str, tray: Tray, point: Point, lan: Volunteer, clock: Clock
) -> str:
    """The path of a dossier that the ward has."""
    publish_words_key(point)  # as the web service does when it starts
    tray.press()
    dossier_id = id_of(dossier)
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    sealing.ask_to_seal(point, dossier_id, lan.id, consented=True)
    sealing.grant_next(point, cleaned)
    with point.database.writing() as connection:
        sent = outbox.submission_of(connection, dossier_id)
        assert sent is not None
        outbox.mark_delivered(connection, sent, receipt_for(sent, clock.now))
    return dossier


def answer(
    point: Point, clock: Clock, path: str, seq: str, state: WardState, **told: object
) -> None:
    kind = EventType.STATE_CHANGED
    event = Event(seq=seq, dossier_id=id_of(path), at=clock.now, type=kind, state=state, **told)
    with point.database.writing() as connection:
        key = status.recall(connection, status.WORDS_KEY)
        ward_events.add_events(connection, (event,), key, lambda words, to: age.seal(words, [to]))


def test_a_request_for_more_is_read_as_the_officer_wrote_it(
    browser: Browser, delivered: str, point: Point, clock: Clock
) -> None:
    asked = SupplementItem(what="paper", ref="giay_chung_sinh", problem="unreadable")
    answer(
        point,
        clock,
        delivered,
        "1",
        WardState.SUPPLEMENT_REQUESTED,
        text_vi="Bác quét lại giúp trang 2,\n<b>chữ ký</b> bị mờ.",
        items=(asked,),
    )
    text = browser.get(f"{delivered}/delivery").text
    assert "Bác quét lại giúp trang 2,\n&lt;b&gt;chữ ký&lt;/b&gt; bị mờ." in text
    assert "Giấy chứng sinh: mờ, không đọc được" in text
    assert "Báo người dân và đọc lời dặn dưới đây." in text


def test_the_first_screen_tells_what_the_ward_answered_last(
    browser: Browser, delivered: str, point: Point, clock: Clock
) -> None:
    assert "Phường đã nhận" in browser.get("/now").text
    answer(point, clock, delivered, "1", WardState.ACCEPTED)
    clock.pass_by(minutes=5)
    answer(point, clock, delivered, "2", WardState.SUPPLEMENT_REQUESTED, text_vi="Thiếu trang 2.")
    text = browser.get("/now").text
    assert "Phường đề nghị bổ sung" in text
    assert "Phường đã tiếp nhận giải quyết" not in text
    assert "Thiếu trang 2." not in text  # the words stand on the dossier's own page alone


def test_nobody_reads_an_answer_without_signing_in(
    stranger: Browser, delivered: str, point: Point, clock: Clock
) -> None:
    answer(point, clock, delivered, "1", WardState.REFUSED, text_vi="Chưa đúng nơi cư trú.")
    for path in (f"{delivered}/delivery", f"{delivered}/delivery/now"):
        refused = stranger.get(path)
        assert refused.status_code in (302, 303, 401)
        assert "cư trú" not in refused.text
