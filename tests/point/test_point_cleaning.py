"""What cleaning finds becomes proposals on pages, and the seal does as the person says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from appliance.core.dossiers.dossier import Page
from appliance.core.errors import DossierMovedOn
from appliance.core.paper.findings import TURN_UNSURE, Kind
from appliance.core.paper.scan import ColorMode, PaperSource, ScannedPage
from appliance.desk.dossier import dossiers
from appliance.desk.pages import cleaning, page_edits, scanning
from appliance.desk.pages.sides import card_doubts
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.imaging.child.wire import CleanOrder, CleanPage
from appliance.imaging.codes import find_codes
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import scan_requests
from appliance.store.people.volunteers import Volunteer
from tests import pages as drawn
from tests.point.conftest import WardKeys
from tests.point.test_point_seal import opened_at_the_ward

SLOT, OTHER = "giay_chung_sinh", "uy_quyen"
DPI = 200


def letter(seed: int, turn: int = 0) -> bytes:
    return drawn.paper("letter", seed, DPI, turn=turn, angle_deg=1.5).jpeg()


def side(point: Point, number: int, jpeg: bytes, dpi: int) -> ScannedPage:
    point.spool.mkdir(parents=True, exist_ok=True)
    path = point.spool / f"{number}.jpg"
    path.write_bytes(jpeg)
    with Image.open(path) as image:
        return ScannedPage(number, path, *image.size, dpi, ColorMode.COLOR)


def scanned(
    point: Point, dossier_id: str, sides: Sequence[bytes], dpi: int = DPI, *, ends: bool = True
) -> int:
    """One batch of *sides*; still running unless it *ends*."""
    dossiers.choose_slot(point, dossier_id, SLOT)
    request = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, request)
    place = scan_requests.OnDesk(dossier_id, SLOT)
    for number, jpeg in enumerate(sides, start=1):
        scanning.save_page(point, request, place, side(point, number, jpeg, dpi))
    if ends:
        scanning.end_request(point, request, None)
    return request


def clean_all(point: Point) -> list[CleanPage]:
    """Everything that waits, as the station does it."""
    done = []
    while (work := cleaning.next_work(point, lying=True)) is not None:
        done.append(cleaned(work.master, work.order, work.other))
        cleaning.save_cleaned(point, work, done[-1])
    return done


def pages(point: Point, dossier_id: str) -> tuple[Page, ...]:
    return dossiers.look_at(point, dossier_id).pages_in(SLOT)


def sealed(
    point: Point, dossier_id: str, helper: Volunteer, keys: WardKeys
) -> tuple[pikepdf.Pdf, bytes]:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    sealing.grant_next(point, cleaned)
    pdf = opened_at_the_ward(point, dossier_id, keys)[SLOT]
    return pikepdf.open(BytesIO(pdf)), pdf


def test_a_scan_becomes_straight_and_small_and_says_what_was_found(
    point: Point, dossier_id: str
) -> None:
    scanned(point, dossier_id, [letter(4101)])
    clean_all(point)
    (page,) = pages(point, dossier_id)
    assert page.angle_deg == pytest.approx(1.5, abs=0.15)
    assert page.auto_turn == 0
    assert not page.is_blank
    assert not page.awaits_cleaning
    assert 5_000 < (page.clean_bytes or 0) < 100_000
    seen = scanning.findings_of(point, page)
    assert seen is not None
    assert (seen.found.item.snapped, seen.ways >= 1) == ("A4", True)


def test_two_sides_of_a_card_on_one_glass_become_two_pages_and_one_sheet_front_first(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    glass = drawn.on_glass(["card-back", "card-front"], 4102, 300)
    scanned(point, dossier_id, [glass.jpeg()], 300)
    clean_all(point)
    both = pages(point, dossier_id)
    assert [(page.item, page.kind) for page in both] == [(0, Kind.ID_CARD), (1, Kind.ID_CARD)]
    assert len({page.master for page in both}) == 1
    sides = []
    for page in both:
        seen = scanning.findings_of(point, page)
        assert seen is not None
        assert seen.card is not None
        sides.append(seen.card.side)
    assert card_doubts(point, dossiers.look_at(point, dossier_id)) == ()
    pdf, _ = sealed(point, dossier_id, helper, ward_keys)
    (sheet,) = pdf.pages
    assert [float(side) for side in sheet.mediabox[2:]] == pytest.approx([595.3, 841.9], abs=0.2)
    assert sides == ["back", "front"]  # as they lay there
    above, below = (find_codes(_picture(image)) for image in sheet.get_images().values())
    assert (len(above), len(below)) == (1, 0)  # this layout has its code on the front
    assert not point.pages.names()  # the master that both shared is gone too


def test_what_a_card_says_is_on_the_card_only_encrypted(point: Point, dossier_id: str) -> None:
    front = drawn.card("front", 4103, 300, clockwise=0)
    scanned(point, dossier_id, [front.jpeg()], 300)
    clean_all(point)
    (page,) = pages(point, dossier_id)
    seen = scanning.findings_of(point, page)
    assert seen is not None
    (code,) = seen.found.codes
    assert seen.card is not None
    assert seen.card.card is not None
    name, number = seen.card.card.name, seen.card.card.number.number
    assert name in code.payload
    doubts = card_doubts(point, dossiers.look_at(point, dossier_id))
    assert [(slot.key, warn.code) for slot, warn in doubts] == [(SLOT, "card-one-side-only")]
    kept = point.database.path.read_bytes()
    kept += b"".join((point.pages.folder / name).read_bytes() for name in point.pages.names())
    wal = point.database.path.with_name(point.database.path.name + "-wal")
    kept += wal.read_bytes() if wal.exists() else b""
    assert number.encode() not in kept
    assert name.encode() not in kept


def test_a_blank_side_is_left_out_of_the_paper_until_it_is_kept(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    blank = drawn.true_blank("plain", 4104, DPI).jpeg()
    scanned(point, dossier_id, [letter(4104), blank, blank])
    clean_all(point)
    _, second, third = pages(point, dossier_id)
    assert second.left_out
    shown = scanning.page_image(point, dossier_id, second.id, scanning.PageImage.PREVIEW)
    with Image.open(BytesIO(shown)) as preview:  # as it is, so that a person can judge
        assert max(preview.size) == 1000
    beside = scanning.page_image(point, dossier_id, second.id, scanning.PageImage.SMALL)
    assert len(beside) < len(shown) / 4
    page_edits.keep_blank(point, third.id, True)
    clean_all(point)
    assert (pages(point, dossier_id)[2].clean_bytes or 0) > 0
    pdf, _ = sealed(point, dossier_id, helper, ward_keys)
    assert len(pdf.pages) == 2


def test_a_slot_with_nothing_but_blank_sides_still_lacks_its_paper(
    point: Point, dossier_id: str
) -> None:
    scanned(point, dossier_id, [drawn.true_blank("plain", 4105, DPI).jpeg()])
    clean_all(point)
    lacking = {slot.key for slot in dossiers.look_at(point, dossier_id).missing_slots}
    assert SLOT in lacking


def test_a_page_shown_as_scanned_travels_with_the_scanners_own_bytes_and_back_again(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    master = letter(4106)
    scanned(point, dossier_id, [master])
    clean_all(point)
    small = pages(point, dossier_id)[0].clean_bytes
    page_edits.show_as_scanned(point, pages(point, dossier_id)[0].id, True)
    clean_all(point)
    page = pages(point, dossier_id)[0]
    assert page.clean_bytes == len(master)
    assert page.angle_deg  # what was found of it is not forgotten
    page_edits.show_as_scanned(point, page.id, False)
    clean_all(point)
    assert pages(point, dossier_id)[0].clean_bytes == small
    page_edits.show_as_scanned(point, page.id, True)
    assert len(point.pages.names()) == 4  # master, preview, copy, findings: nothing left over
    _, pdf = sealed(point, dossier_id, helper, ward_keys)  # not cleaned again yet: done there
    assert master in pdf


def test_a_page_turned_by_a_person_lies_so_in_the_paper_and_is_not_coded_anew(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    scanned(point, dossier_id, [letter(4107)])
    clean_all(point)
    (page,) = pages(point, dossier_id)
    page_edits.turn_page(point, page.id, 90)
    assert cleaning.next_work(point) is None
    pdf, _ = sealed(point, dossier_id, helper, ward_keys)
    assert pdf.pages[0].mediabox[2] > pdf.pages[0].mediabox[3]


def test_a_turn_made_before_cleaning_is_what_the_person_sees_afterwards(
    point: Point, dossier_id: str
) -> None:
    """She turned the page herself; the box then finds the same, and must not undo it."""
    scanned(point, dossier_id, [letter(4108, turn=180)])
    page_edits.turn_page(point, pages(point, dossier_id)[0].id, 180)
    clean_all(point)
    (page,) = pages(point, dossier_id)
    assert ((page.auto_turn or 0) + page.turn) % 360 == 180


def test_an_edit_made_while_the_page_is_cleaned_is_not_lost(point: Point, dossier_id: str) -> None:
    scanned(point, dossier_id, [letter(4109)])
    work = cleaning.next_work(point)
    assert work is not None
    page_edits.show_as_scanned(point, work.page.id, True)
    cleaning.save_cleaned(point, work, cleaned(work.master, work.order))
    assert pages(point, dossier_id)[0].awaits_cleaning
    clean_all(point)
    page = pages(point, dossier_id)[0]
    assert page.clean_bytes == len(work.master)


def test_a_page_edited_while_its_cleaning_fails_is_tried_again(
    point: Point, dossier_id: str
) -> None:
    scanned(point, dossier_id, [letter(4109)])
    work = cleaning.next_work(point)
    assert work is not None
    page_edits.show_as_scanned(point, work.page.id, True)
    cleaning.give_up_cleaning(point, work.page, "page-damaged")
    (page,) = pages(point, dossier_id)
    assert page.awaits_cleaning
    cleaning.give_up_cleaning(point, page, "page-damaged")  # as scanned it fails as well
    assert pages(point, dossier_id)[0].clean_error == "page-damaged"
    assert cleaning.next_work(point) is None


def test_what_is_cleaned_while_the_seal_is_made_is_thrown_away_whole(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scanned(point, dossier_id, [letter(4110)])
    work = cleaning.next_work(point)
    assert work is not None
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    files = point.pages.names()
    with pytest.raises(DossierMovedOn):
        cleaning.save_cleaned(point, work, cleaned(work.master, work.order))
    assert point.pages.names() == files
    assert cleaning.next_work(point) is None


def test_a_page_that_cannot_be_cleaned_travels_as_it_was_scanned(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    master = letter(4111)
    scanned(point, dossier_id, [master])
    cleaning.give_up_cleaning(point, pages(point, dossier_id)[0], "page-damaged")
    _, pdf = sealed(point, dossier_id, helper, ward_keys)
    assert master in pdf


def test_a_page_that_is_unsure_follows_the_sure_ones_of_its_batch(
    point: Point, dossier_id: str
) -> None:
    request = scanned(point, dossier_id, [letter(n, turn=180) for n in (4112, 4113, 4114)])
    clean_all(point)
    assert [page.auto_turn for page in pages(point, dossier_id)] == [180, 180, 180]
    _forget_turn(point, pages(point, dossier_id)[2].id)
    cleaning.let_batches_vote(point)
    unsure = pages(point, dossier_id)[2]
    assert (unsure.auto_turn, unsure.warnings) == (180, ())
    assert unsure.awaits_cleaning  # it is drawn anew, upright
    assert request


def test_a_batch_that_still_runs_votes_later_and_says_so(point: Point, dossier_id: str) -> None:
    sides = [letter(n, turn=180) for n in (4117, 4118, 4119)]
    request = scanned(point, dossier_id, sides, ends=False)
    clean_all(point)
    unsure = pages(point, dossier_id)[0].id
    _forget_turn(point, unsure)
    assert cleaning.let_batches_vote(point)
    assert pages(point, dossier_id)[0].auto_turn is None
    scanning.end_request(point, request, None)
    assert not cleaning.let_batches_vote(point)
    assert pages(point, dossier_id)[0].auto_turn == 180


def test_a_portrait_among_letters_is_never_turned_by_their_vote(
    point: Point, dossier_id: str
) -> None:
    portrait = drawn.on_glass(["photo"], 4120, DPI, clockwise=[90]).jpeg()
    scanned(point, dossier_id, [letter(4121, turn=180), portrait, letter(4122, turn=180)])
    clean_all(point)
    assert [page.auto_turn for page in pages(point, dossier_id)] == [180, None, 180]
    assert not cleaning.let_batches_vote(point)
    assert pages(point, dossier_id)[1].auto_turn is None
    assert TURN_UNSURE in {warn.code for warn in pages(point, dossier_id)[1].warnings}


def test_a_person_who_was_faster_than_the_vote_is_right(point: Point, dossier_id: str) -> None:
    scanned(point, dossier_id, [letter(4115)])
    clean_all(point)
    (page,) = pages(point, dossier_id)
    _forget_turn(point, page.id)
    page_edits.turn_page(point, page.id, 90)
    cleaning.settle_turn(point, page.id, 180)
    (page,) = pages(point, dossier_id)
    assert (page.auto_turn, page.turn) == (0, 90)


def test_the_front_of_a_sheet_waits_for_its_back_which_is_evidence_for_it(
    point: Point, dossier_id: str
) -> None:
    source = point.config.scanner.model_copy(update={"source": PaperSource.DUPLEX})
    both = replace(point, config=point.config.model_copy(update={"scanner": source}))
    front, back = drawn.duplex("letter", 4116, DPI, back="plain", depth=0.12)
    request = scanned(both, dossier_id, [front.jpeg()], ends=False)
    assert cleaning.next_work(both) is None  # its back is still under the lamp
    place = scan_requests.OnDesk(dossier_id, SLOT)
    scanning.save_page(both, request, place, side(both, 2, back.jpeg(), DPI))
    orders = []
    while (work := cleaning.next_work(both)) is not None:
        orders.append(bool(work.other))
        cleaning.save_cleaned(both, work, cleaned(work.master, work.order, work.other))
    scanning.end_request(both, request, None)
    assert orders == [True, True]
    assert [page.is_blank for page in pages(both, dossier_id)] == [False, True]


def test_a_paper_over_the_budget_on_its_floor_travels_in_named_parts(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    from appliance.core.wire.manifest import CONTENTS_SLOT, Contents

    noise = [Image.effect_noise((760, 900), 90 + n).convert("RGB") for n in range(3)]
    heavy = [_jpeg(image) for image in noise]

    def floor_at_once(master: bytes, order: CleanOrder) -> CleanPage:
        """A cleaner for which these pages have one way only."""
        (thing,) = cleaned(master, replace(order, plain=True, way=0))
        return (replace(thing, seen=replace(thing.seen, ways=1)),)

    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scanned(point, dossier_id, heavy, 150)
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    sealing.grant_next(point, floor_at_once)
    submission = dossiers.look_at(point, dossier_id).submission
    assert submission is not None
    parts = [file for file in submission.files if file.slot == SLOT]
    assert [part.content_bytes <= 1_900_000 for part in parts] == [True, True]
    assert submission.parts == {SLOT: 2}
    plain = opened_at_the_ward(point, dossier_id, ward_keys)
    contents = Contents.model_validate_json(plain[CONTENTS_SLOT])
    listed = [file for file in contents.files if file.slot == SLOT]
    assert [file.title.rpartition(" (")[2] for file in listed] == ["phần 1/2)", "phần 2/2)"]
    assert sum(file.pages for file in listed) == 3
    assert len({file.name for file in listed}) == 2


def _picture(image: pikepdf.Object) -> Image.Image:
    return pikepdf.PdfImage(image).as_pil_image().convert("L")


def _jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=95, subsampling=0)
    assert 640_000 < len(out.getvalue()) < 940_000  # two fit, three do not
    return out.getvalue()


def _forget_turn(point: Point, page_id: str) -> None:
    """As if neither the letters nor tesseract could tell."""
    from appliance.core.paper.findings import Warn
    from appliance.store.dossier import pages as store

    with point.database.writing() as connection:
        unsure = store.warnings_text([Warn(TURN_UNSURE)])
        store.set_cleaned(connection, page_id, auto_turn=None, warnings=unsure)
