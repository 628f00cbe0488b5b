"""Pages change places under a mouse, a finger or the arrow keys, and the box keeps each move."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Route

from appliance.desk.pages import page_moves
from appliance.desk.point import Point
from appliance.pretend.sample_pages import write_sample_pages
from tests.screenshots import keep_picture
from tests.station_page.at_the_desk import until
from tests.station_page.chromium import Window, open_window
from tests.station_page.conftest import PIN, Browser, Tray, view_of

SLOT = "giay_chung_sinh"


@pytest.fixture
def arrange(dossier: str, tray: Tray) -> str:
    """The page on which four scanned pages are put in order."""
    tray.press(pages=4)
    tray.clean()
    return f"{dossier}/slots/{SLOT}/arrange"


def order(point: Point, arrange: str) -> list[str]:
    return [
        page.id for page in view_of(point, arrange.split("/slots/", maxsplit=1)[0]).pages_in(SLOT)
    ]


def middle(window: Window, page_id: str) -> tuple[float, float]:
    box = window.page.locator(f"#drag-{page_id}").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def until_kept(window: Window, point: Point, arrange: str, wanted: list[str]) -> None:
    for _ in range(100):
        if order(point, arrange) == wanted:
            return
        window.page.wait_for_timeout(50)
    assert order(point, arrange) == wanted


def test_the_script_gets_the_list_as_it_is_then(
    browser: Browser, arrange: str, tray: Tray, point: Point
) -> None:
    a, b, c, d = tray.scanned
    browser.get(arrange)
    answer = browser.send(arrange, place=f"{d}:1")
    assert answer.status_code == 200
    assert answer.text.index(f"place-{d}") < answer.text.index(f"place-{a}")
    assert order(point, arrange) == [d, a, b, c]
    assert browser.send(arrange, place=f"{'0' * 36}:1").status_code == 404
    assert order(point, arrange) == [d, a, b, c]


@pytest.mark.browser
def test_a_page_is_dragged_to_another_place(
    arrange: str, tray: Tray, point: Point, window: Window
) -> None:
    a, b, c, d = tray.scanned
    page = window.go(arrange)
    page.check(f"#pick-{b}")
    x, y = middle(window, a)
    _, below = middle(window, c)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, below + 5, steps=6)
    page.mouse.up()
    until_kept(window, point, arrange, [b, c, a, d])
    page.locator(f"li:nth-child(3)#place-{a}").wait_for()
    assert page.locator(f"#place-{a} .arrange-page").inner_text() == "Trang 3"
    assert page.is_checked(f"#pick-{b}")
    assert page.locator("[data-arranged]").inner_text() == "Nay là trang 3"
    page.mouse.move(*middle(window, d))  # begun, and taken back
    page.mouse.down()
    page.mouse.move(x, y, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert order(point, arrange) == [b, c, a, d]


@pytest.mark.browser
def test_arrow_keys_move_a_page_and_the_keyboard_stays_on_it(
    arrange: str, tray: Tray, point: Point, window: Window
) -> None:
    a, b, c, d = tray.scanned
    page = window.go(arrange)
    page.locator(f"#drag-{d}").focus()
    page.keyboard.press("ArrowDown")  # the last one stays the last
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    until_kept(window, point, arrange, [d, a, b, c])
    assert page.evaluate("document.activeElement.id") == f"drag-{d}"
    page_moves.move_page(point, b, SLOT, 1)  # another screen meanwhile
    page.keyboard.press("ArrowDown")
    page.locator(f"li:nth-child(1)#place-{b}").wait_for()
    assert order(point, arrange) == [b, d, a, c]


@pytest.mark.browser
def test_keys_pressed_faster_than_the_box_answers_are_all_kept(
    arrange: str, tray: Tray, point: Point, window: Window
) -> None:
    a, b, c, d = tray.scanned
    page = window.go(arrange)
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/arrange", hold_the_first)
    page.locator(f"#drag-{d}").focus()
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    until(lambda: held or page.wait_for_timeout(20))
    held[0].continue_()
    until_kept(window, point, arrange, [a, d, b, c])
    page.locator(f"li:nth-child(2)#place-{d}").wait_for()
    page.locator("[data-arranged]", has_text="Nay là trang 2").wait_for()
    assert page.evaluate("document.activeElement.id") == f"drag-{d}"


@pytest.mark.browser
def test_a_finger_drags_a_page(arrange: str, tray: Tray, point: Point, address: str) -> None:
    a, b, c, d = tray.scanned
    with open_window(address, width=360) as window:
        window.sign_in("Lan", PIN)
        touch = window.context.new_cdp_session(window.page)
        touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        page = window.go(arrange)
        page.locator(f"#drag-{a}").scroll_into_view_if_needed()
        x, y = middle(window, a)
        box = page.locator(f"#place-{b}").bounding_box()
        assert box is not None
        below = box["y"] + box["height"] / 2

        def send(kind: str, at: float | None) -> None:
            points = [] if at is None else [{"x": x, "y": at}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        send("touchStart", y)
        for step in range(1, 9):
            send("touchMove", y + (below + 5 - y) * step / 8)
        send("touchEnd", None)
        until_kept(window, point, arrange, [b, a, c, d])
        assert not window.complaints


@pytest.mark.browser
def test_without_a_script_the_buttons_are_there_and_nothing_to_drag(
    arrange: str, tray: Tray, point: Point, address: str
) -> None:
    a, b, c, d = tray.scanned
    with open_window(address, javascript=False) as window:
        window.sign_in("Lan", PIN)
        page = window.go(arrange)
        assert page.locator("[data-drag]:visible").count() == 0
        page.locator(f"#place-{b}").get_by_role("button", name="Lên trước").click()
        assert order(point, arrange) == [b, a, c, d]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 768, 360])
def test_the_arranging_page_has_no_barrier(
    dossier: str, tray: Tray, address: str, tmp_path: Path, width: int
) -> None:
    tray.papers = write_sample_pages(tmp_path / "papers", dpi=100, count=3)
    tray.press(pages=3)
    tray.clean()
    with open_window(address, width=width) as window:
        window.sign_in("Lan", PIN)
        page = window.go(f"{dossier}/slots/{SLOT}/arrange")
        page.wait_for_load_state("networkidle")
        assert window.barriers() == []
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0
        keep_picture(page, "arrange", whole=True)
