"""What the box's own cleaning finds on drawn papers is what the volunteer reads on the page."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from appliance.desk.dossier import dossiers
from appliance.desk.pages import cleaning
from appliance.desk.point import Point
from appliance.imaging.child.cleaner import Cleaner
from appliance.store.people.volunteers import Volunteer
from tests.pages import blanks, papers, scanner, spoilt
from tests.pages.truth import Page
from tests.screenshots import keep_picture
from tests.station_page.chromium import open_window
from tests.station_page.conftest import PIN, Tray, view_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
DPI = 200


@pytest.fixture
def cleaner() -> Iterator[Cleaner]:
    cleaner = Cleaner()
    yield cleaner
    cleaner.close()


@pytest.fixture
def batch(tmp_path: Path) -> list[Path]:
    """A crooked form, a blank side, a letter blurred in one corner."""
    rng, device = random.Random(7411), scanner.Scanner()

    def blurred() -> Page:
        page = scanner.feed(papers.letter(rng, DPI), rng, scanner=device)
        return spoilt.blurred(page, 0.5, "bottom-right")

    drawn: list[Callable[[], Page]] = [
        lambda: scanner.feed(papers.form(rng, DPI, seal=True), rng, 1.8, scanner=device),
        lambda: scanner.feed(blanks.true_blank(rng, DPI, "plain"), rng, scanner=device),
        blurred,
    ]
    files = []
    for number, draw in enumerate(drawn):
        files.append(tmp_path / f"{number}.jpg")
        draw().image.save(files[-1], "JPEG", quality=85, dpi=(DPI, DPI))
    return files


def clean(point: Point, cleaner: Cleaner) -> None:
    """What the station does between two presses."""
    while (work := cleaning.next_work(point)) is not None:
        cleaning.save_cleaned(point, work, cleaner.clean(work.master, work.order))


def test_a_volunteer_sees_what_cleaning_found_and_takes_it_back(
    address: str,
    lan: Volunteer,
    point: Point,
    tray: Tray,
    cleaner: Cleaner,
    batch: list[Path],
    tmp_path: Path,
) -> None:
    path = f"/dossiers/{dossiers.open_dossier(point, 'khai-sinh', lan.id)}"
    tray.papers, tray.dpi = batch, DPI
    with open_window(address) as window:
        window.sign_in("Lan", PIN)
        page = window.go(f"{path}/slots/giay_chung_sinh")
        tray.press(pages=3)
        clean(point, cleaner)
        form, blank, letter = view_of(point, path).pages
        assert abs(form.angle_deg - 1.8) < 0.2
        expect(page.get_by_text("trang trắng – không gửi")).to_have_count(1)
        expect(page.locator(f"#page-{blank.id}")).to_have_class("paper is-blank")
        expect(page.locator(f"#page-{letter.id}")).to_contain_text("mờ ở góc dưới bên phải")
        weight = page.locator("#slot-giay_chung_sinh .weight")
        expect(weight).to_contain_text("trong 2 MB")
        page.locator(f"#look-{form.id}").click()
        expect(page.get_by_text("Hộp đã nắn thẳng 1,8 độ")).to_be_visible()
        keep_picture(page, "page-real-1366", whole=True)
        page.get_by_role("button", name="Xem như ảnh gốc").click()
        clean(point, cleaner)
        page.reload()
        keep_picture(page, "page-real-plain-1366", whole=True)
        page.get_by_role("button", name="Dùng bản đã làm sạch").click()
        clean(point, cleaner)
        page.get_by_role("link", name="Xong trang này").click()
        page.get_by_role("button", name="Giữ lại trang này").click()
        expect(page.get_by_role("button", name="Không gửi trang này")).to_be_visible()
        keep_picture(page.locator("#papers"), "papers-real-1366")
        assert window.barriers() == []
        assert not window.complaints
