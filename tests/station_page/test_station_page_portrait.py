"""What lies on a glass: people alone turn a portrait, a glass shown whole is counted once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from appliance.core.paper.findings import TURN_UNSURE
from appliance.desk.pages import cleaning, page_edits, scanning
from appliance.desk.pages.scanning import PageImage
from appliance.desk.pages.sides import sides_of
from appliance.desk.point import Point
from appliance.imaging.child.main import cleaned
from appliance.store.dossier.dossiers import row_of
from tests import pages as drawn
from tests.station_page.conftest import Browser, Tray, id_of, view_of

DPI = 200


@pytest.fixture(params=[0, 90, 180, 270])
def portrait(
    request: pytest.FixtureRequest, dossier: str, tray: Tray, point: Point, tmp_path_factory
) -> str:
    """The path of a page with a 3 × 4 photograph, laid on the glass in each of four ways."""
    lying = tmp_path_factory.mktemp("glass") / "portrait.jpg"
    glass = drawn.on_glass(["photo-3x4"], 9301, DPI, clockwise=[request.param])
    lying.write_bytes(glass.jpeg())
    tray.papers, tray.dpi = [lying], DPI
    tray.press()
    clean(point)
    cleaning.let_batches_vote(point)
    return f"{dossier}/pages/{tray.scanned[0]}"


def clean(point: Point) -> None:
    """As the station does it."""
    while (work := cleaning.next_work(point, lying=True)) is not None:
        cleaning.save_cleaned(point, work, cleaned(work.master, work.order))


def test_it_lies_as_it_was_laid_until_somebody_says_how_and_is_sealed_so(
    browser: Browser, portrait: str, dossier: str, point: Point
) -> None:
    (page,) = view_of(point, dossier).pages
    assert (page.auto_turn, page.turn) == (None, 0)
    assert TURN_UNSURE in {warn.code for warn in page.warnings}
    text = browser.get(portrait).text
    assert "Trang này đã đúng chiều chưa?" in text
    assert text.count('class="way-up') == 4
    assert "đúng chiều" in browser.get(f"{dossier}/slots/{page.slot_key}").text
    assert "chiều" in browser.get(f"{dossier}/check").text
    shown = picture(point, dossier).size
    degrees = 90 if shown[0] > shown[1] else 0  # a head is taller than it is wide
    browser.post(f"{portrait}/upright/{degrees}", back="page")
    (page,) = view_of(point, dossier).pages
    assert (page.auto_turn, page.turn) == (0, degrees)
    assert "đúng chiều chưa?" not in browser.get(portrait).text
    with point.database.reading() as connection:
        desk_key = row_of(connection, id_of(dossier)).desk_key
    (side,) = sides_of(
        (page,), lambda name: point.vault.open(point.pages.read(name), desk_key), cleaned
    )
    assert side.plated.height_mm > side.plated.width_mm


def picture(point: Point, dossier: str) -> Image.Image:
    (page,) = view_of(point, dossier).pages
    jpeg = scanning.page_image(point, page.dossier_id, page.id, PageImage.PREVIEW)
    return Image.open(io.BytesIO(jpeg))


def test_a_glass_that_two_of_its_things_show_whole_is_counted_once(
    browser: Browser, dossier: str, tray: Tray, point: Point, tmp_path: Path
) -> None:
    glass = drawn.on_glass(["photo-3x4", "a5"], 9302, DPI)
    (tmp_path / "glass.jpg").write_bytes(glass.jpeg())
    tray.papers, tray.dpi = [tmp_path / "glass.jpg"], DPI
    tray.press()
    clean(point)
    pages = view_of(point, dossier).pages
    slot = f"{dossier}/slots/{pages[0].slot_key}"
    assert "2 trang" in browser.get(slot).text
    for page in pages:
        page_edits.show_as_scanned(point, page.id, plain=True)
    clean(point)
    assert "1 trang" in browser.get(slot).text
