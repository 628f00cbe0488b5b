"""Debian's Chromium on loopback, every request written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000  # the library's five seconds are short where workers share two cores
expect.set_options(timeout=PATIENCE_MS)
_running: list[tuple[Playwright, Browser]] = []


class Window:
    """A browser window at the desk."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.context = context
        self.requests: list[str] = []
        self.complaints: list[str] = []  # script errors, and what the policy refused
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._listen)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, name: str, pin: str) -> None:
        self.go("/sign-in")
        self.page.get_by_text(name, exact=True).click()
        self.page.fill("#pin", pin)
        self.page.click("main button")
        self.page.wait_for_url(self.address + "/")

    def hosts(self) -> set[str]:
        """Where requests went, without pictures that lie inside a style sheet."""
        addresses = (urlsplit(url) for url in self.requests)
        return {a.netloc for a in addresses if a.scheme not in ("data", "blob")}

    def barriers(self) -> list[str]:
        """What keeps somebody from using the page as it is now, as axe-core sees it."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]

    def _listen(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


@contextmanager
def open_window(address: str, *, javascript: bool = True, width: int = 1366) -> Iterator[Window]:
    """A fresh window: no cookie and no kept file of an earlier one."""
    with chromium() as browser:
        context = browser.new_context(
            java_script_enabled=javascript,
            viewport={"width": width, "height": 768 if width > 600 else 740},
            locale="vi-VN",
            reduced_motion="reduce",
        )
        yield Window(context, address)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The one Chromium of this process; what is opened in it is closed again.

    Starting it costs more than most pages. Each context is a visitor of its own to it: cookies,
    storage and cache are not shared. After a failure the next test gets a new one, for a test that
    ran out of time may have stopped in the middle of a word with it.
    """
    if not _running or not _running[-1][1].is_connected():
        end_chromium()
        playwright = sync_playwright().start()
        launch = playwright.chromium.launch
        _running.append((playwright, launch(executable_path=CHROMIUM, args=ARGUMENTS)))
    browser = _running[-1][1]
    try:
        yield browser
        for context in browser.contexts:
            context.close()
    except BaseException:
        end_chromium()
        raise


def end_chromium() -> None:
    """At the latest when the tests of this process are over."""
    while _running:
        playwright, browser = _running.pop()
        with suppress(Error):  # it may have died
            browser.close()
        playwright.stop()
