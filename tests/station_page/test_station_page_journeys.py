"""From the door to the ward's receipt, every answer by hand: keys alone, then without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from appliance.core.dossiers.dossier import DossierState
from appliance.core.forms.fields import AddressField
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import outbox
from appliance.store.people.volunteers import Volunteer
from tests.station_page.chromium import Window, open_window
from tests.station_page.conftest import PIN, Tray, id_of, receipt_for, view_of
from web.station.form.filling import asked_topics
from web.station.form.topics import topic_with

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PROCEDURE, SLOT = "khai-sinh", "giay_chung_sinh"
FURTHEST = 260  # stops of the tab key around the longest page


def test_the_whole_journey_by_keyboard_alone(
    address: str, lan: Volunteer, point: Point, tray: Tray
) -> None:
    with open_window(address) as window:
        page = window.go("/sign-in")
        to(page, "input[name=name]")
        page.keyboard.press("Space")
        to(page, "#pin")
        page.keyboard.type(PIN)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")

        enter(page, 'a[href="/dossiers/new"]')
        page.wait_for_url("**/dossiers/new")
        enter(page, f'button[value="{PROCEDURE}"]')
        page.wait_for_url(f"{address}/dossiers/*-*")
        path = page.url.removeprefix(address).partition("#")[0]

        enter(page, "#do-next")
        page.wait_for_url(f"**/slots/{SLOT}")
        enter(page, f"#scan-{SLOT}")
        until_true(page, lambda: view_of(point, path).scan is not None)
        tray.take(pages=1)
        tray.clean()
        expect(page.locator(".paper img")).to_have_count(1)
        enter(page, ".onward a")
        page.wait_for_url(f"{address}{path}")
        enter(page, "#task-1")
        answer_everything(page, point, path, key_in, is_script=True)

        page.wait_for_url(f"{address}{path}")
        enter(page, "#do-next")
        page.wait_for_url("**/check")
        to(page, "#consent")
        expect(page.locator("#consent")).not_to_be_checked()
        page.keyboard.press("Space")
        enter(page, ".consent .btn-go")
        deliver(page, point, path)
        assert not window.complaints


def test_the_whole_journey_without_a_script_to_the_receipt(
    address: str, lan: Volunteer, point: Point, tray: Tray
) -> None:
    with open_window(address, javascript=False) as window:
        page = start_without_script(window)
        path = page.url.removeprefix(address).partition("#")[0]
        page.get_by_role("link", name="Thông tin người yêu cầu").click()
        page.locator(f"#scan-{SLOT}").click()
        tray.take(pages=1)
        tray.clean()
        page.get_by_role("button", name="Lưu và xem trang vừa quét").click()
        expect(page.locator(".paper img")).to_have_count(1)
        answer_everything(page, point, path, point_at, is_script=False)

        page.get_by_role("link", name="Làm việc này").click()
        expect(page.locator("#consent")).not_to_be_checked()
        page.check("#consent")
        page.get_by_role("button", name="Chốt và gửi").click()
        deliver(page, point, path)


def start_without_script(window: Window) -> Page:
    window.sign_in("Lan", PIN)
    page = window.page
    page.get_by_role("link", name="Mở hồ sơ mới").click()
    page.locator(f'button[value="{PROCEDURE}"]').click()
    return page


def answer_everything(
    page: Page,
    point: Point,
    path: str,
    put: Callable[[Page, str, str], None],
    *,
    is_script: bool,
) -> None:
    """Every answer of an invented family, page by page, box by box, as they are asked for."""
    answers = sample_answers(PROCEDURE, point.today())
    procedure = view_of(point, path).procedure
    fields = procedure.fields
    here = topic_with(procedure, next(iter(fields)))
    for key in (key for key in fields if key in answers):
        while key not in here.keys:
            later = [one for one in asked_topics(view_of(point, path)) if one.number > here.number]
            here = later[0]
            onward(page, path, here.number, is_script=is_script)
        if isinstance(fields[key], AddressField):
            put(page, f"#f-{key}-province", answers[key]["province"])
            if not is_script:
                page.locator(f'[data-question="{key}"] noscript button').click()
            put(page, f"#f-{key}-commune", answers[key]["commune"])
            put(page, f"#f-{key}-detail", answers[key]["detail"])
        else:
            control = f"#f-{key}"
            choice = f'[data-question="{key}"] input[value="{answers[key]}"]'
            is_choice = page.locator(choice).count() and not page.locator(f"input{control}").count()
            put(page, choice if is_choice else control, str(answers[key]))
            if is_choice and not is_script:
                page.locator(f".chapter:has({control}) > noscript button").click()
        if is_script:
            page.keyboard.press("Tab")
            until_true(page, lambda key=key: view_of(point, path).answers.get(key))
    onward(page, path, None, is_script=is_script)


def onward(page: Page, path: str, number: int | None, *, is_script: bool) -> None:
    """To the next topic, or after the last one to the list."""
    if is_script:
        enter(page, '.onward button[value="onward"]')
    else:
        page.get_by_role("button", name="Lưu và tiếp").click()
    page.wait_for_url(f"**{path}/topics/{number}" if number else f"**{path}")


def point_at(page: Page, control: str, value: str) -> None:
    """With a finger or a mouse."""
    tag = page.locator(control).evaluate("e => e.type")
    if tag == "radio":
        page.locator(control).check()
    elif tag == "select-one":
        page.select_option(control, value)
    else:
        page.fill(control, value)


def key_in(page: Page, control: str, value: str) -> None:
    """With keys alone: letters of what it says, then arrows, as anybody does in a long list."""
    box = page.locator(control)
    kind = box.evaluate("e => e.type")
    if kind == "radio":
        name = box.get_attribute("name")
        to(page, f'input[name="{name}"]')
        page.keyboard.press("Space")
        step(page, f'input[name="{name}"]:checked', value, "ArrowDown", 8)
    elif kind == "select-one":
        expect(box.locator(f'option[value="{value}"]')).to_have_count(1)  # communes are on the way
        to(page, control)
        order = "e => [...e.options].findIndex(o => o.value === %r) - e.selectedIndex"
        ahead = box.evaluate(order % value)
        if abs(ahead) > 3:  # a long list is opened, walked through, and tells its choice once
            page.keyboard.press("Alt+ArrowDown")
            for _ in range(abs(ahead)):
                page.keyboard.press("ArrowDown" if ahead > 0 else "ArrowUp")
            page.keyboard.press("Enter")
            ahead = box.evaluate(order % value)
        step(page, control, value, "ArrowDown" if ahead >= 0 else "ArrowUp", abs(ahead))
    else:
        to(page, control)
        page.keyboard.press("Control+a")
        page.keyboard.type(value)


def step(page: Page, control: str, value: str, key: str, most: int) -> None:
    for _ in range(most):
        if page.locator(control).input_value() == value:
            break
        page.keyboard.press(key)
    assert page.locator(control).input_value() == value, control


def to(page: Page, wanted: str) -> None:
    """Press Tab until the keyboard stands on *wanted*."""
    for _ in range(FURTHEST):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the tab key never reaches {wanted}")


def enter(page: Page, wanted: str) -> None:
    to(page, wanted)
    page.keyboard.press("Enter")


def deliver(page: Page, point: Point, path: str) -> None:
    """What station and uploader do; the page tells both by itself."""
    expect(page.get_by_role("heading", name="Đang chốt hồ sơ…")).to_be_visible()
    sealing.grant_next(point, cleaned)
    expect(page.get_by_role("heading", name="Đang chờ gửi")).to_be_visible(timeout=15_000)
    with point.database.writing() as connection:
        sent = outbox.submission_of(connection, id_of(path))
        assert sent is not None
        outbox.mark_delivered(connection, sent, receipt_for(sent, point.clock()))
    expect(page.get_by_text("TNHS-2026-0042")).to_be_visible(timeout=15_000)
    assert view_of(point, path).dossier.state is DossierState.DELIVERED


def until_true(page: Page, true: Callable[[], Any]) -> None:
    for _ in range(200):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen in time")
