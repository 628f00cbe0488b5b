"""The guides on a screen that nobody sits at."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from appliance.core.wire.publication import Tongue
from tests.journey.waiting import until
from tests.screenshots import keep_picture
from tests.station_page.chromium import open_window
from tests.station_page.conftest import Browser
from web.station.guides.kiosk import RETURN_AFTER_S
from web.station.look import Look

HOP = {"Host": "hop.test"}


@pytest.mark.parametrize("look", [Look(), Look(Tongue.ENGLISH, True), Look(large=True, kiosk=True)])
def test_a_look_is_read_as_it_was_written(look: Look) -> None:
    assert Look.read(str(look)) == look


@pytest.mark.parametrize("cookie", ["vi.large.door", "vi..kiosk", "vi.large.kiosk.kiosk", "x"])
def test_whatever_else_a_cookie_says_counts_as_nothing(cookie: str) -> None:
    assert Look.read(cookie) == Look()


def test_the_start_of_a_kiosk_is_vietnamese_and_large_whoever_was_there_before(
    reader: Browser,
) -> None:
    reader.client.set_cookie("guide-look", "en.plain", path="/")
    assert reader.get("/guides/kiosk").status_code == 303
    text = reader.get("/guides").text
    assert '<html lang="vi" class="large-type">' in text
    assert "is-kiosk" in text


def test_a_kiosk_asks_for_no_typing_and_offers_nothing_to_print_or_keep(reader: Browser) -> None:
    reader.get("/guides/kiosk")
    for path in ("/guides", "/guides/procedures", "/guides/procedures/khai-sinh"):
        text = reader.get(path).text
        assert 'type="search"' not in text
        assert ".pdf" not in text
        assert "data-print" not in text


def test_a_visitor_takes_the_page_along_on_a_phone(reader: Browser) -> None:
    reader.client.set_cookie("guide-look", "vi.large.kiosk", domain="hop.test", path="/")
    page = reader.get("/guides/procedures/khai-sinh", headers=HOP).text
    assert "Muốn xem trên điện thoại?" in page
    assert '<svg class="qr"' in page or 'class="qr"' in page


def test_a_reader_who_is_no_kiosk_has_none_of_it(reader: Browser) -> None:
    text = reader.get("/guides/vneid").text
    assert "data-kiosk" not in text
    assert "kiosk-bar" not in text


def goes_back_by_itself(page: Page, address: str) -> None:
    with suppress(Error):  # on a busy machine the page leaves while its clock is still turned
        page.clock.run_for((RETURN_AFTER_S + 2) * 1000)
    page.wait_for_url(address + "/guides")


@pytest.mark.browser
def test_a_screen_that_nobody_touches_goes_back_to_the_start(address: str) -> None:
    with open_window(address, width=1080) as window:
        window.page.clock.install()
        page = window.go("/guides/kiosk")
        page.get_by_role("button", name="English").click()
        page.get_by_role("link", name="VNeID in seven steps").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("VNeID in seven steps")
        page.wait_for_load_state("load")  # its clock runs from the script on
        page.clock.run_for((RETURN_AFTER_S - 5) * 1000)
        page.mouse.wheel(0, 400)  # somebody reads on
        # a window at work scrolls a little later; wait_for_function wants eval, our policy has none
        until(lambda: bool(page.evaluate("scrollY > 0")), patience_s=20)
        page.clock.run_for(10_000)
        expect(page.get_by_role("heading", level=1)).to_have_text("VNeID in seven steps")
        goes_back_by_itself(page, address)
        expect(page.locator("html[lang=vi].large-type")).to_have_count(1)
        assert not window.complaints


@pytest.mark.browser
def test_a_box_that_is_away_leaves_the_page_readable(address: str) -> None:
    with open_window(address, width=1080) as window:
        window.page.clock.install()
        page = window.go("/guides/kiosk")
        page.get_by_role("link", name="Đừng để bị lừa").click()
        page.wait_for_load_state("load")
        window.context.set_offline(True)
        page.clock.run_for((RETURN_AFTER_S + 2) * 1000)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        window.context.set_offline(False)
        goes_back_by_itself(page, address)


@pytest.mark.browser
@pytest.mark.parametrize("path", ["", "/procedures", "/procedures/khai-sinh"])
def test_a_kiosk_has_no_barrier_and_its_way_back_stays_in_sight(
    address: str, tmp_path: Path, path: str
) -> None:
    with open_window(address, width=1080) as window:
        page = window.go("/guides/kiosk")
        window.go(f"/guides{path}")
        if path:
            expect(page.get_by_role("link", name="Về trang đầu")).to_be_in_viewport()
        name = f"kiosk{path.replace('/', '-') or '-home'}-1080"
        keep_picture(page, f"{name}")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert window.barriers() == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
