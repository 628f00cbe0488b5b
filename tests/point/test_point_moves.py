"""A page moves to where it belongs, and a new scan takes the place of a bad one."""

from __future__ import annotations

import pytest

from appliance.core.errors import AlreadyScanning, DossierMovedOn, DossierUnknown
from appliance.desk.dossier import dossiers
from appliance.desk.pages import page_edits, page_moves, scanning
from appliance.desk.pages.scanning import AskedBy
from appliance.desk.point import Point
from tests.point.conftest import lay_page, scan_into

SLOT, OTHER = "giay_chung_sinh", "uy_quyen"


@pytest.fixture
def three(point: Point, dossier_id: str) -> list[str]:
    return scan_into(point, dossier_id, SLOT, 3)


def inside(point: Point, dossier_id: str, slot_key: str = SLOT) -> list[str]:
    return [page.id for page in dossiers.look_at(point, dossier_id).pages_in(slot_key)]


def feed(point: Point, request: int, dossier_id: str, pages: int, error: str | None = None) -> None:
    scanning.start_request(point, request)
    place = scanning.scan_requests.OnDesk(dossier_id, SLOT)
    for number in range(1, pages + 1):
        scanning.save_page(point, request, place, lay_page(point.spool, number))
    scanning.end_request(point, request, error)


def test_pages_are_put_in_another_order(point: Point, dossier_id: str, three: list[str]) -> None:
    a, b, c = three
    page_moves.move_page(point, c, SLOT, 1)
    assert inside(point, dossier_id) == [c, a, b]
    page_moves.move_page(point, c, SLOT, 2)
    assert inside(point, dossier_id) == [a, c, b]
    page_moves.move_page(point, a, SLOT, 99)
    assert inside(point, dossier_id) == [c, b, a]


def test_a_page_in_the_wrong_slot_is_moved_and_the_next_scan_comes_after_it(
    point: Point, dossier_id: str, three: list[str]
) -> None:
    a, b, c = three
    page_moves.move_pages(point, [c, a], OTHER)
    assert inside(point, dossier_id) == [b]
    (new,) = scan_into(point, dossier_id, OTHER)
    assert inside(point, dossier_id, OTHER) == [c, a, new]


def test_a_page_taken_out_comes_back_near_its_place_after_the_others_moved(
    point: Point, dossier_id: str, three: list[str]
) -> None:
    _, b, c = three
    page_edits.remove_page(point, b)
    page_moves.move_page(point, c, SLOT, 1)
    page_edits.put_page_back(point, b)
    assert sorted(inside(point, dossier_id)) == sorted(three)
    assert inside(point, dossier_id)[0] == c


def test_no_page_goes_to_a_slot_its_procedure_does_not_know(
    point: Point, dossier_id: str, three: list[str]
) -> None:
    with pytest.raises(DossierUnknown):
        page_moves.move_pages(point, three, "nothing")
    assert inside(point, dossier_id) == three


def test_nothing_moves_once_the_dossier_is_sealed(
    point: Point, dossier_id: str, three: list[str]
) -> None:
    with point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE dossier SET state = 'sealing'")
    with pytest.raises(DossierMovedOn):
        page_moves.move_page(point, three[0], OTHER)


def test_a_page_scanned_again_lies_where_the_old_one_lay(
    point: Point, dossier_id: str, three: list[str]
) -> None:
    a, b, c = three
    request = page_moves.scan_again(point, b, AskedBy.SCREEN)
    assert inside(point, dossier_id) == three  # nothing is lost before the new one is saved
    feed(point, request, dossier_id, pages=1)
    order = inside(point, dossier_id)
    assert (order[0], order[2], len(order)) == (a, c, 3)
    assert order[1] not in three
    assert [p.id for p in dossiers.look_at(point, dossier_id).removed_pages] == [b]
    page_edits.put_page_back(point, b)  # it can still be had back
    assert len(inside(point, dossier_id)) == 4


def test_further_pages_of_that_batch_go_to_the_end(
    point: Point, dossier_id: str, three: list[str]
) -> None:
    a, b, c = three
    feed(point, page_moves.scan_again(point, a, AskedBy.SCREEN), dossier_id, pages=2)
    order = inside(point, dossier_id)
    assert order[1:3] == [b, c]
    assert len(order) == 4


def test_after_a_jam_the_next_press_tries_the_same_page_again(
    point: Point, dossier_id: str, three: list[str]
) -> None:
    b = three[1]
    feed(point, page_moves.scan_again(point, b, AskedBy.SCREEN), dossier_id, 0, "paper-jam")
    assert inside(point, dossier_id) == three
    assert dossiers.look_at(point, dossier_id).replaces == b
    feed(point, scanning.press(point, AskedBy.PANEL), dossier_id, pages=1)
    assert b not in inside(point, dossier_id)
    assert dossiers.look_at(point, dossier_id).replaces is None
    feed(point, scanning.press(point, AskedBy.PANEL), dossier_id, pages=1)
    assert len(inside(point, dossier_id)) == 4  # an ordinary page again


def test_choosing_a_slot_forgets_the_page_that_was_to_be_scanned_again(
    point: Point, dossier_id: str, three: list[str]
) -> None:
    feed(point, page_moves.scan_again(point, three[0], AskedBy.SCREEN), dossier_id, 0, "paper-jam")
    dossiers.choose_slot(point, dossier_id, SLOT)
    feed(point, scanning.press(point, AskedBy.PANEL), dossier_id, pages=1)
    assert inside(point, dossier_id)[:3] == three


def test_a_page_taken_out_while_it_is_scanned_again_stays_out(
    point: Point, dossier_id: str, three: list[str]
) -> None:
    a, b, c = three
    request = page_moves.scan_again(point, a, AskedBy.SCREEN)
    page_edits.remove_page(point, a)
    feed(point, request, dossier_id, pages=1)
    assert inside(point, dossier_id)[:2] == [b, c]


def test_while_paper_moves_no_page_is_scanned_again(
    point: Point, dossier_id: str, three: list[str]
) -> None:
    scanning.press(point, AskedBy.PANEL)
    with pytest.raises(AlreadyScanning):
        page_moves.scan_again(point, three[0], AskedBy.SCREEN)
    assert dossiers.look_at(point, dossier_id).replaces is None
