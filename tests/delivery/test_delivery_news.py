"""What the office says is heard at once, and nothing waits behind the question."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.core.dossiers.dossier import DossierState
from appliance.core.wire.manifest import EventPage, Manifest, WardState
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing
from appliance.desk.sending.feed import (
    CLOCK_TOLERANCE,
    CLOCK_WORD_FOR,
    clock_agrees_with_ward,
    note_ward_clock,
    read_feed,
    ward_clock,
)
from appliance.desk.sending.status import UPLOADER
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.services.uploader import Uploader
from appliance.store import status
from appliance.store.dossier import outbox, ward_events
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.delivery.strict_ward import BASE
from tests.delivery.ward_process import WardProcess, wait_until
from tests.point.conftest import *
from tests.point.conftest import TellingClock, scan_into
from tests.point.test_point_outbox import event
from tests.quickly import LIGHT_PIN, lay_tables
from tests.ward.officer import Officer


@pytest.fixture
def our_ward(tmp_path: Path) -> Iterator[WardProcess]:
    ward = WardProcess(tmp_path / "ward", "--min-version", "99.0.0")
    yield ward
    ward.kill()


@pytest.fixture
def boxed(our_ward: WardProcess, config: Config, tmp_path: Path) -> Iterator[Point]:
    """A point of that ward, with a clock that runs."""
    token = tmp_path / "token"
    token.write_text(str(our_ward.made.token))
    ward = config.ward.model_copy(
        update={
            "url": f"http://127.0.0.1:{our_ward.port}{BASE}",
            "recipient": our_ward.made.recipient,
            "verify_key": our_ward.made.verify_key,
            "token_file": token,
        }
    )
    opened = open_point(config.model_copy(update={"ward": ward}))
    lay_tables(opened.database)
    yield opened
    opened.database.close()


@pytest.fixture
def sealed_here(boxed: Point) -> str:
    with boxed.database.writing() as connection:
        person = add_volunteer(
            connection, "Lan", "246810", Role.VOLUNTEER, boxed.clock(), LIGHT_PIN
        )
    opened = dossiers.open_dossier(boxed, "khai-sinh", person.id)
    dossiers.save_answers(boxed, opened, sample_answers("khai-sinh", boxed.today()))
    scan_into(boxed, opened, "giay_chung_sinh")
    sealing.ask_to_seal(boxed, opened, person.id, consented=True)
    sealing.grant_next(boxed, cleaned)
    return opened


@pytest.fixture
def uploader(boxed: Point) -> Iterator[threading.Thread]:
    stop = threading.Event()
    thread = threading.Thread(target=Uploader(boxed).run, args=(stop.is_set, lambda: None))
    thread.start()
    yield thread
    stop.set()
    thread.join(10)
    assert not thread.is_alive()  # a question that is still out holds up no stop


@pytest.mark.timeout(180)
def test_a_running_uploader_sends_while_it_listens_and_hears_before_its_next_look(
    our_ward: WardProcess, boxed: Point, sealed_here: str, uploader: threading.Thread
) -> None:
    def delivered() -> bool:
        return dossiers.look_at(boxed, sealed_here).dossier.state is DossierState.DELIVERED

    wait_until(delivered, 60)  # the question was out before: it is the first thing asked
    officer = Officer(f"http://127.0.0.1:{our_ward.port}")
    officer.sign_in(our_ward.made.officer, str(our_ward.made.password))
    officer.answer(sealed_here, "supplement", text="Giấy bị mờ.")
    wait_until(lambda: dossiers.look_at(boxed, sealed_here).request is not None, 15)

    told = ward_clock(boxed)
    assert told is not None
    assert abs(told.ahead) < CLOCK_TOLERANCE
    with boxed.database.reading() as connection:
        assert status.recall(connection, status.WARD_FEED) is not None


@pytest.mark.timeout(120)
def test_a_delivery_is_the_newest_sign_of_life_of_the_line(
    boxed: Point,
    sealed_here: str,
    clock: TellingClock,
) -> None:
    here = replace(boxed, clock=clock)
    sending = Uploader(here)
    sending._hear(None)  # the line was well a quarter of an hour ago
    clock.pass_by(minutes=15)
    assert sending.send_one()
    with boxed.database.reading() as connection:
        report = status.last_report(connection, UPLOADER)
    assert report is not None
    assert (report.error_code, report.at) == (None, clock())


@pytest.mark.timeout(120)
def test_a_box_too_old_for_the_ward_says_so_and_goes_on_sending(
    boxed: Point, sealed_here: str, uploader: threading.Thread
) -> None:
    seen: set[str | None] = set()
    states: set[str] = set()

    def told() -> bool:
        with boxed.database.reading() as connection:
            report = status.last_report(connection, UPLOADER)
            seen.add(report.error_code if report else None)
            sent = outbox.submission_of(connection, sealed_here)
            states.add(sent.state if sent else "none")
            return "software-too-old" in seen and "delivered" in states

    wait_until(told, 60)
    assert "software-too-old" in seen
    assert "delivered" in states


def test_the_wards_time_vouches_for_this_clock_for_an_hour(
    point: Point, clock: TellingClock
) -> None:
    assert not clock_agrees_with_ward(point)
    note_ward_clock(point, clock() + timedelta(seconds=30))
    assert clock_agrees_with_ward(point)
    clock.pass_by(seconds=CLOCK_WORD_FOR.total_seconds() + 1)
    assert not clock_agrees_with_ward(point)
    note_ward_clock(point, clock() + timedelta(days=400))  # a Pi that woke up in another year
    heard = ward_clock(point)
    assert heard is not None
    assert heard.ahead == -timedelta(days=400)
    assert not clock_agrees_with_ward(point)


def test_a_manifest_says_that_its_clock_was_confirmed(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    note_ward_clock(point, point.clock())
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, "giay_chung_sinh")
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    sealing.grant_next(point, cleaned)
    with point.database.reading() as connection:
        sent = outbox.submission_of(connection, dossier_id)
    assert sent is not None
    assert Manifest.model_validate_json(sent.body).clock_trusted


def test_a_ward_restored_from_a_backup_is_believed_anew(point: Point, dossier_id: str) -> None:
    def feed(*pages: EventPage | None) -> None:
        answers = list(pages)
        read_feed(point, lambda after: answers.pop(0))

    def page(*seqs: int) -> EventPage:
        return EventPage(
            items=tuple(event(str(seq), dossier_id) for seq in seqs), next=str(seqs[-1])
        )

    feed(page(*range(8, 13)), EventPage(items=(), next="12"))
    seen = [one.seq for one in dossiers.look_at(point, dossier_id).events]
    assert seen == ["8", "9", "10", "11", "12"]  # by number, not by letter
    again = page(8, 9)
    changed = again.items[1].model_copy(update={"state": WardState.REFUSED})
    restored = EventPage(items=(again.items[0], changed), next="9")
    feed(None, restored, EventPage(items=(), next="9"))
    told = [(one.seq, one.state) for one in dossiers.look_at(point, dossier_id).events]
    assert told == [("8", WardState.ACCEPTED), ("9", WardState.REFUSED)]
    with point.database.reading() as connection:
        assert status.recall(connection, status.WARD_FEED) == "9"
        assert ward_events.ward_states(connection, [dossier_id]) == {dossier_id: WardState.REFUSED}
