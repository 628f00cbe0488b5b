"""A scanned identity card fills the form of its dossier; what was typed stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from appliance.core.cards.age import holds_until
from appliance.core.cards.citizen_card import CardDoubt
from appliance.core.cards.provenance import Provenance, provenance
from appliance.core.errors import DossierUnknown
from appliance.core.forms.sex import Sex
from appliance.desk.dossier import dossiers
from appliance.desk.pages import cards
from appliance.desk.point import Point
from tests import pages as drawn
from tests.point.test_point_cleaning import clean_all, scanned


@pytest.fixture
def card(point: Point, dossier_id: str) -> cards.ScannedCard:
    """A drawn card, scanned and cleaned as the station does it."""
    scanned(point, dossier_id, [drawn.card("front", 4103, 300, clockwise=0).jpeg()], 300)
    clean_all(point)
    (found,) = cards.cards_of(point, dossiers.look_at(point, dossier_id))
    return found


def parent_of(found: cards.ScannedCard) -> str:
    return "mother" if found.card.sex is Sex.FEMALE else "father"


def test_a_scanned_card_is_asked_about_and_fills_one_person(
    point: Point, dossier_id: str, card: cards.ScannedCard
) -> None:
    person = parent_of(card)
    assert [one.key for one in card.people] == ["requester", person]
    cards.take_proposals(point, dossier_id, card.page_id, person, {})
    view = dossiers.look_at(point, dossier_id)
    assert view.answers[f"{person}_name"] == card.card.name
    assert view.answers[f"{person}_id_number"] == card.card.number.number
    assert f"{person}_ethnicity" not in view.answers
    assert "requester_name" not in view.answers
    paper = cards.from_paper(point, view)
    assert provenance(f"{person}_name", view.answers, paper, {}) is Provenance.PAPER
    assert provenance("birth_kind", view.answers, paper, {}) is Provenance.TYPED


def test_a_typed_name_stays_until_it_is_agreed_to(
    point: Point, dossier_id: str, card: cards.ScannedCard
) -> None:
    key = f"{parent_of(card)}_name"
    dossiers.save_answers(point, dossier_id, {key: "Người Khác"})
    cards.take_proposals(point, dossier_id, card.page_id, parent_of(card), {})
    assert dossiers.look_at(point, dossier_id).answers[key] == "Người Khác"
    cards.take_proposals(point, dossier_id, card.page_id, parent_of(card), {key: 0})
    assert dossiers.look_at(point, dossier_id).answers[key] == card.card.name


def test_an_answer_typed_since_is_marked_as_typed(
    point: Point, dossier_id: str, card: cards.ScannedCard
) -> None:
    person = parent_of(card)
    cards.take_proposals(point, dossier_id, card.page_id, person, {})
    dossiers.save_answers(point, dossier_id, {f"{person}_name": "Người Khác"})
    view = dossiers.look_at(point, dossier_id)
    paper = cards.from_paper(point, view)
    assert provenance(f"{person}_name", view.answers, paper, {}) is Provenance.TYPED
    assert provenance(f"{person}_birth_date", view.answers, paper, {}) is Provenance.PAPER


@pytest.mark.parametrize(("page", "person"), [("own", "nobody"), ("other", "mother")])
def test_a_strange_page_or_person_is_refused(
    point: Point, dossier_id: str, card: cards.ScannedCard, page: str, person: str
) -> None:
    page_id = card.page_id if page == "own" else "0" * 32
    with pytest.raises(DossierUnknown):
        cards.take_proposals(point, dossier_id, page_id, person, {})


def test_a_choice_that_is_not_there_changes_nothing(
    point: Point, dossier_id: str, card: cards.ScannedCard
) -> None:
    key = f"{parent_of(card)}_name"
    dossiers.save_answers(point, dossier_id, {key: "Người Khác"})
    for number in (-1, 1, 99):
        cards.take_proposals(point, dossier_id, card.page_id, parent_of(card), {key: number})
    cards.take_proposals(point, dossier_id, card.page_id, parent_of(card), {"child_name": 0})
    answers = dossiers.look_at(point, dossier_id).answers
    assert answers[key] == "Người Khác"
    assert "child_name" not in answers


def test_a_locked_dossier_shows_no_card(
    point: Point, dossier_id: str, card: cards.ScannedCard
) -> None:
    assert card.page_id
    for kept in (point.config.paths.runtime / "desk-keys").iterdir():
        kept.unlink()  # as after a power cut
    view = dossiers.look_at(point, dossier_id)
    assert view.locked
    assert cards.cards_of(point, view) == ()


def test_a_card_that_ran_out_is_told_and_still_fills(
    point: Point, dossier_id: str, card: cards.ScannedCard
) -> None:
    last_day = holds_until(card.card)
    assert last_day is not None
    noon = datetime(last_day.year, last_day.month, last_day.day, 5, tzinfo=UTC)
    for now, is_told in ((noon, False), (noon + timedelta(days=1), True)):
        then = replace(point, clock=partial(lambda moment: moment, now))
        view = dossiers.look_at(point, dossier_id)
        filled = cards.proposals_of(then, view, card.page_id, parent_of(card))
        assert (CardDoubt.RUN_OUT in filled.doubts) is is_told
        assert filled.proposals
