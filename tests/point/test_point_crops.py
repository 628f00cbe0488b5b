"""A page is cut out by hand where the box saw its edges wrongly; its scan stays whole."""

from __future__ import annotations

import math
import random
from io import BytesIO

import pytest
from PIL import Image

from appliance.core.dossiers.dossier import Page
from appliance.core.errors import CropWrong
from appliance.core.paper.crop import Edge, boxed, checked, crop_of, crop_text, moved
from appliance.core.paper.findings import Quad
from appliance.desk.pages import page_edits, scanning
from appliance.desk.pages.scanning import PageImage
from appliance.desk.point import Point
from appliance.imaging.child.main import cleaned
from appliance.imaging.child.wire import CleanOrder
from appliance.store.dossier import pages as page_rows
from appliance.store.people.volunteers import Volunteer
from tests import pages as drawn
from tests.pages import phone
from tests.point.conftest import WardKeys
from tests.point.test_point_cleaning import DPI, clean_all, letter, pages, scanned, sealed

SHEET: Quad = ((100.0, 100.0), (1100.0, 100.0), (1100.0, 1700.0), (100.0, 1700.0))
SIZE = (1700, 2338)


def mm(px: float) -> float:
    return px / DPI * 25.4


def shown_size(point: Point, page: Page) -> tuple[int, int]:
    preview = scanning.page_image(point, page.dossier_id, page.id, PageImage.PREVIEW)
    with Image.open(BytesIO(preview)) as picture:
        return picture.size


def test_a_crop_is_shown_and_sealed_and_the_scan_stays_whole(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    scanned(point, dossier_id, [letter(5301)])
    clean_all(point)
    (before,) = pages(point, dossier_id)
    page_edits.crop_page(point, before.id, ((200, 300), (1200, 300), (1200, 1500), (200, 1500)))
    (asked,) = pages(point, dossier_id)
    assert asked.awaits_cleaning
    clean_all(point)
    (page,) = pages(point, dossier_id)
    assert page.master == before.master
    wide, high = shown_size(point, page)
    # straightened by its print, which leans 1.5 degrees: a little larger, and nothing is lost
    assert wide / high == pytest.approx(1000 / 1200, abs=0.02)
    pdf, _ = sealed(point, dossier_id, helper, ward_keys)
    box = [float(side) / 72 * 25.4 for side in pdf.pages[0].mediabox[2:]]
    assert mm(1000) <= box[0] < mm(1000) + 6
    assert mm(1200) <= box[1] < mm(1200) + 6


def test_taking_the_crop_back_gives_the_edges_that_the_box_saw(
    point: Point, dossier_id: str
) -> None:
    scanned(point, dossier_id, [letter(5302)])
    clean_all(point)
    (before,) = pages(point, dossier_id)
    own = scanning.findings_of(point, before)
    assert own is not None
    size = shown_size(point, before)
    for quad in (SHEET, moved(SHEET, Edge.TOP, 0, -50)):
        page_edits.crop_page(point, before.id, quad)
        clean_all(point)
    page_edits.crop_page(point, before.id, None)
    clean_all(point)
    (page,) = pages(point, dossier_id)
    seen = scanning.findings_of(point, page)
    assert seen is not None
    assert (page.crop, shown_size(point, page)) == (None, size)
    for corner, again in zip(own.found.item.quad, seen.found.item.quad, strict=True):
        assert again == pytest.approx(corner, abs=0.5)


def test_a_page_shown_as_scanned_is_clean_again_once_it_is_cut(
    point: Point, dossier_id: str
) -> None:
    scanned(point, dossier_id, [letter(5303)])
    clean_all(point)
    page_edits.show_as_scanned(point, pages(point, dossier_id)[0].id, plain=True)
    clean_all(point)
    page_edits.crop_page(point, pages(point, dossier_id)[0].id, SHEET)
    clean_all(point)
    (page,) = pages(point, dossier_id)
    assert (page.plain, page.crop) == (False, SHEET)


@pytest.mark.parametrize(
    "nonsense",
    [
        ((0, 0), (99999, 0), (99999, 99999), (0, 99999)),
        ((-500, 0), (900, 0), (900, 900), (0, 900)),
        ((math.nan, 0), (900, 0), (900, 900), (0, 900)),
        ((math.inf, 0), (900, 0), (900, 900), (0, 900)),
        ((0, 0), (0, 0), (0, 0), (0, 0)),
        ((100, 100), (140, 100), (140, 900), (100, 900)),  # 5 mm wide
        ((100, 100), (900, 900), (900, 100), (100, 900)),  # crossed over
        ((100, 900), (900, 900), (900, 100), (100, 100)),  # on its head
        ((100, 100), (900, 100), (300, 300), (100, 900)),  # bent inwards
    ],
)
def test_corners_that_make_no_paper_change_nothing(
    point: Point, dossier_id: str, nonsense: Quad
) -> None:
    scanned(point, dossier_id, [letter(5304)])
    (before,) = pages(point, dossier_id)
    with pytest.raises(CropWrong):
        page_edits.crop_page(point, before.id, nonsense)
    assert pages(point, dossier_id) == (before,)


@pytest.mark.parametrize("text", ["", "x", "[]", "[[1,2],[3,4],[5,6]]", "{}", "[" * 9000, "null"])
def test_what_is_no_four_corners_is_refused(text: str) -> None:
    with pytest.raises(CropWrong):
        crop_of(text)


def test_a_finger_that_slips_past_the_rim_is_forgiven() -> None:
    a, b, c, d = checked(((-20, -9), (1000, 0), (1000, 1500), (0, 1500)), SIZE, DPI)
    assert (a, b, c, d) == ((0, 0), (1000, 0), (1000, 1500), (0, 1500))
    assert crop_of(crop_text((a, b, c, d))) == (a, b, c, d)


def test_the_box_around_a_leaning_sheet_leans_with_it_and_loses_no_corner() -> None:
    leaning: Quad = ((200, 100), (1200, 150), (1130, 1560), (120, 1500))
    around = boxed(leaning)
    sides = [math.dist(one, around[(n + 1) % 4]) for n, one in enumerate(around)]
    assert sides[0] == pytest.approx(sides[2])
    assert sides[1] == pytest.approx(sides[3])
    for x, y in leaning:  # clockwise: everything lies to the right of every side
        for n, (ax, ay) in enumerate(around):
            bx, by = around[(n + 1) % 4]
            assert (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -1e-6


@pytest.mark.parametrize(
    ("turn", "edge", "changed"),
    [
        (0, Edge.TOP, {0: (100, 90), 1: (1100, 90)}),
        (0, Edge.LEFT, {0: (90, 100), 3: (90, 1700)}),
        (90, Edge.TOP, {0: (90, 100), 3: (90, 1700)}),  # shown clockwise: its left edge is up
        (180, Edge.TOP, {2: (1100, 1710), 3: (100, 1710)}),
        (270, Edge.TOP, {1: (1110, 100), 2: (1110, 1700)}),
        (90, Edge.RIGHT, {0: (100, 90), 1: (1100, 90)}),
    ],
)
def test_an_edge_is_the_one_a_person_sees_however_the_page_is_turned(
    turn: int, edge: Edge, changed: dict[int, tuple[float, float]]
) -> None:
    after = moved(SHEET, edge, turn, 10)
    assert {n: after[n] for n in range(4) if after[n] != SHEET[n]} == changed
    assert moved(after, edge, turn, -10) == SHEET


def test_a_thing_cleaned_again_is_the_same_thing_however_a_release_counts_them(
    point: Point, dossier_id: str
) -> None:
    """Two people's papers on one glass: a number that moved would show one the other's."""
    glass = drawn.on_glass(["card-back", "card-front"], 5305, 300)
    scanned(point, dossier_id, [glass.jpeg()], 300)
    clean_all(point)
    before = {page.id: scanning.findings_of(point, page) for page in pages(point, dossier_id)}
    with point.database.writing() as connection:  # as another release would have counted them
        for page_id, number in zip(before, (7, 0), strict=True):
            page_rows.edit_pixels(connection, page_id, item=number)
    clean_all(point)
    for page in pages(point, dossier_id):
        seen, was = scanning.findings_of(point, page), before[page.id]
        assert seen is not None
        assert was is not None
        assert was.card is not None
        assert seen.card is not None
        assert seen.card.side == was.card.side
        for corner, again in zip(was.found.item.quad, seen.found.item.quad, strict=True):
            assert again == pytest.approx(corner, abs=12)  # a millimetre


def test_a_glass_shown_whole_by_two_of_its_things_is_sent_once(
    point: Point, dossier_id: str, helper: Volunteer, ward_keys: WardKeys
) -> None:
    glass = drawn.on_glass(["card-back", "card-front"], 5306, 200)
    scanned(point, dossier_id, [glass.jpeg(), letter(5307)], 200)
    clean_all(point)
    for page in pages(point, dossier_id)[:2]:
        page_edits.show_as_scanned(point, page.id, plain=True)
    clean_all(point)
    pdf, _ = sealed(point, dossier_id, helper, ward_keys)
    assert len(pdf.pages) == 2


def test_four_corners_on_a_photograph_are_laid_flat() -> None:
    rng = random.Random(5308)
    shot = phone.photograph(drawn.PAPERS["letter"](rng, 150), rng, (1512, 2016))
    jpeg = phone.jpeg(shot)
    (found,) = cleaned(jpeg, CleanOrder(shot.dpi, camera=True))
    a, b, c, d = shot.items[0].quad
    upper: Quad = (a, b, _between(b, c), _between(a, d))  # the upper half of the sheet
    order = CleanOrder(shot.dpi, camera=True, quad=upper, turn=0)
    (cut,) = cleaned(jpeg, order)
    assert found.seen.found.item.snapped == "A4"
    assert cut.plated.height_mm / cut.plated.width_mm == pytest.approx(297 / 210 / 2, rel=0.12)


def _between(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
