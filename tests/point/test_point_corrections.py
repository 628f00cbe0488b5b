"""Answers the ward wants corrected, and supplements that bring what is there before the rest."""

from __future__ import annotations

import pytest

from appliance.core.errors import DossierMovedOn, NotReadyToSeal
from appliance.core.wire.manifest import SupplementItem, WardState
from appliance.desk.dossier import dossiers
from appliance.desk.pages import page_edits
from appliance.desk.point import Point
from appliance.desk.sending import sealing, supplements
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

__all__ = ["delivered"]


def asked_item(key: str) -> SupplementItem:
    return SupplementItem(what="field", ref=key, problem="mismatch", note_vi="Xem lại chữ đệm")


@pytest.fixture
def names(point: Point, delivered: str) -> tuple[str, str]:
    """Two names on the form: keys that the pinned procedure has."""
    fields = dossiers.look_at(point, delivered).procedure.fields
    keys = [key for key, field in fields.items() if field.part == "name"]
    return keys[0], keys[1]


def ask_answers(point: Point, dossier_id: str, seq: int, *keys: str) -> None:
    items = [asked_item(key) for key in keys]
    say(point, dossier_id, seq, WardState.SUPPLEMENT_REQUESTED, *items)


def test_only_the_corrected_answer_travels_and_no_paper_is_asked_for(
    point: Point,
    delivered: str,
    names: tuple[str, str],
    helper: Volunteer,
    ward_keys: WardKeys,
) -> None:
    ask_answers(point, delivered, 7, names[0])
    supplements.begin(point, delivered, helper.id)
    view = dossiers.look_at(point, delivered)
    assert [field.key for field in view.corrections] == [names[0]]
    assert view.slots == ()
    assert view.on_desk_slot is None  # a press is not for it
    with pytest.raises(NotReadyToSeal):
        sealing.ask_to_seal(point, delivered, helper.id, consented=True)
    dossiers.save_answers(point, delivered, {names[0]: " nguyễn  thị  mẫu ", names[1]: "Ai khác"})
    manifest = seal(point, delivered, helper)
    assert (manifest.revision, manifest.answers_request) == (2, "7")
    assert papers(manifest) == []
    contents = contents_of(point, manifest, ward_keys)
    assert set(contents.answers) == {names[0]}  # what was not asked for is not taken
    [[row]] = [section.rows for section in contents.sections]
    assert row.key == names[0]
    assert row.text.lower() == "nguyễn thị mẫu"
    assert "thông tin tôi vừa sửa" in (contents.consent_text or "")
    assert dossiers.asked_by_ward(point) == []


def test_an_answer_left_empty_travels_as_an_empty_one(
    point: Point,
    delivered: str,
    names: tuple[str, str],
    helper: Volunteer,
    ward_keys: WardKeys,
) -> None:
    form = dossiers.look_at(point, delivered).procedure.fields
    spare = next(key for key, field in form.items() if field.required is False)
    ask_answers(point, delivered, 7, names[0], spare)
    supplements.begin(point, delivered, helper.id)
    for key in (names[0], names[1], "nothing"):  # always needed, not asked about, unknown
        with pytest.raises(DossierMovedOn):
            supplements.leave_empty(point, delivered, key, empty=True)
    supplements.leave_empty(point, delivered, spare, empty=True)
    manifest = seal(point, delivered, helper, in_part=True)  # the name comes later
    contents = contents_of(point, manifest, ward_keys)
    assert contents.answers == {spare: ""}
    rows = [row for one in contents.sections for row in one.rows]
    assert [(row.key, row.text) for row in rows] == [(spare, "")]
    arrive(point, delivered)
    request = dossiers.look_at(point, delivered).request
    assert request is not None
    assert request.fields == {names[0]}


def test_a_corrected_answer_that_cannot_be_right_is_not_sent(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    fields = dossiers.look_at(point, delivered).procedure.fields
    day = next(key for key, field in fields.items() if field.type == "date")
    ask_answers(point, delivered, 7, day)
    supplements.begin(point, delivered, helper.id)
    dossiers.save_answers(point, delivered, {day: "31/02/2026"})
    with pytest.raises(NotReadyToSeal):
        sealing.ask_to_seal(point, delivered, helper.id, consented=True)
    dossiers.save_answers(point, delivered, {day: "12/02/2026"})
    sealing.ask_to_seal(point, delivered, helper.id, consented=True)


def test_answers_are_closed_again_once_the_correction_is_sealed(
    point: Point, delivered: str, names: tuple[str, str], helper: Volunteer
) -> None:
    ask_answers(point, delivered, 7, names[0])
    with pytest.raises(DossierMovedOn):
        dossiers.save_answers(point, delivered, {names[0]: "Trước khi mở"})
    supplements.begin(point, delivered, helper.id)
    dossiers.save_answers(point, delivered, {names[0]: "Nguyễn Thị Mẫu"})
    seal(point, delivered, helper)
    with pytest.raises(DossierMovedOn):
        dossiers.save_answers(point, delivered, {names[0]: "Sau khi chốt"})
    assert dossiers.look_at(point, delivered).answers == {}


def test_what_is_there_travels_and_the_ward_goes_on_waiting_for_the_rest(
    point: Point,
    delivered: str,
    names: tuple[str, str],
    helper: Volunteer,
    ward_keys: WardKeys,
) -> None:
    ask_for(point, delivered, 7, (SLOT, 2), (OTHER, None))
    ask_answers(point, delivered, 8, *names)
    supplements.begin(point, delivered, helper.id)
    scan_into(point, delivered, SLOT)
    dossiers.save_answers(point, delivered, {names[0]: "Nguyễn Thị Mẫu"})
    first = seal(point, delivered, helper, in_part=True)
    assert first.answers_request == "0"  # none is answered wholly: the ward stays as it is
    assert papers(first) == [(SLOT, 1, 2)]
    assert set(contents_of(point, first, ward_keys).answers) == {names[0]}
    arrive(point, delivered)
    say(point, delivered, 9, WardState.SUPPLEMENT_REQUESTED, came=True)

    assert [one.id for one in dossiers.asked_by_ward(point)] == [delivered]
    supplements.begin(point, delivered, helper.id)
    view = dossiers.look_at(point, delivered)
    assert [slot.key for slot in view.slots] == [OTHER]
    assert [field.key for field in view.corrections] == [names[1]]
    assert view.request
    assert view.request.is_partly_there
    scan_into(point, delivered, OTHER)
    dossiers.save_answers(point, delivered, {names[1]: "Trần Văn Mẫu"})
    second = seal(point, delivered, helper)
    assert (second.revision, second.answers_request) == (3, "8")
    assert papers(second) == [(OTHER, 1, None)]
    assert dossiers.asked_by_ward(point) == []
    arrive(point, delivered)
    say(point, delivered, 10, WardState.RECEIVED)
    ask_for(point, delivered, 11, (OTHER, None))
    anew = dossiers.look_at(point, delivered).request
    assert anew
    assert not anew.is_partly_there  # that was for another request


def test_what_came_in_part_is_asked_for_again_only_by_a_newer_request(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    ask_for(point, delivered, 7, (SLOT, None), (OTHER, None))
    supplements.begin(point, delivered, helper.id)
    scan_into(point, delivered, SLOT)
    seal(point, delivered, helper, in_part=True)
    arrive(point, delivered)
    ask_for(point, delivered, 8, (SLOT, 1))  # still unreadable
    supplements.begin(point, delivered, helper.id)
    view = dossiers.look_at(point, delivered)
    assert {slot.key for slot in view.slots} == {SLOT, OTHER}


def test_a_paper_half_scanned_never_travels_in_part_nor_does_what_is_whole(
    point: Point, delivered: str, helper: Volunteer
) -> None:
    # the seal erases what is on the desk: pages left behind would have to be scanned again
    def is_refused() -> bool:
        with pytest.raises(NotReadyToSeal):
            sealing.ask_to_seal(point, delivered, helper.id, consented=True, in_part=True)
        return True

    ask_for(point, delivered, 7, (SLOT, 1), (SLOT, 2), (OTHER, None))
    supplements.begin(point, delivered, helper.id)
    assert is_refused()  # nothing
    [one] = scan_into(point, delivered, SLOT)
    assert is_refused()  # a page of two
    scan_into(point, delivered, OTHER)
    assert is_refused()  # still
    *_, too_many = scan_into(point, delivered, SLOT, count=2)
    assert is_refused()  # three of two
    page_edits.remove_page(point, too_many)
    assert is_refused()  # all of it: that is no part
    page_edits.remove_page(point, one)
    assert is_refused()
