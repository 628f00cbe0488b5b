"""A request for better papers becomes exactly one more revision, of exactly those papers."""

from __future__ import annotations

import json

import pytest

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import SubmissionState, revision_id
from appliance.core.errors import (
    DossierMovedOn,
    DossierUnknown,
    NotReadyToSeal,
    SupplementNotWanted,
)
from appliance.core.wire.manifest import (
    Manifest,
    Receipt,
    WardState,
)
from appliance.desk.dossier import dossiers
from appliance.desk.pages import page_moves
from appliance.desk.point import Point
from appliance.desk.sending import sealing, supplements
from appliance.desk.sending.delivery import deliver
from appliance.keys.canonical import canonical_json, sha256_hex
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import WardKeys, scan_into
from tests.point.supplements import (
    OTHER,
    SLOT,
    arrive,
    ask_for,
    contents_of,
    delivered,
    papers,
    say,
    seal,
)

__all__ = ["delivered"]  # the dossier that the ward has


def test_only_the_paper_that_was_asked_for_makes_the_second_revision(
    point: Point, delivered: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    ask_for(point, delivered, 7, (SLOT, None))
    assert [one.id for one in dossiers.asked_by_ward(point)] == [delivered]
    supplements.begin(point, delivered, 1)
    view = dossiers.look_at(point, delivered)
    assert [slot.key for slot in view.slots] == [SLOT]
    assert view.on_desk_slot == SLOT  # the next press goes there
    scan_into(point, delivered, SLOT, count=2)
    manifest = seal(point, delivered, helper)
    assert (manifest.revision, manifest.answers_request) == (2, "7")
    assert manifest.follow is None
    assert papers(manifest) == [(SLOT, 1, None)]
    contents = contents_of(point, manifest, ward_keys)
    assert (contents.revision, contents.answers, contents.sections) == (2, {}, ())
    assert "bổ sung" in (contents.consent_text or "")
    assert dossiers.asked_by_ward(point) == []
    arrive(point, delivered)
    view = dossiers.look_at(point, delivered)
    assert view.dossier.state is DossierState.DELIVERED
    assert not view.pages
    with point.database.reading() as connection:
        sent = outbox.submissions_of(connection, delivered)
    assert [one.id for one in sent] == [delivered, revision_id(delivered, 2)]


def test_two_named_pages_travel_alone_and_take_those_pages_places(
    point: Point, delivered: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    ask_for(point, delivered, 7, (SLOT, 3), (SLOT, 1))
    supplements.begin(point, delivered, 1)
    scan_into(point, delivered, SLOT, count=1)
    view = dossiers.look_at(point, delivered)
    assert [slot.key for slot in supplements.unfit_slots(view)] == [SLOT]
    with pytest.raises(NotReadyToSeal):
        sealing.ask_to_seal(point, delivered, helper.id, consented=True)
    scan_into(point, delivered, SLOT, count=1)
    manifest = seal(point, delivered, helper)
    assert papers(manifest) == [(SLOT, 1, 1), (SLOT, 1, 3)]
    titles = [file.title for file in contents_of(point, manifest, ward_keys).files]
    assert [title.rpartition(" (")[2] for title in titles] == ["trang 1)", "trang 3)"]


def test_a_volunteer_may_send_the_whole_paper_where_one_page_is_asked_for(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    ask_for(point, delivered, 7, (SLOT, 2))
    supplements.begin(point, delivered, 1)
    scan_into(point, delivered, SLOT, count=3)
    supplements.send_whole(point, delivered, SLOT, whole=True)
    manifest = seal(point, delivered, helper)
    assert papers(manifest) == [(SLOT, 1, None)]
    assert manifest.files[0].pages == 3


def test_a_third_revision_names_what_the_second_brought(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    ask_for(point, delivered, 7, (SLOT, None))
    supplements.begin(point, delivered, 1)
    scan_into(point, delivered, SLOT, count=1)
    seal(point, delivered, helper)
    arrive(point, delivered)
    say(point, delivered, 8, WardState.RECEIVED)
    ask_for(point, delivered, 9, (SLOT, None), (OTHER, None))
    supplements.begin(point, delivered, 1)
    assert supplements.pages_at_ward(supplements.earlier_manifests(point, delivered))[SLOT] == 1
    scan_into(point, delivered, SLOT)
    scan_into(point, delivered, OTHER)
    manifest = seal(point, delivered, helper)
    assert (manifest.revision, manifest.answers_request) == (3, "9")
    assert sorted(papers(manifest)) == [(SLOT, 2, None), (OTHER, 1, None)]


def test_a_paper_the_ward_never_had_replaces_nothing(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    wanted = next(
        slot.key for slot in dossiers.look_at(point, delivered).procedure.slots
        if slot.key not in (SLOT, OTHER)
    )  # fmt: skip
    ask_for(point, delivered, 7, (wanted, None))
    supplements.begin(point, delivered, 1)
    scan_into(point, delivered, wanted)
    assert papers(seal(point, delivered, helper)) == [(wanted, None, None)]


def test_other_papers_are_closed_and_answers_stay_at_the_ward(point: Point, delivered: str) -> None:
    ask_for(point, delivered, 7, (SLOT, None))
    supplements.begin(point, delivered, 1)
    with pytest.raises(DossierUnknown):
        dossiers.choose_slot(point, delivered, OTHER)
    [page] = scan_into(point, delivered, SLOT)
    with pytest.raises(DossierUnknown):
        page_moves.move_page(point, page, OTHER)
    with pytest.raises(DossierMovedOn):
        dossiers.save_answers(point, delivered, {"child_name": "Người khác"})
    assert dossiers.look_at(point, delivered).answers == {}


def test_a_request_in_words_only_opens_every_paper(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    ask_for(point, delivered, 7)
    supplements.begin(point, delivered, 1)
    with pytest.raises(NotReadyToSeal):
        sealing.ask_to_seal(point, delivered, helper.id, consented=True)
    scan_into(point, delivered, OTHER)
    assert papers(seal(point, delivered, helper)) == [(OTHER, 1, None)]


def test_what_is_asked_for_while_it_is_made_joins_it(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    ask_for(point, delivered, 7, (SLOT, None))
    supplements.begin(point, delivered, 1)
    scan_into(point, delivered, SLOT)
    ask_for(point, delivered, 8, (OTHER, None))
    with pytest.raises(NotReadyToSeal):
        sealing.ask_to_seal(point, delivered, helper.id, consented=True)
    scan_into(point, delivered, OTHER)
    manifest = seal(point, delivered, helper)
    assert manifest.answers_request == "8"
    assert {slot for slot, _, _ in papers(manifest)} == {SLOT, OTHER}


def test_what_is_asked_for_after_its_seal_waits_for_the_next_one(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    ask_for(point, delivered, 7, (SLOT, None))
    supplements.begin(point, delivered, 1)
    scan_into(point, delivered, SLOT)
    seal(point, delivered, helper)
    ask_for(point, delivered, 8, (OTHER, None))
    with pytest.raises(DossierMovedOn):  # the second is still on its way
        supplements.begin(point, delivered, 1)
    arrive(point, delivered)
    say(point, delivered, 9, WardState.SUPPLEMENT_REQUESTED)  # as the ward tells that it is in
    supplements.begin(point, delivered, 1)
    view = dossiers.look_at(point, delivered)
    assert view.dossier.revision == 3
    assert [slot.key for slot in view.slots] == [OTHER]


def test_a_ward_that_went_on_is_sent_nothing_it_does_not_want(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    with pytest.raises(SupplementNotWanted):
        supplements.begin(point, delivered, 1)
    ask_for(point, delivered, 7, (SLOT, None))
    supplements.begin(point, delivered, 1)
    scan_into(point, delivered, SLOT)
    say(point, delivered, 8, WardState.ACCEPTED)
    with pytest.raises(SupplementNotWanted):
        sealing.ask_to_seal(point, delivered, helper.id, consented=True)
    supplements.give_up(point, delivered)
    sealing.erase_pages(point, delivered)
    view = dossiers.look_at(point, delivered)
    assert (view.dossier.state, view.dossier.revision) == (DossierState.DELIVERED, 1)
    assert point.pages.names() == set()


def test_what_was_given_up_does_not_come_back_though_a_crash_came_before_its_erasing(
    point: Point, delivered: str
) -> None:
    ask_for(point, delivered, 7, (SLOT, None))
    supplements.begin(point, delivered, 1)
    scan_into(point, delivered, SLOT)
    supplements.give_up(point, delivered)  # and here the page's process died
    supplements.begin(point, delivered, 1)
    assert dossiers.look_at(point, delivered).pages == ()
    assert point.pages.names() == set()


def test_the_files_of_a_supplement_that_is_being_sealed_are_nobody_s_strays(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    ask_for(point, delivered, 7, (SLOT, None))
    supplements.begin(point, delivered, helper.id)
    scan_into(point, delivered, SLOT)
    sealing.ask_to_seal(point, delivered, helper.id, consented=True)
    with point.database.reading() as connection:
        assert revision_id(delivered, 2) in outbox.known_ids(connection)


class UnwillingWard:
    """Took the paper in at its own counter meanwhile."""

    name = "ward"

    def send(self, manifest: Manifest, body: bytes, files: object) -> Receipt:
        raise SupplementNotWanted("409")


def test_a_sealed_supplement_the_ward_refuses_is_taken_back_by_a_person(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    ask_for(point, delivered, 7, (SLOT, None))
    supplements.begin(point, delivered, 1)
    scan_into(point, delivered, SLOT)
    seal(point, delivered, helper)
    with pytest.raises(DossierMovedOn):  # nothing was refused yet
        supplements.withdraw(point, delivered)
    with point.database.writing() as connection:
        taken = outbox.take_next(connection, "test", point.clock())
    assert taken is not None
    deliver(point, taken, UnwillingWard(), random=lambda: 0.5)
    view = dossiers.look_at(point, delivered)
    assert view.submission is not None
    assert view.submission.state is SubmissionState.NEEDS_PERSON
    supplements.withdraw(point, delivered)
    view = dossiers.look_at(point, delivered)
    assert (view.dossier.state, view.dossier.revision) == (DossierState.DELIVERED, 1)
    assert not point.sealed_files(revision_id(delivered, 2)).folder.exists()
    supplements.begin(point, delivered, 1)  # the same number is free again


def test_the_slips_secret_is_made_once_and_only_its_digest_travels(
    point: Point, delivered: str
) -> None:
    dossier = dossiers.look_at(point, delivered).dossier
    assert dossier.follow_secret
    with point.database.reading() as connection:
        [sent] = outbox.submissions_of(connection, delivered)
    assert dossier.follow_secret.encode() not in sent.body
    follow = Manifest.model_validate_json(sent.body).follow
    assert follow is not None
    assert follow.number == dossier.number
    assert follow.secret_sha256 == sha256_hex(dossier.follow_secret.encode())


def test_a_manifest_of_the_release_before_keeps_its_bytes() -> None:
    # a receipt is about these bytes for ever; new fields must not appear in them
    old = {
        "dossier_id": "0198c0de-0000-7000-8000-000000000001",
        "revision": 1,
        "procedure": {"id": "1.001193", "version": "1", "sha256": "0" * 64},
        "answers": {},
        "files": [{"slot": "a", "sha256": "1" * 64, "bytes": 1, "media_type": "application/pdf"}],
        "made_at": "2026-11-22T01:00:00Z",
        "clock_trusted": True,
        "point": "TH-0001",
    }
    assert json.loads(canonical_json(Manifest.model_validate(old))) == old
