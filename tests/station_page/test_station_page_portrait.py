"""A portrait that lies on its side: nobody but a person turns it, and is asked at once."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from appliance.core.findings import TURN_UNSURE
from appliance.desk import cleaning, scanning
from appliance.desk.point import Point
from appliance.desk.scanning import PageImage
from appliance.desk.sides import sides_of
from appliance.imaging.child.main import cleaned
from appliance.store.dossiers import row_of
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
    while (work := cleaning.next_work(point, lying=True)) is not None:
        cleaning.save_cleaned(point, work, cleaned(work.master, work.order))
    cleaning.let_batches_vote(point)
    return f"{dossier}/pages/{tray.scanned[0]}"


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
