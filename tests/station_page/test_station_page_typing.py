"""What is typed is saved as its box is left, told about beside it, and never lost."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Route, expect

from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from tests.station_page.at_the_desk import ask_for, start_dossier, until, wait_saved
from tests.station_page.chromium import Window
from tests.station_page.conftest import Tray, id_of, topic_page, view_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_what_another_screen_saved_is_seen_without_losing_what_is_typed(
    window: Window, point: Point
) -> None:
    path = start_dossier(window)
    page = ask_for(window, point, path, "child_name")
    dossiers.save_answers(point, id_of(path), {"child_birth_date": "05/11/2026"})
    expect(page.locator("#f-child_birth_date")).to_have_value("05/11/2026")
    page.type("#f-child_name", "Cao Minh")  # typing, not left yet
    dossiers.save_answers(point, id_of(path), {"child_birth_date": "06/11/2026"})
    page.press("#f-child_name", "Tab")
    expect(page.locator("#f-child_birth_date")).to_have_value("06/11/2026")
    expect(page.locator("#f-child_name")).to_have_value("Cao Minh")


def test_an_answer_opens_its_question_and_keeps_the_rest(window: Window, point: Point) -> None:
    page = ask_for(window, point, start_dossier(window), "relation")
    page.get_by_label("Khác", exact=True).check()
    box = page.get_by_label("Quan hệ khác")
    expect(box).to_be_visible()
    box.fill("Bà ngoại")
    page.get_by_label("Mẹ", exact=True).check()
    expect(box).to_have_count(0)
    wait_saved(page)


def test_communes_follow_their_province(window: Window, point: Point) -> None:
    path = start_dossier(window)
    page = ask_for(window, point, path, "birth_place")
    page.select_option("#f-birth_place-province", "56")
    expect(page.locator("#f-birth_place-commune option")).not_to_have_count(1)
    page.select_option("#f-birth_place-commune", "22615")
    page.fill("#f-birth_place-detail", "Trạm Y tế Mẫu")
    page.press("#f-birth_place-detail", "Tab")
    until(lambda: view_of(point, path).answers.get("birth_place", {}).get("detail"))  # type: ignore[union-attr]
    assert view_of(point, path).answers["birth_place"] == {
        "country": "VN",
        "province": "56",
        "commune": "22615",
        "detail": "Trạm Y tế Mẫu",
    }
    page.select_option("#f-birth_place-country", "LA")
    expect(page.locator("#f-birth_place-province")).to_be_hidden()


def test_a_wrong_answer_is_told_beside_its_box(window: Window, point: Point) -> None:
    page = ask_for(window, point, start_dossier(window), "child_birth_date")
    page.fill("#f-child_birth_date", "31/2/2026")
    page.press("#f-child_birth_date", "Tab")
    expect(page.locator("#problem-child_birth_date .problem")).to_be_visible()
    expect(page.locator("#f-child_birth_date")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-summary] li")).to_have_count(1)
    page.fill("#f-child_birth_date", "5/11/2026")
    page.press("#f-child_birth_date", "Tab")
    expect(page.locator("#problem-child_birth_date .problem")).to_have_count(0)
    expect(page.locator("[data-summary] li")).to_have_count(0)


def test_a_pause_in_typing_saves_without_complaining(window: Window, point: Point) -> None:
    path = start_dossier(window)
    page = ask_for(window, point, path, "child_birth_date")
    page.locator("#f-child_birth_date").press_sequentially("05/1")
    wait_saved(page)
    assert view_of(point, path).answers["child_birth_date"] == "05/1"
    expect(page.locator("#problem-child_birth_date .problem")).to_have_count(0)
    page.press("#f-child_birth_date", "Tab")
    expect(page.locator("#problem-child_birth_date .problem")).to_be_visible()


def over_a_slow_line(route: Route) -> None:
    time.sleep(0.6)  # a page that is left meanwhile takes its request along
    with suppress(Error):
        route.continue_()


@pytest.mark.parametrize("way", [".way-back button", "#open-uy_quyen", ".brand"])
def test_whoever_leaves_in_the_middle_of_a_word_finds_it_again(
    window: Window, point: Point, way: str
) -> None:
    path = start_dossier(window)
    dossiers.save_answers(point, id_of(path), {"relation": "other"})
    page = ask_for(window, point, path, "child_name")
    page.route("**/answers", over_a_slow_line)
    page.locator("#f-child_name").press_sequentially("Cao Minh")  # the box is not left
    page.locator(way).click()
    page.wait_for_url(lambda url: not url.endswith("/topics/3"))
    assert view_of(point, path).answers["child_name"] == "Cao Minh"


def test_an_answer_that_can_never_be_saved_is_told_and_kept(window: Window, point: Point) -> None:
    page = ask_for(window, point, start_dossier(window), "child_name")
    page.locator("#f-child_name").evaluate("box => box.removeAttribute('maxlength')")
    page.fill("#f-child_name", "a" * 300_000)
    page.press("#f-child_name", "Tab")
    expect(page.get_by_text("Nội dung gửi lên quá dài.")).to_be_visible()
    expect(page.locator("[data-refused]")).to_be_visible()
    expect(page.locator("[data-unsaved]")).to_be_hidden()  # it says that it tries again
    expect(page.locator("#f-child_name")).to_have_value("a" * 300_000)


def test_what_the_box_did_not_confirm_is_marked_and_saved_later(
    window: Window, point: Point
) -> None:
    path = start_dossier(window)
    page = ask_for(window, point, path, "child_name")
    window.context.set_offline(True)
    page.fill("#f-child_name", "Cao Minh Mẫu")
    page.press("#f-child_name", "Tab")
    expect(page.locator("[data-unsaved]")).to_be_visible()
    window.context.set_offline(False)
    expect(page.locator("[data-saved]")).to_be_visible(timeout=10_000)
    assert view_of(point, path).answers["child_name"] == "Cao Minh Mẫu"


def test_enter_in_a_box_saves_and_turns_no_page(window: Window, point: Point, tray: Tray) -> None:
    path = start_dossier(window)
    tray.press()
    page = ask_for(window, point, path, "child_name")
    expect(page.locator(".paper")).to_have_count(1)
    page.fill("#f-child_name", "Cao Minh Mẫu")
    page.press("#f-child_name", "Enter")
    wait_saved(page)
    assert view_of(point, path).pages[0].turn == 0
    assert page.url.endswith(topic_page(point, path, "child_name"))


def test_hostile_text_is_shown_as_text(window: Window, point: Point) -> None:
    path = start_dossier(window)
    bad = "<img src=x onerror=\"document.title='taken'\">"
    dossiers.save_answers(point, id_of(path), {"child_name": bad, "child_ethnicity": bad})
    page = window.page
    box = topic_page(point, path, "child_name")
    for where in (path, box, f"{path}/check"):
        window.go(where)
        assert "taken" not in page.title()
        assert page.locator('img[src="x"]').count() == 0
    window.go(box)
    expect(page.locator("#f-child_name")).to_have_value(bad)
