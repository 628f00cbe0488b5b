"""What a volunteer does in a browser window, for the tests that look over one's shoulder."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from appliance.desk.point import Point
from tests.station_page.chromium import Window
from tests.station_page.conftest import topic_page

LIVE_S = 1.5  # from the row in the store to the eye
SLOT = "giay_chung_sinh"


def start_dossier(window: Window) -> str:
    """Its path; the window shows the list of what there is to do."""
    page = window.page
    page.get_by_role("link", name="Mở hồ sơ mới").click()
    page.locator('button[value="khai-sinh"]').click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng ký khai sinh")
    return page.url.removeprefix(window.address)


def ask_for(window: Window, point: Point, path: str, key: str) -> Page:
    """Open the page of the form that asks for *key*."""
    return window.go(topic_page(point, path, key))


def open_paper(window: Window, path: str) -> Page:
    """Open the first paper's own page."""
    return window.go(f"{path}/slots/{SLOT}")


def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def wait_saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_be_visible()
