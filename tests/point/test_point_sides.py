"""What goes into a paper when a copy is spoilt, and which cards are looked at together."""

from __future__ import annotations

import pikepdf
import pytest

from appliance.core.paper.text_layer import TextLayer
from appliance.desk.dossier import dossiers
from appliance.desk.pages import cleaning, page_edits
from appliance.desk.pages.sides import card_doubts
from appliance.desk.point import Point
from appliance.imaging.child.main import cleaned
from appliance.store.dossier import dossiers as dossiers_stored
from appliance.store.dossier import pages as page_rows
from appliance.store.people.volunteers import Volunteer
from tests import pages as drawn
from tests.point.conftest import WardKeys
from tests.point.test_point_cleaning import clean_all, letter, pages, scanned, sealed


@pytest.mark.parametrize("spoilt", ["rendition", "findings", "text"])
def test_a_copy_that_is_spoilt_is_made_again_from_the_master(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys, spoilt: str
) -> None:
    scanned(point, dossier_id, [letter(4131)])
    clean_all(point)
    (page,) = pages(point, dossier_id)
    with point.database.writing() as connection:
        desk_key = dossiers_stored.row_of(connection, dossier_id).desk_key
        words = point.pages.save(point.vault.seal(TextLayer().to_bytes(), desk_key))
        page_rows.edit_page(connection, page.id, text=words)
    (page,) = pages(point, dossier_id)
    (point.pages.folder / getattr(page, spoilt)).write_bytes(b"rotten")
    pdf, content = sealed(point, dossier_id, helper, ward_keys)
    assert len(pdf.pages) == 1
    assert len(content) < 100_000  # clean, not as it was scanned


def test_cards_with_a_paper_between_them_are_no_pair_before_the_seal_either(
    point: Point, dossier_id: str
) -> None:
    sides = [
        drawn.card("front", 4103, 200, clockwise=0).jpeg(),
        letter(4132),
        drawn.card("front", 4102, 200, clockwise=0).jpeg(),
        drawn.card("back", 4102, 200, clockwise=0).jpeg(),
    ]
    scanned(point, dossier_id, sides, 200)
    clean_all(point)
    doubts = card_doubts(point, dossiers.look_at(point, dossier_id))
    assert [warn.code for _, warn in doubts] == ["card-one-side-only"]


def test_the_cards_of_two_people_are_paired_by_number_before_the_seal_and_in_it(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    asked = [("front", 4102), ("front", 4103), ("back", 4103)]
    sides = [drawn.card(side, seed, 300, clockwise=0).jpeg() for side, seed in asked]
    scanned(point, dossier_id, sides, 300)
    clean_all(point)
    doubts = card_doubts(point, dossiers.look_at(point, dossier_id))
    assert [warn.code for _, warn in doubts] == ["card-one-side-only"]
    pdf, _ = sealed(point, dossier_id, helper, ward_keys)
    assert [len(page.obj.Resources.XObject) for page in pdf.pages] == [1, 2]


def test_a_copy_whose_row_trips_over_our_own_code_leaves_no_file_behind(
    point: Point, dossier_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanned(point, dossier_id, [letter(4133)])
    work = cleaning.next_work(point)
    assert work is not None
    files = point.pages.names()

    def trips(*_: object, **__: object) -> None:
        raise RuntimeError("ours")

    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(page_rows, "set_cleaned", trips)
        cleaning.save_cleaned(point, work, cleaned(work.master, work.order))
    assert point.pages.names() == files


def test_a_turn_that_the_box_makes_at_the_seal_is_not_made_twice(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    scanned(point, dossier_id, [letter(4134, turn=180)])
    page_edits.turn_page(point, pages(point, dossier_id)[0].id, 180)  # before it was cleaned
    pdf, _ = sealed(point, dossier_id, helper, ward_keys)
    places = [
        [float(value) for value in said.operands]
        for said in pikepdf.parse_content_stream(pdf.pages[0])
        if str(said.operator) == "cm"
    ]
    assert places
    assert all(place[0] > 0 < place[3] for place in places), places  # not on its head
