"""Erased means: the key is destroyed, the files are gone, and a dated line says so."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.core.dossiers.dossier import DossierState, Why
from appliance.core.errors import AlreadyScanning, BeingSent, DossierMovedOn
from appliance.desk.dossier import dossiers, phone_links
from appliance.desk.ending import erasing
from appliance.desk.pages import scanning
from appliance.desk.point import Point
from appliance.desk.sending import supplements
from appliance.desk.sending.delivery import Sending, deliver
from appliance.services import upkeep
from appliance.store.dossier import dossiers as dossier_rows
from appliance.store.dossier import outbox, pages
from appliance.store.people import audit
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import *
from tests.point.conftest import TellingClock, scan_into
from tests.point.test_point_supplement import arrive, ask_for
from tests.privacy.conftest import SLOT, key_names

GONE = (DossierState.ERASED, set(), set())


def left(point: Point, dossier_id: str) -> tuple[DossierState, set[str], set[str]]:
    """Where it stands, the page files on the card, the keys anywhere."""
    return dossiers.dossier_of(point, dossier_id).state, point.pages.names(), key_names(point)


def lines(point: Point, what: str) -> list[audit.Line]:
    with point.database.reading() as connection:
        return [line for line in audit.lines(connection) if line.what == what]


def test_a_draft_whose_citizen_changed_their_mind_is_gone_and_dated(
    point: Point, draft: str, helper: Volunteer, clock: TellingClock
) -> None:
    erasing.erase_draft(point, draft, Why.WITHDRAWN, helper.id)
    assert left(point, draft) == GONE
    one = dossiers.dossier_of(point, draft)
    assert (one.erased_at, one.erased_why) == (clock.now, "consent-withdrawn")
    (line,) = lines(point, "dossier.erased")
    assert (line.who, line.about, line.facts) == (helper.id, draft, {"why": "consent-withdrawn"})
    view = dossiers.look_at(point, draft)
    assert (dict(view.answers), view.pages, view.on_desk_slot) == ({}, (), None)


def test_another_dossier_on_the_desk_keeps_its_key_and_its_pages(
    point: Point, draft: str, helper: Volunteer
) -> None:
    other = dossiers.open_dossier(point, "khai-sinh", helper.id)
    scan_into(point, other, SLOT)
    erasing.erase_draft(point, draft, Why.NOT_NEEDED, helper.id)
    assert len(key_names(point)) == 1
    (page,) = dossiers.look_at(point, other).pages
    assert scanning.page_image(point, other, page.id, scanning.PageImage.MASTER)


def test_a_locked_draft_can_be_erased_by_who_cannot_read_it(
    point: Point, draft: str, helper: Volunteer
) -> None:
    shutil.rmtree(point.config.paths.runtime)  # the power was cut
    assert dossiers.look_at(point, draft).locked
    erasing.erase_draft(point, draft, Why.WITHDRAWN, helper.id)
    assert left(point, draft) == GONE


def test_a_phone_that_was_let_in_is_out(point: Point, draft: str, helper: Volunteer) -> None:
    phone_links.let_a_phone_in(point, draft, helper.id)
    erasing.erase_draft(point, draft, Why.WITHDRAWN, helper.id)
    link = phone_links.newest_link(point, draft)
    assert link is not None
    assert link.ended_at is not None


def test_while_paper_moves_nothing_is_erased(point: Point, draft: str, helper: Volunteer) -> None:
    dossiers.choose_slot(point, draft, SLOT)
    scanning.press(point, scanning.AskedBy.PANEL)
    with pytest.raises(AlreadyScanning):
        erasing.erase_draft(point, draft, Why.WITHDRAWN, helper.id)
    assert left(point, draft)[0] is DossierState.OPEN
    assert lines(point, "dossier.erased") == []


def test_erasing_twice_is_refused_and_harms_nothing(
    point: Point, draft: str, helper: Volunteer
) -> None:
    erasing.erase_draft(point, draft, Why.WITHDRAWN, helper.id)
    with pytest.raises(DossierMovedOn):
        erasing.erase_draft(point, draft, Why.NOT_NEEDED, helper.id)
    assert dossiers.dossier_of(point, draft).erased_why == "consent-withdrawn"
    with pytest.raises(DossierMovedOn):
        dossiers.save_answers(point, draft, {"child_name": "x"})


@pytest.mark.parametrize("finisher", ["station", "upkeep"])
def test_a_cut_between_row_and_files_is_made_good_by_the_next_start(
    point: Point, draft: str, helper: Volunteer, finisher: str
) -> None:
    with point.database.writing() as connection:  # the first half of erase_draft
        one = dossier_rows.get_dossier(connection, draft)
        erasing._move_off(point, connection, one, one.state, Why.WITHDRAWN, helper.id)
    assert left(point, draft) != GONE
    if finisher == "station":
        from appliance.desk.people import desk_keys
        from appliance.desk.sending import sealing

        sealing.finish_erasing(point)
        desk_keys.begin(point)
    else:
        assert upkeep.run(point).erased_dossiers == 1
    assert left(point, draft) == GONE
    with point.database.reading() as connection:
        assert pages.pages_of(connection, draft) == []


def test_a_sealed_dossier_taken_back_before_it_was_sent_leaves_no_sealed_byte(
    point: Point, sealed: str, helper: Volunteer
) -> None:
    folder = point.sealed_files(sealed).folder
    assert any(folder.iterdir())
    assert erasing.take_back(point, sealed, Why.WITHDRAWN, helper.id)
    assert not folder.exists()
    assert left(point, sealed) == GONE
    assert dossiers.dossier_of(point, sealed).follow_secret is None
    with point.database.reading() as connection:
        assert outbox.submission_of(connection, sealed) is None
        assert not outbox.has_due(connection, point.clock())


def test_what_is_on_the_line_is_not_taken_back_and_in_ten_minutes_it_is(
    point: Point, sealed: str, helper: Volunteer, clock: TellingClock
) -> None:
    assert Sending(point, "uploader-1").take() is not None
    with pytest.raises(BeingSent):
        erasing.take_back(point, sealed, Why.WITHDRAWN, helper.id)
    assert dossiers.dossier_of(point, sealed).state is DossierState.SEALED
    clock.pass_by(minutes=11)  # that uploader was killed
    surely = erasing.take_back(point, sealed, Why.WITHDRAWN, helper.id)
    assert not surely  # it was tried: the ward may have it, and the page says so


def test_a_delivered_dossier_is_no_longer_the_points_to_erase(
    point: Point, sealed: str, helper: Volunteer
) -> None:
    arrive(point, sealed)
    for attempt in (erasing.erase_draft, erasing.take_back):
        with pytest.raises(DossierMovedOn):
            attempt(point, sealed, Why.WITHDRAWN, helper.id)
    erasing.forget_codes(point, sealed, helper.id)
    one = dossiers.dossier_of(point, sealed)
    assert (one.state, one.follow_secret) == (DossierState.DELIVERED, None)
    with point.database.reading() as connection:
        assert outbox.receipt_of(connection, sealed) is not None  # the proof stays


def test_of_a_supplement_only_what_was_begun_here_goes(
    point: Point, sealed: str, helper: Volunteer
) -> None:
    arrive(point, sealed)
    ask_for(point, sealed, 1, (SLOT, None))
    supplements.begin(point, sealed, helper.id)
    scan_into(point, sealed, SLOT)
    erasing.erase_draft(point, sealed, Why.WITHDRAWN, helper.id)
    assert left(point, sealed) == (DossierState.DELIVERED, set(), set())
    view = dossiers.look_at(point, sealed)
    assert (view.dossier.revision, view.request is not None) == (1, True)  # the ward still waits
    assert len(lines(point, "supplement.erased")) == 1


def test_sealed_bytes_go_with_the_verified_receipt_and_not_before(
    point: Point, sealed: str, clock: TellingClock
) -> None:
    from appliance.core.errors import DestinationUnreachable
    from appliance.core.wire.manifest import Receipt

    class Ward:
        """Says no once, then gives a receipt."""

        answers = 0

        def send(self, manifest: object, body: bytes, files: dict[str, Path]) -> Receipt:
            self.answers += 1
            if self.answers == 1:
                raise DestinationUnreachable("no")
            return Receipt(
                dossier_id=sealed, code="BD-7K3M-94QX", received_at=clock.now,
                manifest_sha256="0" * 64, signature="checked elsewhere",
            )  # fmt: skip

    ward, folder = Ward(), point.sealed_files(sealed).folder
    for is_there in (True, False):
        held = Sending(point, "uploader-1").take()
        assert held is not None
        deliver(point, held, ward, lambda: 0.5)
        assert folder.exists() is is_there
        clock.pass_by(hours=1)


def test_sealed_files_of_an_erased_dossier_that_a_cut_left_are_removed_by_upkeep(
    point: Point, sealed: str, helper: Volunteer
) -> None:
    folder = point.sealed_files(sealed).folder
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    erasing.take_back(point, sealed, Why.WITHDRAWN, helper.id)
    kept.rename(folder)  # as if the files had outlived the row
    assert upkeep.run(point).files_set_aside == ()
    assert not folder.exists()


def test_a_key_in_memory_that_upkeep_could_not_reach_goes_with_the_stations_next_look(
    point: Point, draft: str, helper: Volunteer
) -> None:
    from appliance.services.drafts import Drafts

    memory = point.config.paths.runtime / "desk-keys"
    kept = {path: path.read_bytes() for path in memory.iterdir()}
    erasing.erase_draft(point, draft, Why.WITHDRAWN, helper.id)
    for path, content in kept.items():
        path.write_bytes(content)  # as if this process had not seen the runtime folder
    waiting = point.vault.short_lived_key()  # of a walk-up whose row is just being written
    Drafts(point).look_if_due()
    assert key_names(point) == {waiting}


# ── each kind of left-over by its own clock ──────────────────────────────────


def test_what_was_set_aside_is_erased_a_month_later_and_that_is_told(
    point: Point, clock: TellingClock
) -> None:
    from appliance.desk.keeping import set_aside

    aside = point.config.paths.state / "set-aside"
    (aside / "folder").mkdir(parents=True)
    (aside / "folder" / "x").write_bytes(b"cipher")
    (aside / "file").write_bytes(b"cipher")
    here = clock.now
    clock.now = here.fromtimestamp((aside / "file").stat().st_ctime, tz=here.tzinfo)
    clock.pass_by(days=29)
    assert set_aside.empty(point) == 0
    clock.pass_by(days=2)
    assert set_aside.empty(point) == 2
    assert list(aside.iterdir()) == []
    (line,) = lines(point, "set-aside.erased")
    assert line.facts == {"things": 2}


def test_nothing_is_erased_for_its_age_while_the_ward_says_the_clock_is_wrong(
    point: Point, draft: str, clock: TellingClock
) -> None:
    from appliance.desk.ending.draft_clock import look_after_drafts
    from appliance.desk.sending.feed import note_ward_clock

    truth = clock.now
    for _ in range(3):
        clock.pass_by(days=200)
        note_ward_clock(point, truth)
        assert look_after_drafts(point) == []
        assert dossiers.dossier_of(point, draft).warned_at is None
    note_ward_clock(point, clock.now - timedelta(hours=1))
    look_after_drafts(point)
    assert dossiers.dossier_of(point, draft).warned_at is not None
