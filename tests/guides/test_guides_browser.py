"""The guides in Chromium: on a phone, a tablet, the point's screen and on paper.

With TRAMHOSO_PICTURES set, pictures of them are kept in that folder (docs/pages is made so).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import expect

from tests.guides.test_guides_pages import PATHS
from tests.screenshots import keep_picture
from tests.station_page.chromium import Window, open_window
from tests.station_page.test_station_page_light import BUDGET, note

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LEAST_TOUCH_PX = 44


@pytest.fixture
def window(address: str) -> Iterator[Window]:
    with open_window(address, width=360) as window:
        yield window
        assert window.hosts() == {address.removeprefix("http://")}, "a request left the box"
        assert not window.complaints


def name_of(path: str) -> str:
    return "guide-" + (path.removeprefix("/guides").strip("/").replace("/", "-") or "home")


def too_small(window: Window) -> list[str]:
    """What a thumb misses; a link inside a sentence is not meant."""
    found: list[str] = window.page.evaluate(
        """least => [...document.querySelectorAll(
          'header a, main a, button, input:not([type=hidden]), summary')]
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < least)
        .map(e => e.outerHTML.slice(0, 90))""",
        LEAST_TOUCH_PX,
    )
    return found


@pytest.mark.parametrize("width", [1366, 768, 360])
@pytest.mark.parametrize("look", ["vi.plain", "vi.large", "en.plain", "en.large"])
def test_no_guide_has_a_barrier_or_is_wider_than_the_screen(
    address: str, tmp_path: Path, width: int, look: str
) -> None:
    with open_window(address, width=width) as window:
        window.context.add_cookies([{"name": "guide-look", "value": look, "url": address}])
        for path in (*PATHS, "/guides/procedures/none", "/guides/procedures?q=sao+y"):
            page = window.go(path)
            if "none" not in path and "?" not in path and look != "en.large":
                name = f"{name_of(path)}-{look}-{width}".replace("-vi.plain", "").replace(".", "-")
                keep_picture(page, f"{name}", whole=True)
            assert window.barriers() == [], path
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{path} is {wide} px wider than a screen of {width}"
            assert too_small(window) == [], path
        assert window.hosts() == {address.removeprefix("http://")}, "a request left the box"
        assert not window.complaints


def test_large_type_makes_everything_half_as_large_again(window: Window) -> None:
    page = window.go("/guides/vneid")
    size = "getComputedStyle(document.querySelector('.plain-lines li')).fontSize"
    assert page.evaluate(size) == "18px"
    page.get_by_role("button", name="Chữ to hơn").click()
    page.wait_for_load_state("load")
    assert page.evaluate(size) == "27px"
    assert page.url.endswith("/guides/vneid")


def test_language_and_print_size_are_switched_without_a_script(address: str) -> None:
    with open_window(address, javascript=False, width=360) as window:
        page = window.go("/guides/scams")
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Do not be cheated")
        page.get_by_role("button", name="Larger print").click()
        expect(page.locator("html.large-type")).to_have_count(1)
        page.get_by_role("link", name="Back to the guides").click()
        page.get_by_role("link", name="Opening hours").click()
        expect(page.locator("html.large-type[lang=en]")).to_have_count(1)
        page.get_by_role("button", name="Tiếng Việt").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Giờ mở cửa, ai trực")
        expect(page.get_by_role("button", name="In trang này")).to_have_count(0)


def test_the_keyboard_alone_reaches_a_procedure(window: Window) -> None:
    page = window.go("/guides")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Làm giấy tờ gì")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Làm giấy tờ gì?")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("giay chung sinh")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Đăng ký khai sinh")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng ký khai sinh")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("look", ["vi.plain", "vi.large"])
def test_a_guide_prints_on_a_few_sheets_without_buttons(
    address: str, tmp_path: Path, path: str, look: str
) -> None:
    with open_window(address) as window:
        window.context.add_cookies([{"name": "guide-look", "value": look, "url": address}])
        page = window.go(path)
        page.emulate_media(media="print")
        assert page.locator("button:visible, form:visible").count() == 0
        assert page.get_by_text("In ngày 22/11/2026 tại").count() == 1
        pdf = page.pdf(format="A4", path=tmp_path / "guide.pdf")
        if folder := os.environ.get("TRAMHOSO_PICTURES"):
            (Path(folder) / f"{name_of(path)}-{look}.pdf").write_bytes(pdf)
    with pikepdf.open(tmp_path / "guide.pdf") as sheets:
        assert len(sheets.pages) <= (3 if look == "vi.plain" else 6)


def test_the_first_load_of_every_guide_is_light(address: str) -> None:
    for path in PATHS:
        with open_window(address) as window:
            session = window.context.new_cdp_session(window.page)
            session.send("Network.enable")
            session.send("Network.setCacheDisabled", {"cacheDisabled": True})
            loaded: list[float] = []
            session.on("Network.loadingFinished", partial(note, loaded))
            window.go(path).wait_for_load_state("load")
            print(path, sum(loaded))  # noqa: T201 - shown with -s
            assert 8_000 < sum(loaded) <= BUDGET / 3, path
