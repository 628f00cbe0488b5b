"""Sheets and cards are cut from the lid around them, and nothing of them is lost."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from appliance.core.paper.findings import Quad
from appliance.imaging.geometry.rectangles import rectangle_around
from appliance.imaging.geometry.sheets import find_items
from appliance.imaging.geometry.sizes import snapped
from appliance.imaging.pipeline import analyse
from tests import pages
from tests.pages import Scanner

DPI, SEED = 150, 2300
GLASS = [
    ["card-front", "card-back"],
    ["photo"],
    ["a5", "photo-3x4"],
    ["card-front", "card-back", "photo"],
]


def corner_error_mm(found: Quad, true: Quad, dpi: int) -> float:
    """Of the worst corner; whichever corner comes first."""
    rolled = (found[n:] + found[:n] for n in range(4))
    return min(max(map(math.dist, quad, true)) for quad in rolled) / dpi * 25.4


def test_everything_on_the_glass_is_found_to_half_a_millimetre():
    errors = []
    for number, names in enumerate(GLASS):
        page = pages.on_glass(names, SEED + number, DPI)
        found = analyse(page.image, DPI)
        assert len(found) == len(names), (names, page.lid)
        for true in page.items:
            errors.append(min(corner_error_mm(f.item.quad, true.quad, DPI) for f in found))
    assert np.median(errors) <= 0.6, errors
    assert np.percentile(errors, 95) <= 1.2, errors


def test_crooked_sheets_from_the_feeder_are_found_to_half_a_millimetre():
    errors = []
    for number, name in enumerate(("form", "letter", "table", "certificate", "a5")):
        page = pages.paper(name, SEED + number, DPI)
        (found,) = analyse(page.image, DPI)
        errors.append(corner_error_mm(found.item.quad, page.only.quad, DPI))
    assert np.median(errors) <= 0.6, errors
    assert max(errors) <= 1.2, errors


def test_a_white_card_on_a_white_lid_is_seen_by_its_shadow():
    page = pages.card("front", SEED, DPI, clockwise=12, scanner=Scanner(lid="white"))
    (found,) = analyse(page.image, DPI)
    assert found.item.snapped == "ID-1"
    assert corner_error_mm(found.item.quad, page.only.quad, DPI) <= 1.2


def lid_kept_mm(found: Quad, true: Quad, dpi: int) -> float:
    """How far the furthest found side lies outside the sheet."""
    far = 0.0
    for n in range(4):
        (ax, ay), (bx, by) = found[n], found[(n + 1) % 4]
        for x, y in (true[n], true[(n + 1) % 4]):
            across = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            far = max(far, across / math.dist((ax, ay), (bx, by)))
    return far / dpi * 25.4


@pytest.mark.parametrize(("name", "seed"), [("form", 15), ("table", 7), ("sparse", 12)])
def test_paper_as_white_as_the_lid_around_it_brings_no_lid_along(name, seed):
    # seen: 12 mm of lid beside a form whose left edge casts hardly any shadow
    page = pages.paper(name, seed, 200 if name == "table" else DPI)
    (found,) = analyse(page.image, page.dpi)
    assert found.item.snapped == "A4"
    assert lid_kept_mm(found.item.quad, page.only.quad, page.dpi) <= 1.0
    assert corner_error_mm(found.item.quad, page.only.quad, page.dpi) <= 1.2


@pytest.mark.parametrize(("seed", "angle"), [(2, None), (6, 44.0), (9, -41.0)])
def test_the_code_along_the_edge_of_a_card_is_not_taken_for_its_edge(seed, angle):
    # seen: a strip of 1.5 mm lost, because the code's border is clearer than white plastic
    page = pages.card("front", seed, DPI, clockwise=angle, scanner=Scanner(lid="white"))
    (found,) = analyse(page.image, DPI)
    assert corner_error_mm(found.item.quad, page.only.quad, DPI) <= 1.2


def test_a_deep_shadow_is_no_part_of_a_card():
    # seen: 4 mm of shadow above a card of 2021, which then was no card any more
    page = pages.on_glass(["card-front"], 11, 300)
    (found,) = analyse(page.image, 300)
    assert found.item.snapped == "ID-1"
    assert corner_error_mm(found.item.quad, page.only.quad, 300) <= 1.2


def test_a_line_on_a_card_is_no_edge_for_the_sake_of_one_assumed_beyond_it():
    # seen: 4 mm of a card lost; its pale long side hardly shows, and a row of its print does
    page = pages.on_glass(["card-front", "card-back"], 5005, 300, layout="2024")
    found = analyse(page.jpeg(), 300)
    for true in page.items:
        assert min(corner_error_mm(one.item.quad, true.quad, 300) for one in found) <= 1.2


def test_a_photo_whose_edge_lies_at_the_rim_of_the_glass_keeps_its_white_border():
    # seen: 4 mm of border lost; the picture's own straight edge was the only line in sight
    page = pages.on_glass(["card-front", "card-back", "photo"], 6000, 300, layout="2021")
    found = analyse(page.jpeg(), 300)
    for true in page.items:
        assert min(corner_error_mm(one.item.quad, true.quad, 300) for one in found) <= 0.6


@pytest.mark.parametrize("gap_mm", [0.0, 0.3])
def test_a_card_pushed_to_the_rim_of_the_glass_is_still_a_card(gap_mm):
    # seen: 4 mm of lid kept; its size told where the edge is, but no look reached that far out
    page = pages.on_glass(["card-front"], 4011, 200, clockwise=[0.9], scanner=Scanner(lid="black"))
    right = max(x for x, _ in page.only.quad) + gap_mm * 200 / 25.4
    pushed = page.image.crop((0, 0, math.ceil(right), page.image.height))
    (found,) = analyse(pushed, 200)
    assert found.item.snapped == "ID-1"
    assert corner_error_mm(found.item.quad, page.only.quad, 200) <= 1.2


def test_the_picture_inside_a_white_border_is_no_second_photo():
    page = pages.on_glass(["photo"], 2107, 300)
    (found,) = analyse(page.image, 300)
    assert corner_error_mm(found.item.quad, page.only.quad, 300) <= 1.2


@pytest.mark.parametrize("name", ["form", "letter", "table", "sparse", "by-hand", "certificate"])
@pytest.mark.parametrize("lid", ["white", "black"])
def test_a_page_that_fills_the_scan_stays_whole(name, lid):
    # a printed frame, a table's rules or a line of a sensor's columns are no paper's edge
    scanner = Scanner(lid=lid, shadow=0.0, columns=1.6)
    page = pages.paper(name, SEED, DPI, angle_deg=0.0, margin_mm=0, scanner=scanner)
    (found,) = analyse(page.image, DPI)
    wide, high = page.image.size
    corners = ((0.0, 0.0), (float(wide), 0.0), (float(wide), float(high)), (0.0, float(high)))
    assert corner_error_mm(found.item.quad, corners, DPI) <= 1.0
    assert found.item.snapped == "A4"


def test_a_frame_printed_on_bare_paper_is_no_sheet():
    image = Image.new("RGB", (827, 1169), (246, 244, 240))
    ImageDraw.Draw(image).rectangle((60, 60, 766, 1108), outline=(40, 40, 40), width=4)
    (found,) = find_items(image, 100)
    assert found.whole


def test_a_picture_pasted_among_writing_is_no_item():
    page = pages.paper("letter", SEED, 100, angle_deg=0.0, margin_mm=0, scanner=Scanner(shadow=0.0))
    ImageDraw.Draw(page.image).rectangle((560, 500, 680, 660), fill=(90, 110, 150))
    found = find_items(page.image, 100)
    assert len(found) == 1
    assert found[0].item.snapped == "A4"


@pytest.mark.parametrize(
    ("size", "name"),
    [
        ((209.2, 297.9), "A4"), ((297.0, 210.0), "A4"), ((148.9, 209.0), "A5"),
        ((215.0, 280.0), "letter"), ((54.5, 85.0), "ID-1"), ((100.0, 150.0), None),
        ((206.0, 297.0), None),
    ],
)  # fmt: skip
def test_a_size_is_a_standard_one_only_when_it_is_near(size, name):
    found = snapped(*size)
    assert (found and found[0]) == name


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 900), st.integers(1, 1200), st.integers(0, 2**32), st.integers(0, 3))
def test_any_picture_holds_at_least_one_item(width, height, seed, kind):
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 256, (height // (1 + 40 * kind) + 1, width // (1 + 40 * kind) + 1, 3))
    image = Image.fromarray(levels.astype(np.uint8)).resize((width, height))
    found = find_items(image, 100)
    assert found
    for one in found:
        assert all(math.isfinite(v) for corner in one.item.quad for v in corner)
        assert one.item.width_mm > 0
        assert one.item.height_mm > 0


def test_a_sheet_that_runs_out_of_the_image_reaches_its_rim():
    y, x = np.nonzero(np.pad(np.ones((585, 315), bool), ((0, 0), (96, 3))))  # the rim is nibbled
    found = rectangle_around((y, x), (585, 414), 50)
    assert found is not None
    assert found.seen == (False, False, False, True)
    assert found.right == 414


def test_a_line_of_the_sensors_columns_costs_a_cut_sheet_no_margin():
    # seen: 2 mm of bare paper lost beside the rim that the sheet runs out of
    page = pages.spoiled("cut", 4134, 200, place="top", name="form")
    (found,) = analyse(page.jpeg(), 200)
    assert min(x for x, _ in found.item.quad) <= 0.5 * 200 / 25.4
