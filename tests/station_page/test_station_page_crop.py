"""The frame on the whole scan: dragged, moved by keys or buttons, refused where it is none."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from appliance.core.dossiers.dossier import Page
from appliance.core.paper.crop import crop_text
from appliance.core.paper.findings import Quad
from appliance.desk.pages import cleaning, page_edits
from appliance.desk.point import Point
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_pages import write_sample_pages
from appliance.store.people.volunteers import Volunteer
from tests.screenshots import keep_picture
from tests.station_page.chromium import Window, open_window
from tests.station_page.conftest import PIN, Browser, Tray, view_of
from tests.station_page.test_station_page_light import BUDGET

SHEET: Quad = ((100.0, 200.0), (700.0, 200.0), (700.0, 1000.0), (100.0, 1000.0))


@pytest.fixture
def crop(dossier: str, tray: Tray) -> str:
    """The page on which the first scanned side is cut."""
    tray.press()
    tray.clean()
    return f"{dossier}/pages/{tray.scanned[0]}/crop"


def page_at(point: Point, dossier: str) -> Page:
    return view_of(point, dossier).pages[0]


def frame_of(text: str) -> list[list[float]]:
    """Where the answer draws the frame."""
    return json.loads(text.partition('data-quad="')[2].partition('"')[0])


def test_without_a_script_each_edge_is_moved_by_steps_and_nothing_is_kept_before_it_is_said(
    browser: Browser, crop: str, dossier: str, point: Point
) -> None:
    page_edits.crop_page(point, page_at(point, dossier).id, SHEET)
    quad = crop_text(SHEET)
    answer = browser.client.get(crop, query_string={"quad": quad, "edge": "top:in", "step": "10"})
    moved = frame_of(answer.text)
    assert moved[0] == [100.0, pytest.approx(200 + 10 / 25.4 * 100, abs=0.1)]
    assert moved[2] == [700.0, 1000.0]
    wider = {"quad": json.dumps(moved), "edge": "left:out", "step": "2"}
    moved = frame_of(browser.client.get(crop, query_string=wider).text)
    assert moved[3][0] == pytest.approx(100 - 2 / 25.4 * 100, abs=0.1)
    assert page_at(point, dossier).crop == SHEET
    done = browser.post(crop, quad=json.dumps(moved))
    assert done.location == crop.removesuffix("/crop")
    kept = page_at(point, dossier).crop
    assert kept is not None
    assert [list(corner) for corner in kept] == [pytest.approx(corner) for corner in moved]


@pytest.mark.parametrize(
    "nonsense",
    ["", "x", "[[0,0],[9,0],[9,9],[0,9]]", "[[0,0],[1e9,0],[1e9,1e9],[0,1e9]]", "[[NaN,0]]", "{"],
)
def test_a_frame_that_is_no_paper_is_told_and_changes_nothing(
    browser: Browser, crop: str, dossier: str, point: Point, nonsense: str
) -> None:
    before = page_at(point, dossier)
    assert browser.post(crop, quad=nonsense).location == crop
    assert "Khung cắt chưa khớp với một tờ giấy" in browser.get(crop).text
    told = browser.client.get(crop, query_string={"quad": nonsense})
    assert told.status_code == 200
    assert "Khung cắt chưa khớp với một tờ giấy" in told.text
    assert page_at(point, dossier) == before


def test_taking_it_back_lets_the_box_find_the_edges_again(
    browser: Browser, crop: str, dossier: str, point: Point
) -> None:
    own = "Để hộp tự tìm mép giấy"
    assert own not in browser.get(crop).text
    browser.post(crop, quad=crop_text(SHEET))
    assert own in browser.get(crop).text
    browser.post(crop, own="yes")
    assert page_at(point, dossier).crop is None


def test_no_reaching_across_dossiers_and_no_cutting_after_the_seal(
    browser: Browser, crop: str, dossier: str, point: Point, lan: Volunteer
) -> None:
    page = page_at(point, dossier).id
    other = browser.open_dossier()
    for path in ("crop", "whole.jpg", "now"):
        assert browser.get(f"{other}/pages/{page}/{path}").status_code == 404
    assert browser.post(f"{other}/pages/{page}/crop", quad=crop_text(SHEET)).status_code == 404
    with point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE dossier SET state = 'sealing'")
    assert browser.get(crop).location == f"{dossier}/delivery"
    assert browser.post(crop, quad=crop_text(SHEET)).status_code == 409
    assert page_at(point, dossier).crop is None


def test_the_whole_scan_is_drawn_small_and_kept_nowhere(
    browser: Browser, crop: str, point: Point
) -> None:
    files = point.pages.names()
    answer = browser.get(crop.replace("/crop", "/whole.jpg"))
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert max(picture.size) == 1000
    assert len(answer.data) < 110_000
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert point.pages.names() == files


def clean(point: Point) -> None:
    """As the station does it."""
    while (work := cleaning.next_work(point)) is not None:
        cleaning.save_cleaned(point, work, cleaned(work.master, work.order))


def grip(window: Window, name: str) -> tuple[float, float]:
    box = window.page.locator(f"[data-place={name}] .reach").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.browser
@pytest.mark.parametrize("turn", [0, 90])
def test_a_corner_is_dragged_and_an_edge_is_moved_by_keys(
    crop: str, dossier: str, point: Point, address: str, turn: int
) -> None:
    page_edits.crop_page(point, page_at(point, dossier).id, SHEET)
    page_edits.turn_page(point, page_at(point, dossier).id, turn)
    with open_window(address) as window:
        window.sign_in("Lan", PIN)
        page = window.go(crop)
        page.locator(".crop-handle").first.wait_for()
        x, y = grip(window, "top-left")
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 30, y + 20, steps=4)
        page.mouse.up()
        after = grip(window, "top-left")
        assert after == pytest.approx((x + 30, y + 20), abs=1.5)
        assert grip(window, "bottom-left")[0] == pytest.approx(x + 30, abs=1.5)  # a rectangle still
        x, y = grip(window, "bottom")
        page.locator("[data-place=bottom]").focus()
        for _ in range(5):
            page.keyboard.press("Shift+ArrowUp")
        lower = grip(window, "bottom")
        assert lower[0] == pytest.approx(x, abs=1.5)
        assert lower[1] < y - 20
        page.get_by_role("button", name="Cắt theo khung này").click()
        page.wait_for_url(f"**{crop.removesuffix('/crop')}")
        assert not window.complaints
    kept = page_at(point, dossier).crop
    assert kept is not None
    # as it is seen, the upper left corner went inwards and the lower edge up by 25 mm
    first = {0: 0, 90: 3}[turn]
    assert kept[first] != pytest.approx(SHEET[first], abs=1)
    low = {0: (2, 1, 1000.0), 90: (2, 0, 700.0)}[turn]
    assert kept[low[0]][low[1]] == pytest.approx(low[2] - 25 / 25.4 * 100, abs=1)


@pytest.mark.browser
def test_a_frame_never_leaves_the_scan_and_never_becomes_a_line(
    crop: str, dossier: str, point: Point, address: str
) -> None:
    page_edits.crop_page(point, page_at(point, dossier).id, SHEET)
    with open_window(address) as window:
        window.sign_in("Lan", PIN)
        page = window.go(crop)
        page.locator("[data-place=top]").focus()
        for _ in range(60):
            page.keyboard.press("Shift+ArrowUp")
        for _ in range(90):
            page.keyboard.press("Shift+ArrowDown")
        page.get_by_role("button", name="Cắt theo khung này").click()
        page.wait_for_url(f"**{crop.removesuffix('/crop')}")
        assert page.locator(".told").count() == 0
    kept = page_at(point, dossier).crop
    assert kept is not None
    assert kept[3][1] - kept[0][1] >= 15 / 25.4 * 100


@pytest.mark.browser
@pytest.mark.timeout(240)
@pytest.mark.parametrize("width", [1366, 768, 360])
def test_the_frame_page_has_no_barrier_and_its_picture_is_drawn(
    dossier: str, tray: Tray, point: Point, address: str, tmp_path: Path, width: int
) -> None:
    tray.papers = write_sample_pages(tmp_path / "papers", dpi=100, count=1)
    tray.press()
    clean(point)
    path = f"{dossier}/pages/{tray.scanned[0]}"
    with open_window(address, width=width) as window:
        window.sign_in("Lan", PIN)
        page = window.go(f"{path}/crop")
        page.wait_for_load_state("networkidle")
        assert window.barriers() == []
        too_wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0
        for place in ("top-left", "right", "bottom"):
            grip(window, place)
        keep_picture(page, f"crop-{width}", whole=True)
        page_edits.crop_page(point, tray.scanned[0], SHEET)
        page = window.go(path)
        page.get_by_text("Hộp đang làm sạch trang này").wait_for()
        clean(point)
        page.get_by_text("Đã cắt theo khung của người trực").wait_for()
        assert window.barriers() == []
        keep_picture(page, f"page-cropped-{width}", whole=True)
        assert not window.complaints


@pytest.mark.browser
def test_with_the_keyboard_alone_a_page_is_cut_from_the_list_to_the_end(
    crop: str, dossier: str, point: Point, address: str
) -> None:
    path = crop.removesuffix("/crop")
    with open_window(address) as window:
        window.sign_in("Lan", PIN)
        page = window.go(path)
        _tab_to(window, "Cắt lại mép trang")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{crop}")
        _tab_to(window, "Góc trên bên trái")
        for _ in range(4):
            page.keyboard.press("Shift+ArrowRight")
        _tab_to(window, "Cắt theo khung này")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{path}")
    kept = page_at(point, dossier).crop
    assert kept is not None
    assert kept[0][0] == pytest.approx(20 / 25.4 * 100, abs=1)


def _tab_to(window: Window, name: str) -> None:
    script = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText"
    for _ in range(60):
        window.page.keyboard.press("Tab")
        if (window.page.evaluate(script) or "").strip() == name:
            return
    raise AssertionError(f"no way by keyboard to {name!r}")


@pytest.mark.browser
def test_the_frame_page_with_a_whole_sheet_of_300_dpi_is_light(
    dossier: str, tray: Tray, address: str, tmp_path: Path
) -> None:
    tray.papers, tray.dpi = write_sample_pages(tmp_path / "papers", dpi=300, count=1), 300
    tray.press()
    path = f"{dossier}/pages/{tray.scanned[0]}/crop"
    with open_window(address) as window:
        window.sign_in("Lan", PIN)
        session = window.context.new_cdp_session(window.page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        loaded: list[float] = []
        session.on(
            "Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"])
        )
        window.go(path)
        window.page.wait_for_load_state("networkidle")
    print(sum(loaded))  # noqa: T201 - shown with -s
    assert 40_000 < sum(loaded) <= BUDGET
