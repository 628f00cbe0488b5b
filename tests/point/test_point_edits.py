"""What a person says about a page can be taken back."""

from __future__ import annotations

import pytest

from appliance.core.dossiers.dossier import Page
from appliance.core.errors import DossierMovedOn
from appliance.core.paper.findings import TURN_UNSURE, Warn
from appliance.desk.dossier import dossiers
from appliance.desk.pages import page_edits
from appliance.desk.point import Point
from appliance.store.dossier import pages
from appliance.store.people.volunteers import Volunteer
from tests.point.conftest import scan_into

SLOT = "giay_chung_sinh"
CLOUDED = (Warn("unsharp", "top-left", severe=True), Warn(TURN_UNSURE))


@pytest.fixture
def page_id(point: Point, dossier_id: str) -> str:
    (page_id,) = scan_into(point, dossier_id, SLOT)
    with point.database.writing() as connection:
        pages.set_cleaned(
            connection,
            page_id,
            cleaned_edits=0,
            is_blank=True,
            auto_turn=None,
            warnings=pages.warnings_text(CLOUDED),
        )
    return page_id


def seen(point: Point, page_id: str) -> Page:
    with point.database.reading() as connection:
        return pages.get_page(connection, page_id)


def test_a_blank_page_is_left_out_until_somebody_keeps_it(point: Point, page_id: str) -> None:
    assert seen(point, page_id).left_out
    page_edits.keep_blank(point, page_id, True)
    assert not seen(point, page_id).left_out
    page_edits.keep_blank(point, page_id, False)
    assert seen(point, page_id).left_out


def test_an_edit_of_pixels_asks_for_cleaning_anew_and_a_turn_does_not(
    point: Point, page_id: str
) -> None:
    page_edits.turn_page(point, page_id)
    assert not seen(point, page_id).awaits_cleaning
    page_edits.show_as_scanned(point, page_id, True)
    assert seen(point, page_id).awaits_cleaning
    with point.database.reading() as connection:
        assert [page.id for page in pages.uncleaned(connection)] == [page_id]


def test_a_page_that_could_not_be_cleaned_is_tried_again_after_an_edit(
    point: Point, page_id: str
) -> None:
    with point.database.writing() as connection:
        pages.set_cleaned(connection, page_id, clean_error="page-damaged")
    page_edits.show_as_scanned(point, page_id, True)
    assert seen(point, page_id).awaits_cleaning


def test_four_quarter_turns_change_nothing_and_the_place_of_a_warning_turns_along(
    point: Point, page_id: str
) -> None:
    places = []
    for _ in range(4):
        page_edits.turn_page(point, page_id)
        places.append(seen(point, page_id).warnings[0].place)
    assert places == ["top-right", "bottom-right", "bottom-left", "top-left"]
    assert seen(point, page_id).turn == 0


def test_saying_that_a_page_is_right_as_it_lies_answers_the_question(
    point: Point, page_id: str
) -> None:
    assert seen(point, page_id).auto_turn is None
    page_edits.turn_page(point, page_id, 0)
    answered = seen(point, page_id)
    assert (answered.auto_turn, answered.turn) == (0, 0)
    assert [warn.code for warn in answered.warnings] == ["unsharp"]


def test_a_dossier_that_is_being_sealed_takes_no_edit(
    point: Point, page_id: str, dossier_id: str, helper: Volunteer
) -> None:
    with point.database.writing() as connection:
        dossiers.seal_requests.ask_seal(connection, dossier_id, helper.id, point.clock())
    for edit in (page_edits.keep_blank, page_edits.show_as_scanned):
        with pytest.raises(DossierMovedOn):
            edit(point, page_id, True)
