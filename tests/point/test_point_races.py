"""Two at once, a disk that fills, a fault of our own: nobody's paper is left, lost or stuck."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import SubmissionState
from appliance.core.errors import DiskFull, DossierUnknown, NotReadyToSeal, Unexpected
from appliance.core.wire.manifest import EventPage, Manifest, Receipt
from appliance.desk.dossier import dossiers
from appliance.desk.pages import cleaning, page_edits, scanning
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing
from appliance.desk.sending.delivery import deliver
from appliance.desk.sending.feed import read_feed
from appliance.desk.sending.status import UPLOADER
from appliance.imaging.child.main import cleaned
from appliance.imaging.child.wire import CleanOrder
from appliance.pretend.sample_answers import sample_answers
from appliance.services import upkeep
from appliance.services.uploader import Uploader
from appliance.store import status
from appliance.store.card.page_files import PageFiles
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import TellingClock, WardKeys, jpeg, lay_page, scan_into
from tests.point.test_point_outbox import PretendWard, event, take

SLOT = "giay_chung_sinh"
CLEAN = cleaned(jpeg(), CleanOrder(75))


class BusyFiles(PageFiles):
    """Page files beside which something else happens at the worst moment."""

    def __init__(self, folder: Path, meanwhile: Callable[[], object]) -> None:
        super().__init__(folder)
        self._meanwhile: Callable[[], object] | None = meanwhile

    def save(self, content: bytes) -> str:
        name = super().save(content)
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile:
            meanwhile()
        return name


@pytest.fixture
def complete(point: Point, dossier_id: str) -> str:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, SLOT)
    return dossier_id


def seal(point: Point, dossier_id: str, helper: Volunteer) -> None:
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    assert sealing.grant_next(point, cleaned) == dossier_id


def test_a_preview_that_comes_after_the_seal_leaves_nothing_on_the_card(
    point: Point, complete: str, helper: Volunteer
) -> None:
    busy = BusyFiles(point.pages.folder, lambda: seal(point, complete, helper))
    work = cleaning.next_work(point)
    assert work is not None
    with pytest.raises(DossierUnknown):
        cleaning.save_cleaned(replace(point, pages=busy), work, CLEAN)
    assert not point.pages.names()


def test_a_preview_noted_while_the_pages_are_erased_is_erased_too(
    point: Point, complete: str, helper: Volunteer
) -> None:
    work = cleaning.next_work(point)
    assert work is not None
    threads: list[threading.Thread] = []

    class Folder(PageFiles):
        def remove(self, name: str) -> None:
            super().remove(name)
            if not threads:
                threads.append(threading.Thread(target=clean))
                threads[0].start()
                threads[0].join(0.5)  # under the write lock it waits for the end of the erasing

    def clean() -> None:
        with pytest.raises(DossierUnknown):
            cleaning.save_cleaned(point, work, CLEAN)

    erasing = replace(point, pages=Folder(point.pages.folder))
    seal(erasing, complete, helper)
    threads[0].join(30)
    assert not point.pages.names()


def test_erased_pages_stay_erased_through_a_power_cut_before_their_rows_go(
    point: Point, complete: str, helper: Volunteer
) -> None:
    seen: list[tuple[int, int]] = []

    class Folder(PageFiles):
        def sync(self) -> None:
            super().sync()
            with point.database.reading() as connection:
                rows = len(dossiers.pages.pages_of(connection, complete))
            seen.append((len(self.names()), rows))

    seal(replace(point, pages=Folder(point.pages.folder)), complete, helper)
    assert seen == [(0, 1)]  # all files gone for good while the row still names them


def test_a_page_whose_row_finds_no_room_leaves_no_file_behind(
    point: Point, dossier_id: str
) -> None:
    dossiers.choose_slot(point, dossier_id, SLOT)
    request = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, request)
    fill_database(point)
    place = scanning.scan_requests.OnDesk(dossier_id, SLOT)
    with pytest.raises(DiskFull):
        for number in range(1, 200):
            scanning.save_page(point, request, place, lay_page(point.spool, number))
    rows = {page.master for page in dossiers.look_at(point, dossier_id).pages}
    assert point.pages.names() == rows


def fill_database(point: Point) -> None:
    """SQLite refuses to grow, as it does on a full card; every pooled connection shares it."""
    engine = point.database._engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


def test_a_paper_taken_out_on_another_screen_at_the_last_moment_stops_the_seal(
    point: Point, complete: str, helper: Volunteer
) -> None:
    (page,) = dossiers.look_at(point, complete).pages
    looked = threading.Event()
    outcome: list[object] = []

    class SlowClock:
        """Asked once the page was judged complete by the old way: then the other screen acts."""

        def __call__(self) -> object:
            if not looked.is_set():
                looked.set()
                page_edits.remove_page(point, page.id)
            return point.clock()

    slow = replace(point, clock=SlowClock())  # type: ignore[arg-type]
    try:
        sealing.ask_to_seal(slow, complete, helper.id, consented=True)
    except NotReadyToSeal as error:
        outcome.append(error)
    view = dossiers.look_at(point, complete)
    assert outcome or view.pages, "sealing began without its required paper"
    assert view.dossier.state is DossierState.OPEN


class FaultyWard(PretendWard):
    """Trips over our own code with the first dossier."""

    def send(self, manifest: Manifest, body: bytes, files: dict[str, Path]) -> Receipt:
        raise KeyError("a fault of ours")


def test_a_dossier_that_trips_over_our_own_code_rests_and_stops_nobody(
    point: Point, complete: str, helper: Volunteer, ward_keys: WardKeys, clock: TellingClock
) -> None:
    seal(point, complete, helper)
    taken = take(point)
    assert taken is not None
    error = deliver(point, taken, FaultyWard(ward_keys), random=lambda: 0.0)
    assert isinstance(error, Unexpected)
    with point.database.reading() as connection:
        (resting,) = outbox.list_outbox(connection)
    assert (resting.state, resting.error_code) == (SubmissionState.WAITING, "unexpected")
    assert take(point) is None
    clock.pass_by(minutes=16)
    taken = take(point)
    assert taken is not None
    assert deliver(point, taken, PretendWard(ward_keys), random=lambda: 0.0) is None


def test_a_feed_that_stands_still_is_not_read_for_ever(point: Point, complete: str) -> None:
    page = EventPage(items=(event("1", complete),), next="1")
    asked: list[str | None] = []

    def ask(after: str | None) -> EventPage:
        asked.append(after)
        assert len(asked) < 10
        return page

    read_feed(point, ask)
    assert asked == [None, "1"]


def test_an_uploader_that_cannot_write_goes_on_and_is_well_again(
    config: Config, point: Point, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("a-token-of-this-test")
    told = config.model_copy(update={"ward": config.ward.model_copy(update={"token_file": token})})
    own = open_point(told)
    stop = threading.Event()
    rename(point, "service_status", "hidden")
    thread = threading.Thread(target=Uploader(own).run, args=(stop.is_set, lambda: None))
    thread.start()
    try:
        thread.join(1.0)
        assert thread.is_alive()
        rename(point, "hidden", "service_status")
        deadline = time.monotonic() + 60
        while uploader_says(point) is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert uploader_says(point) == "destination-unreachable"
    finally:
        stop.set()
        thread.join(30)
        own.database.close()


def rename(point: Point, old: str, new: str) -> None:
    with point.database.writing() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")


def uploader_says(point: Point) -> str | None:
    with point.database.reading() as connection:
        said = status.last_report(connection, UPLOADER)
    return said.error_code if said else None


def test_upkeep_clears_a_delivered_dossier_whatever_a_cut_left_in_its_folder(
    point: Point, complete: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    seal(point, complete, helper)
    taken = take(point)
    assert taken is not None
    deliver(point, taken, PretendWard(ward_keys), random=lambda: 0.0)
    folder = point.sealed_files(complete).folder
    folder.mkdir()
    (folder / ".new-0123").write_bytes(b"half a file")
    upkeep.run(point)
    assert not folder.exists()
