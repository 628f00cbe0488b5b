"""A scanned identity card fills the form on the page, and asks before it changes anything."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import expect

from appliance.core.forms.normalise import unmarked
from appliance.core.forms.sex import Sex
from appliance.desk.dossier import dossiers
from appliance.desk.pages import cards
from appliance.desk.point import Point
from appliance.store.people.volunteers import Volunteer
from tests import pages as drawn
from tests.point.test_point_cleaning import clean_all, letter, scanned
from tests.screenshots import keep_picture
from tests.station_page.chromium import open_window
from tests.station_page.conftest import PIN, Browser, id_of, topic_page, view_of


@pytest.fixture
def card(point: Point, dossier: str) -> cards.ScannedCard:
    """A drawn card, scanned into the dossier and cleaned."""
    scanned(point, id_of(dossier), [drawn.card("front", 4107, 300, clockwise=0).jpeg()], 300)
    clean_all(point)
    (found,) = cards.cards_of(point, view_of(point, dossier))
    return found


def test_a_card_among_the_papers_offers_to_fill_the_form(
    browser: Browser, dossier: str, card: cards.ScannedCard
) -> None:
    for page in (f"{dossier}/topics/1", f"{dossier}/slots/giay_chung_sinh"):
        text = unescape(browser.get(page).text)
        assert f'href="{dossier}/cards/{card.page_id}"' in text
        assert "Điền tờ khai từ thẻ này" in text


def test_another_paper_offers_nothing(browser: Browser, dossier: str, point: Point) -> None:
    scanned(point, id_of(dossier), [letter(4108)])
    clean_all(point)
    assert "Điền tờ khai từ thẻ này" not in unescape(browser.get(f"{dossier}/papers").text)
    (page,) = view_of(point, dossier).pages
    text = unescape(browser.get(f"{dossier}/cards/{page.id}").text)
    assert "Không đọc được mã vuông" in text


def test_a_card_alone_where_another_paper_belongs_is_told(
    browser: Browser, dossier: str, point: Point, card: cards.ScannedCard
) -> None:
    told = "Mục này chỉ có thẻ căn cước"
    for page in (f"{dossier}/slots/giay_chung_sinh", f"{dossier}/check"):
        assert told in browser.get(page).text
    browser.post(f"{dossier}/slots/can_cuoc_me/arrange", place=f"{card.page_id}:1")
    for page in (f"{dossier}/slots/can_cuoc_me", f"{dossier}/check"):
        assert told not in browser.get(page).text


def test_the_back_of_a_card_leads_to_the_side_that_can_be_read(
    browser: Browser, dossier: str, point: Point, card: cards.ScannedCard
) -> None:
    scanned(point, id_of(dossier), [drawn.card("back", 4107, 300, clockwise=0).jpeg()], 300)
    clean_all(point)
    back = next(page for page in view_of(point, dossier).pages if page.id != card.page_id)
    papers = browser.get(f"{dossier}/slots/giay_chung_sinh").text
    assert f'href="{dossier}/cards/{back.id}"' in papers
    answer = browser.get(f"{dossier}/cards/{back.id}")
    assert (answer.status_code, answer.location) == (303, f"{dossier}/cards/{card.page_id}")


def test_whose_card_it_is_is_asked_and_then_shown_before_it_goes_in(
    browser: Browser, dossier: str, point: Point, card: cards.ScannedCard
) -> None:
    path = f"{dossier}/cards/{card.page_id}"
    asked = unescape(browser.get(path).text)
    assert "là thẻ của ai trong hồ sơ?" in asked
    people = re.findall(r'name="person" value="(\w+)"', asked)
    assert people == [person.key for person in card.people]
    person = people[1]
    shown = unescape(browser.get(f"{path}?person={person}").text)
    for words in (card.card.name, card.card.number.number, "đọc từ thẻ", "Dân tộc không có"):
        assert words in shown
    answer = browser.post(path, person=person)
    assert answer.status_code == 303
    answers = view_of(point, dossier).answers
    assert answers[f"{person}_name"] == card.card.name
    assert f"{person}_ethnicity" not in answers
    check = unescape(browser.get(f"{dossier}/check").text)
    filled = [
        key for key in answers if key.startswith(f"{person}_") and key != f"{person}_nationality"
    ]
    assert check.count("đọc từ thẻ") == len(filled)
    again = unescape(browser.get(f"{path}?person={person}").text)
    assert f'name="take-{person}_name"' not in again


def test_what_was_typed_stays_unless_the_card_is_chosen(
    browser: Browser, dossier: str, point: Point, card: cards.ScannedCard
) -> None:
    person = card.people[1].key
    path, key = f"{dossier}/cards/{card.page_id}", f"{person}_name"
    dossiers.save_answers(point, id_of(dossier), {key: "Người Khác"})
    shown = unescape(browser.get(f"{path}?person={person}").text)
    assert "Giữ ô này như đã nhập: NGƯỜI KHÁC" in shown
    browser.post(path, person=person, **{f"take-{key}": ""})
    assert view_of(point, dossier).answers[key] == "Người Khác"
    browser.post(path, person=person, **{f"take-{key}": "0"})
    assert view_of(point, dossier).answers[key] == card.card.name


def test_a_card_with_another_name_fills_nothing_before_somebody_chose(
    browser: Browser, dossier: str, point: Point, card: cards.ScannedCard
) -> None:
    person = card.people[1].key
    path, key = f"{dossier}/cards/{card.page_id}", f"{person}_name"
    dossiers.save_answers(point, id_of(dossier), {key: "Người Khác"})
    before = view_of(point, dossier).answers
    shown = unescape(browser.get(f"{path}?person={person}").text)
    assert "có thể đây là thẻ của người khác" in shown
    assert not re.search(rf'id="take-{key}-\w+"[^>]* checked', shown)
    back = browser.post(path, person=person)
    assert back.location == f"{path}?person={person}&choose=1#choose"
    assert view_of(point, dossier).answers == before  # no number, no birth date of another human
    assert "Chưa điền gì. Hãy chọn ở từng mục" in unescape(browser.get(back.location).text)
    dossiers.save_answers(point, id_of(dossier), {key: unmarked(card.card.name)})
    shown = unescape(browser.get(f"{path}?person={person}").text)
    assert "có thể đây là thẻ của người khác" not in shown  # only its marks were not typed
    assert f'id="take-{key}-keep" checked' in shown


def test_what_a_card_filled_is_counted_and_shown_where_it_landed(
    browser: Browser, dossier: str, point: Point, card: cards.ScannedCard
) -> None:
    path = f"{dossier}/cards/{card.page_id}"
    shown = unescape(browser.get(f"{path}?person=father").text)
    number = re.search(r'name="topic" value="(\d+)"', shown)
    assert number
    before = view_of(point, dossier).answers
    landed = browser.post(path, person="father", topic=number[1]).location
    assert landed.startswith(topic_page(point, dossier, "father_name"))
    after = view_of(point, dossier).answers
    filled = sum(1 for key in after if after[key] != before.get(key))
    text = unescape(browser.get(landed).text)
    assert f"Đã điền {filled} ô từ thẻ của người cha." in text
    assert card.card.number.number in text


def test_a_card_of_the_other_sex_is_doubted_before_and_where_it_lands(
    browser: Browser, dossier: str, point: Point, card: cards.ScannedCard
) -> None:
    path = f"{dossier}/cards/{card.page_id}"
    is_mans = card.card.number.sex is Sex.MALE
    wrong, slot = ("mother", "can_cuoc_me") if is_mans else ("father", "can_cuoc_cha")
    browser.get(dossier)
    browser.post(f"{dossier}/slots/{slot}/arrange", place=f"{card.page_id}:1")
    told = "Thẻ này là của nam" if is_mans else "Thẻ này là của nữ"
    assert told in unescape(browser.get(path).text)
    number = topic_page(point, dossier, f"{wrong}_name").rpartition("/")[2]
    landed = browser.post(path, person=wrong, topic=number).location
    assert "cho biết giới tính khác với hồ sơ" in unescape(browser.get(landed).text)


def test_the_sides_of_a_card_are_called_by_what_they_are(
    browser: Browser, dossier: str, point: Point, card: cards.ScannedCard
) -> None:
    scanned(point, id_of(dossier), [drawn.card("back", 4107, 300, clockwise=0).jpeg()], 300)
    clean_all(point)
    text = unescape(browser.get(f"{dossier}/slots/giay_chung_sinh").text)
    named = re.findall(r'<p class="paper-number">([^<]*?)\s*</p>', text)
    assert named == ["Mặt trước của thẻ", "Mặt sau của thẻ"]
    assert text.count(" is-card") == 2  # room for the button that fills the form
    assert "Trang 1" not in text


@pytest.mark.parametrize("number", ["9", "-1", "x", "٣", "99999999999"])
def test_a_strange_choice_changes_nothing(
    browser: Browser, dossier: str, point: Point, card: cards.ScannedCard, number: str
) -> None:
    person = card.people[1].key
    dossiers.save_answers(point, id_of(dossier), {f"{person}_name": "Người Khác"})
    path = f"{dossier}/cards/{card.page_id}"
    browser.get(path)
    browser.post(path, person=person, **{f"take-{person}_name": number, "take-": "0"})
    assert view_of(point, dossier).answers[f"{person}_name"] == "Người Khác"


def test_the_card_of_another_dossier_or_of_nobody_is_refused(
    browser: Browser, dossier: str, point: Point, card: cards.ScannedCard
) -> None:
    browser.get(dossier)
    own = f"{dossier}/cards/{card.page_id}"
    assert browser.post(own, person="nobody").status_code == 404
    other = browser.open_dossier()
    assert browser.get(f"{other}/cards/{card.page_id}").status_code == 404
    assert browser.post(f"{other}/cards/{card.page_id}", person="mother").status_code == 404


@pytest.mark.browser
@pytest.mark.timeout(180)
@pytest.mark.parametrize("width", [1366, 360])
def test_the_page_of_a_card_can_be_used_by_everybody(
    point: Point, lan: Volunteer, address: str, tmp_path: Path, width: int
) -> None:
    dossier_id = dossiers.open_dossier(point, "khai-sinh", lan.id)
    scanned(point, dossier_id, [drawn.card("front", 4107, 300, clockwise=0).jpeg()], 300)
    clean_all(point)
    (card,) = cards.cards_of(point, dossiers.look_at(point, dossier_id))
    person = card.people[1].key
    dossiers.save_answers(point, dossier_id, {f"{person}_name": "Người Khác"})
    with open_window(address, width=width) as window:
        window.sign_in("Lan", PIN)
        page = window.go(f"/dossiers/{dossier_id}/cards/{card.page_id}")
        keep_picture(page, f"card-whose-{width}", whole=width > 640)
        assert window.barriers() == []
        page.locator(f'input[value="{person}"]').check()
        page.get_by_role("button", name="Xem các ô sẽ điền").click()
        keep_picture(page, f"card-fields-{width}", whole=width > 640)
        assert window.barriers() == []
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0
        page.get_by_text("Theo thẻ:").first.click()
        page.get_by_role("button", name="Đúng rồi, điền vào tờ khai").click()
        expect(page.locator(f"#f-{person}_name")).to_have_value(card.card.name)
        assert not window.complaints
