"""A new release takes nothing in until the set-up has looked; what people put in stays."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from appliance.pretend.panel import ScreenPanel
from appliance.services.on_trial import wait_until_open
from appliance.setup.going_back import GoingBack
from appliance.setup.tables import shape
from appliance.trial import Trial, begin_anew, has_taken_in, note_taken_in
from tests.setup.test_setup_tables import notes, write

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, pathlib
from appliance.trial import Trial
with Trial(pathlib.Path(sys.argv[1])).held():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path / "trial")


def holder(trial: Trial) -> subprocess.Popen[str]:
    """A set-up that is at work."""
    words = [sys.executable, "-c", HOLDER, str(trial.mark)]
    pipe = subprocess.PIPE
    found = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
    assert found.stdout is not None
    assert found.stdout.readline() == "held\n"
    return found


def test_a_set_up_that_is_killed_opens_the_box_by_dying(trial):
    assert not trial.is_on
    setup = holder(trial)
    try:
        assert trial.is_on
        assert trial.is_on  # a look takes nothing away
    finally:
        setup.kill()
        setup.communicate()
    assert trial.mark.exists()
    assert not trial.is_on
    with trial.held():  # the next one
        assert trial.is_on
    assert not trial.is_on


def test_somebody_who_looks_never_keeps_the_set_up_from_its_lock_for_long(trial):
    trial.mark.touch()
    looked = threading.Event()

    def look() -> None:
        for _ in range(2000):
            _ = trial.is_on
        looked.set()

    looker = threading.Thread(target=look)
    looker.start()
    with trial.held():
        assert trial.is_on
    looker.join()
    assert looked.is_set()


def test_a_press_is_answered_with_wait_and_taken_by_nobody(trial):
    panel, stopping, over = ScreenPanel(), threading.Event(), threading.Event()
    beats = []

    def live() -> None:
        wait_until_open(stopping.is_set, lambda: beats.append(1), panel, trial)
        over.set()

    setup = holder(trial)
    service = threading.Thread(target=live)
    try:
        service.start()
        while not beats:
            over.wait(0.01)
        assert panel.frame().signal == "busy"
        assert panel.press()
        assert not over.is_set()
    finally:
        setup.communicate("")
        assert over.wait(30)
        service.join()
        panel.close()


def test_a_service_that_is_stopped_in_the_middle_of_it_ends(trial):
    with trial.held():
        wait_until_open(lambda: True, lambda: None, None, trial)


@pytest.fixture
def update(tmp_path: Path) -> GoingBack:
    """Written down by the set-up, its copy made, the new release has changed the shape."""
    database = tmp_path / "point.db"
    write(database, "0001", "giấy khai sinh")
    found = GoingBack("9.0.0-b", "0.1.0-a", {}, shape(database), tmp_path / "before", database)
    found.keep()
    note_taken_in(tmp_path)  # by the old release, long ago
    found.keep_tables()
    return found


def migrate(update: GoingBack, *notes: str) -> None:
    write(update.database, "0002", *notes)


def test_a_release_that_took_nothing_in_gives_way(update):
    migrate(update)
    assert update.leads_back()


def test_what_people_put_in_after_a_set_up_was_cut_does_not_go_back(update):
    migrate(update, "đơn vừa gõ")
    note_taken_in(update.database.parent)
    assert not update.leads_back()
    update.keep_tables()  # the set-up again: the first copy stays, and so does what is known
    assert not update.leads_back()
    assert notes(update.database) == ["giấy khai sinh", "đơn vừa gõ"]


def test_tables_of_the_same_shape_are_no_reason_to_stay(update):
    note_taken_in(update.database.parent)
    assert update.leads_back()


def test_without_its_copy_the_release_before_cannot_read_what_there_is(update):
    migrate(update)
    update.tables.forget()
    assert not update.leads_back()
    update.keep_tables()  # of the new shape now
    assert not update.leads_back()


def test_a_note_on_a_card_that_takes_nothing_stops_nobody(tmp_path):
    note_taken_in(tmp_path / "nowhere")
    assert not has_taken_in(tmp_path)
    begin_anew(tmp_path)
    note_taken_in(tmp_path)
    before = (tmp_path / "taken-in").stat().st_mtime_ns
    note_taken_in(tmp_path)
    assert (tmp_path / "taken-in").stat().st_mtime_ns == before  # once, not with each form
