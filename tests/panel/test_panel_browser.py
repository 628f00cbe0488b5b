"""The on-screen panel as a person meets it, in Debian's Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from appliance.core.ports import Signal
from appliance.pretend.panel import ScreenPanel
from tests.station_page.chromium import chromium

pytestmark = [
    pytest.mark.browser,
]


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page(java_script_enabled=request.param)
        page.set_default_timeout(20_000)
        yield page


scripted = pytest.mark.parametrize("page", [True], ids=["with scripts"], indirect=True)


@pytest.fixture
def moments(screen: ScreenPanel) -> list[float]:
    heard: list[float] = []
    screen.listen(heard.append)
    return heard


def test_a_click_is_a_press_and_the_page_stays(screen, moments, page, wait_for):
    page.goto(screen.url)
    page.get_by_role("button", name="Quét").click()
    wait_for(lambda: len(moments) == 1)
    expect(page.get_by_role("heading", name="Nút quét của trạm")).to_be_visible()


def test_the_lamp_follows_by_itself(screen, page):
    screen.show(Signal.READY)
    page.goto(screen.url)
    expect(page.get_by_role("status")).to_contain_text("Sẵn sàng")
    screen.show(Signal.NEEDS_PERSON)
    expect(page.get_by_role("status")).to_contain_text("Cần người giúp", timeout=20_000)


@scripted
@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_each_key_is_one_press_wherever_the_focus_is(screen, moments, page, wait_for, key):
    page.goto(screen.url)
    page.keyboard.press(key)
    wait_for(lambda: len(moments) == 1)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(key)
    wait_for(lambda: len(moments) == 2)
    page.evaluate("fetch('/lamp').then(answer => answer.json())")  # whatever came, came before
    assert len(moments) == 2


@scripted
def test_a_held_key_is_one_press(screen, moments, page, wait_for):
    page.goto(screen.url)
    for _ in range(5):
        page.keyboard.down("Enter")  # the second and later ones are repeats
    page.keyboard.up("Enter")
    wait_for(lambda: len(moments) >= 1)
    page.evaluate("fetch('/lamp').then(answer => answer.json())")
    assert len(moments) == 1


@scripted
def test_a_station_that_is_gone_is_said_and_the_lamp_goes_dark(screen, page):
    screen.show(Signal.READY)
    page.goto(screen.url)
    expect(page.locator("#lamp")).to_have_attribute("data-colour", "white")
    screen.close()
    expect(page.get_by_role("alert")).to_contain_text("Mất liên lạc với trạm")
    expect(page.locator("#lamp")).to_have_attribute("data-colour", "dark")


@scripted
def test_the_page_asks_nobody_else_for_anything(screen, page):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(screen.url)
    page.get_by_role("button", name="Quét").click()
    assert all(url.startswith((screen.url, "data:")) for url in asked)
    assert [text for text in complaints if "Content Security Policy" in text] == []
