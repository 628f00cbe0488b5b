"""The seal: files first, one transaction, then only the ward can read it."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from appliance.config import WardSection
from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import (
    AlreadyScanning,
    AnswersChangedElsewhere,
    DossierMovedOn,
    NotReadyToSeal,
    PageDamaged,
    PdfTooBig,
    WardKeyMissing,
)
from appliance.core.wire.manifest import CONTENTS_SLOT, SUMMARY_SLOT, Contents, Manifest
from appliance.desk.dossier import dossiers
from appliance.desk.pages import cleaning, page_edits, scanning
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.imaging.child.wire import CleanOrder, CleanPage
from appliance.keys import age
from appliance.keys.canonical import sha256_hex
from appliance.pretend.sample_answers import sample_answers
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import TellingClock, WardKeys, jpeg, lay_page, scan_into

SLOT = "giay_chung_sinh"


@pytest.fixture
def complete(point: Point, dossier_id: str) -> str:
    """A dossier that lacks only the consent."""
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, SLOT, count=2)
    scan_into(point, dossier_id, "uy_quyen", count=1)
    return dossier_id


def seal(point: Point, dossier_id: str, helper: Volunteer) -> None:
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    assert sealing.grant_next(point, cleaned) == dossier_id


def opened_at_the_ward(point: Point, dossier_id: str, keys: WardKeys) -> dict[str, bytes]:
    """What the ward sees: slot → plain content, every digest of the manifest checked."""
    submission = dossiers.look_at(point, dossier_id).submission
    assert submission is not None
    plain = {}
    for file in Manifest.model_validate_json(submission.body).files:
        sealed = (point.sealed_files(dossier_id).folder / file.sha256).read_bytes()
        assert sha256_hex(sealed) == file.sha256
        assert len(sealed) == file.bytes
        plain[file.slot] = age.open_sealed(sealed, keys.identity)
    return plain


def test_what_was_scanned_and_typed_is_what_the_ward_opens(
    point: Point, complete: str, helper: Volunteer, ward_keys: WardKeys, tmp_path: Path
) -> None:
    seal(point, complete, helper)
    plain = opened_at_the_ward(point, complete, ward_keys)
    assert set(plain) == {SLOT, "uy_quyen", SUMMARY_SLOT, CONTENTS_SLOT}
    contents = Contents.model_validate_json(plain[CONTENTS_SLOT])
    assert contents.answers["child_name"] == "Cao Minh Mẫu"
    assert contents.local_number == "KV-0007-20261122-01"
    assert "Điểm hỗ trợ Mẫu" in (contents.consent_text or "")
    rows = {row.label: row.text for section in contents.sections for row in section.rows}
    assert "Xã Bắc Khánh Vĩnh" in " ".join(rows.values())
    for file in contents.files:
        assert sha256_hex(plain[file.slot]) == file.sha256
        assert len(plain[file.slot]) == file.bytes <= 1_900_000
        path = tmp_path / file.name
        path.write_bytes(plain[file.slot])
        with pikepdf.open(path) as pdf:
            assert len(pdf.pages) == file.pages
    assert {f.slot: f.pages for f in contents.files if f.slot != SUMMARY_SLOT} == {
        SLOT: 2,
        "uy_quyen": 1,
    }


def test_the_manifest_holds_nothing_of_the_citizen(
    point: Point, complete: str, helper: Volunteer
) -> None:
    seal(point, complete, helper)
    submission = dossiers.look_at(point, complete).submission
    assert submission is not None
    manifest = Manifest.model_validate_json(submission.body)
    assert manifest.answers == {}
    assert manifest.encrypted_for == point.config.ward.recipient
    assert manifest.consent is not None
    assert manifest.consent.signed
    for value in sample_answers("khai-sinh", point.today()).values():
        if isinstance(value, str) and len(value) > 3 and value not in ("mother", "on_time"):
            assert value not in submission.body.decode()


def test_after_the_seal_the_box_holds_no_page_and_no_answer(
    point: Point, complete: str, helper: Volunteer
) -> None:
    seal(point, complete, helper)
    view = dossiers.look_at(point, complete)
    assert view.dossier.state is DossierState.SEALED
    assert view.answers == {}
    assert view.pages == ()
    assert point.pages.names() == set()
    with point.database.reading() as connection:
        assert dossiers.dossiers.row_of(connection, complete).answers is None


def test_an_escrow_key_opens_the_same_dossier(
    point: Point, complete: str, helper: Volunteer, clock: TellingClock
) -> None:
    escrow = age.new_identity()
    section = point.config.ward.model_copy(update={"escrow_recipient": age.recipient_of(escrow)})
    both = open_point(point.config.model_copy(update={"ward": section}), clock)
    seal(both, complete, helper)
    folder = both.sealed_files(complete)
    for name in folder.names():
        assert age.open_sealed(folder.read(name), escrow)
    both.database.close()


def test_without_the_tick_nothing_is_sealed(point: Point, complete: str, helper: Volunteer) -> None:
    with pytest.raises(NotReadyToSeal):
        sealing.ask_to_seal(point, complete, helper.id, consented=False)
    assert dossiers.look_at(point, complete).dossier.state is DossierState.OPEN


def test_a_missing_paper_or_answer_holds_the_seal_back(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    with pytest.raises(NotReadyToSeal):  # no paper
        sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    scan_into(point, dossier_id, SLOT)
    dossiers.save_answers(point, dossier_id, {"child_name": ""})
    with pytest.raises(NotReadyToSeal):  # no name
        sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    ready = sealing.readiness(point, dossiers.look_at(point, dossier_id))
    assert "child_name" in {problem.field_key for problem in ready.problems if problem.is_error}


def test_answers_changed_after_the_citizen_looked_void_the_tick(
    point: Point, complete: str, helper: Volunteer
) -> None:
    seen = dossiers.look_at(point, complete).dossier.answers_revision
    dossiers.save_answers(point, complete, {"child_name": "Tên Khác Mẫu"})
    with pytest.raises(AnswersChangedElsewhere):
        sealing.ask_to_seal(point, complete, helper.id, consented=True, seen_revision=seen)


def test_nothing_is_sealed_while_paper_still_moves(
    point: Point, complete: str, helper: Volunteer
) -> None:
    scanning.press(point, scanning.AskedBy.PANEL)
    with pytest.raises(AlreadyScanning):
        sealing.ask_to_seal(point, complete, helper.id, consented=True)


def test_without_a_ward_key_nothing_may_be_sealed(
    point: Point, complete: str, helper: Volunteer, clock: TellingClock
) -> None:
    keyless = open_point(point.config.model_copy(update={"ward": WardSection()}), clock)
    with pytest.raises(WardKeyMissing):
        sealing.ask_to_seal(keyless, complete, helper.id, consented=True)
    keyless.database.close()


def test_from_the_wish_on_nothing_changes_any_more(
    point: Point, complete: str, helper: Volunteer
) -> None:
    (first, *_) = dossiers.look_at(point, complete).pages
    sealing.ask_to_seal(point, complete, helper.id, consented=True)
    with pytest.raises(DossierMovedOn):
        dossiers.save_answers(point, complete, {"child_name": "Mẫu"})
    with pytest.raises(DossierMovedOn):
        page_edits.remove_page(point, first.id)
    with pytest.raises(DossierMovedOn):
        sealing.ask_to_seal(point, complete, helper.id, consented=True)


def test_a_page_that_does_not_open_reopens_the_dossier_with_the_reason(
    point: Point, complete: str, helper: Volunteer
) -> None:
    (first, *_) = dossiers.look_at(point, complete).pages
    (point.pages.folder / first.master).write_bytes(b"rotten")
    sealing.ask_to_seal(point, complete, helper.id, consented=True)
    with pytest.raises(PageDamaged):
        sealing.grant_next(point, cleaned)
    view = dossiers.look_at(point, complete)
    assert view.dossier.state is DossierState.OPEN
    assert view.seal is not None
    assert view.seal.error_code == "page-damaged"
    assert sealing.grant_next(point, cleaned) is None


def test_a_seal_that_fails_half_way_leaves_nothing_sealed_of_an_open_dossier(
    point: Point, complete: str, helper: Volunteer
) -> None:
    (later,) = dossiers.look_at(point, complete).pages_in("uy_quyen")
    (point.pages.folder / later.master).write_bytes(b"rotten")
    sealing.ask_to_seal(point, complete, helper.id, consented=True)
    with pytest.raises(PageDamaged):
        sealing.grant_next(point, cleaned)
    assert not point.sealed_files(complete).folder.exists()


def test_a_paper_over_every_budget_reopens_the_dossier(
    point: Point, complete: str, helper: Volunteer
) -> None:
    def too_big(*_: Any) -> Any:
        raise PdfTooBig("two pages of noise")

    sealing.ask_to_seal(point, complete, helper.id, consented=True)
    with pytest.raises(PdfTooBig):
        sealing.grant_next(point, too_big)
    assert dossiers.look_at(point, complete).dossier.state is DossierState.OPEN
    seal(point, complete, helper)


class PulledPlug(BaseException):
    """The power went: no handler runs."""


@pytest.mark.parametrize("at_file", range(4))
def test_a_cut_while_files_are_written_is_made_good_at_the_next_start(
    point: Point, complete: str, helper: Volunteer, ward_keys: WardKeys, at_file: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from appliance.store.card.page_files import PageFiles

    written = 0
    save = PageFiles.save

    def cut(self: PageFiles, content: bytes) -> str:
        nonlocal written
        if written == at_file:
            raise PulledPlug
        written += 1
        return save(self, content)

    sealing.ask_to_seal(point, complete, helper.id, consented=True)
    with monkeypatch.context() as power, pytest.raises(PulledPlug):
        power.setattr(PageFiles, "save", cut)
        sealing.grant_next(point, cleaned)
    assert dossiers.look_at(point, complete).dossier.state is DossierState.SEALING
    assert sealing.grant_next(point, cleaned) == complete
    plain = opened_at_the_ward(point, complete, ward_keys)
    assert point.sealed_files(complete).names() == {
        file.sha256 for file in Manifest.model_validate_json(_body(point, complete)).files
    }
    assert json.loads(plain[CONTENTS_SLOT])["revision"] == 1


def test_a_cut_between_seal_and_erasing_is_finished_later(
    point: Point, complete: str, helper: Volunteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise PulledPlug

    sealing.ask_to_seal(point, complete, helper.id, consented=True)
    with monkeypatch.context() as power, pytest.raises(PulledPlug):
        power.setattr(sealing, "erase_pages", cut)
        sealing.grant_next(point, cleaned)
    assert dossiers.look_at(point, complete).dossier.state is DossierState.SEALED
    assert point.pages.names()
    assert sealing.finish_erasing(point) == 1
    assert point.pages.names() == set()


def test_a_turned_page_goes_into_the_pdf_upright(
    point: Point, complete: str, helper: Volunteer, ward_keys: WardKeys, tmp_path: Path
) -> None:
    (lying,) = dossiers.look_at(point, complete).pages_in("uy_quyen")
    page_edits.turn_page(point, lying.id, 90)
    seal(point, complete, helper)
    path = tmp_path / "turned.pdf"
    path.write_bytes(opened_at_the_ward(point, complete, ward_keys)["uy_quyen"])
    with pikepdf.open(path) as pdf:
        (_, _, width, height) = (float(side) for side in pdf.pages[0].mediabox)
        turned = int(pdf.pages[0].get("/Rotate", 0)) % 180 == 90
    assert (width > height) != turned


def test_a_removed_page_does_not_travel(
    point: Point, complete: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    page_edits.remove_page(point, dossiers.look_at(point, complete).pages_in(SLOT)[0].id)
    seal(point, complete, helper)
    contents = json.loads(opened_at_the_ward(point, complete, ward_keys)[CONTENTS_SLOT])
    assert {f["slot"]: f["pages"] for f in contents["files"]}[SLOT] == 1


def test_the_clean_copy_is_used_and_the_master_when_there_is_none(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    first, second = scan_into(point, dossier_id, SLOT, count=2)
    work = cleaning.next_work(point)
    assert work is not None
    assert work.page.id == first
    cleaning.save_cleaned(point, work, cleaned(work.master, work.order))
    asked: list[CleanOrder] = []

    def listening(master: bytes, order: CleanOrder) -> CleanPage:
        asked.append(order)
        return cleaned(master, order)

    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    sealing.grant_next(point, listening)
    assert [order.item for order in asked] == [None]  # the second page alone
    pdf = opened_at_the_ward(point, dossier_id, ward_keys)[SLOT]
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert len(opened.pages) == 2
    assert second


def test_a_copy_of_the_release_before_still_goes_into_the_paper(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    (page_id,) = scan_into(point, dossier_id, SLOT)
    with point.database.writing() as connection:
        desk_key = dossiers.dossiers.row_of(connection, dossier_id).desk_key
        name = point.pages.save(point.vault.seal(jpeg(400, 600), desk_key))
        dossiers.pages.set_cleaned(
            connection, page_id, preview=name, rendition=name, rendition_dpi=50, cleaned_edits=0
        )
    seal(point, dossier_id, helper)
    pdf = opened_at_the_ward(point, dossier_id, ward_keys)[SLOT]
    with pikepdf.open(BytesIO(pdf)) as opened:
        (image,) = opened.pages[0].get_images().values()
        assert image.read_raw_bytes() == jpeg(400, 600)
        assert float(opened.pages[0].mediabox[3]) == pytest.approx(600 * 72 / 50, abs=0.1)


def _body(point: Point, dossier_id: str) -> bytes:
    submission = dossiers.look_at(point, dossier_id).submission
    assert submission is not None
    return submission.body


def test_a_page_that_comes_after_the_wish_is_refused_and_kept_out(
    point: Point, complete: str, helper: Volunteer
) -> None:
    request = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, request)
    scanning.end_request(point, request, None)
    sealing.ask_to_seal(point, complete, helper.id, consented=True)
    with pytest.raises(DossierMovedOn):
        scanning.save_page(
            point, request, scanning.scan_requests.OnDesk(complete, SLOT), lay_page(point.spool, 9)
        )
