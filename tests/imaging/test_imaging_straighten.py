"""Pages are straightened by their print, and nothing else is ever turned."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from appliance.imaging.geometry.straighten import LOOK_DPI, lean_of
from appliance.imaging.pipeline import analyse
from tests import pages
from tests.pages.truth import middle

PRINT = ("form", "letter", "table", "sparse", "certificate", "a5", "letter-size")
DPI = 150
SEED = 2100


def look_at(image: Image.Image, dpi: int = DPI) -> Image.Image:
    size = (round(image.width * LOOK_DPI / dpi), round(image.height * LOOK_DPI / dpi))
    return image.convert("L").resize(size, Image.Resampling.BOX)


def paper_with_grain(seed: int = 1) -> Image.Image:
    grain = np.random.default_rng(seed).normal(240, 3, (1169, 827))
    return Image.fromarray(grain.clip(0, 255).astype(np.uint8))


def test_print_is_straightened_to_a_fiftieth_of_a_degree():
    off = []
    for number, name in enumerate(PRINT):
        page = pages.paper(name, SEED + number, DPI)
        off += [abs(found.angle_deg - page.angle_deg) for found in analyse(page.image, DPI)]
    assert np.mean(off) <= 0.02, off
    assert max(off) <= 0.15, off


@pytest.mark.parametrize("angle", [-14.0, -9.5, 8.0, 13.5])
def test_even_a_very_crooked_page_is_found_out(angle):
    page = pages.paper("letter", SEED, DPI, angle_deg=angle, margin_mm=4)
    look = look_at(page.image)
    inner = look.crop((90, 150, look.width - 90, look.height - 150))
    assert lean_of(inner).sure
    assert abs(lean_of(inner).angle_deg - angle) <= 0.15


@pytest.mark.parametrize(("angle", "codes"), [(8.0, ["very-crooked"]), (2.0, [])])
def test_a_very_crooked_page_is_straightened_and_pointed_out(angle, codes):
    page = pages.paper("letter", SEED, DPI, angle_deg=angle, margin_mm=12)
    (found,) = analyse(page.image, DPI)
    assert abs(found.angle_deg - angle) <= 0.15
    assert [warning.code for warning in found.warnings] == codes


@pytest.mark.parametrize("name", PRINT)
def test_a_straight_page_stays_straight(name):
    page = pages.paper(name, SEED, DPI, angle_deg=0.0, margin_mm=0)
    (found,) = analyse(page.image, DPI)
    assert abs(found.angle_deg) <= 0.05


def test_upside_down_leans_the_same():
    look = look_at(pages.paper("letter", SEED, DPI, angle_deg=2.0, margin_mm=12).image)
    inner = look.crop((120, 120, look.width - 120, look.height - 120))
    upside_down = inner.transpose(Image.Transpose.ROTATE_180)
    assert abs(lean_of(inner).angle_deg - lean_of(upside_down).angle_deg) < 0.03


def folded() -> Image.Image:
    image = paper_with_grain()
    draw = ImageDraw.Draw(image)
    draw.line((0, 590, 827, 570), fill=190, width=3)
    for x, y in ((90, 60), (700, 80), (400, 1090)):  # dust, so that the fold is not all there is
        draw.ellipse((x, y, x + 4, y + 4), fill=60)
    return image


def specked() -> Image.Image:
    image, rng = paper_with_grain(), random.Random(5)
    for _ in range(300):
        x, y = rng.randrange(820), rng.randrange(1160)
        ImageDraw.Draw(image).ellipse((x, y, x + rng.randrange(1, 5), y + 3), fill=60)
    return image


def stamped() -> Image.Image:
    image = paper_with_grain()
    draw = ImageDraw.Draw(image)
    for inset in (0, 10, 45):
        draw.ellipse((300 + inset, 500 + inset, 440 - inset, 640 - inset), outline=90, width=3)
    return image


def photographed() -> Image.Image:
    page = pages.on_glass(["photo"], SEED, DPI, clockwise=[0.0])
    (x, y), _, (right, bottom), _ = page.only.quad
    return look_at(page.image.crop((round(x), round(y), round(right), round(bottom))))


@pytest.mark.parametrize("thing", [paper_with_grain, folded, specked, stamped, photographed])
def test_what_is_no_writing_turns_nothing(thing):
    assert lean_of(thing()).correction_deg == 0.0


def test_a_picture_of_nothing_leans_nowhere():
    for size in ((1, 1), (3, 2000), (50, 50)):
        assert lean_of(Image.new("L", size, 255)).correction_deg == 0.0


@pytest.mark.parametrize(
    ("how", "seed", "dpi"),
    [
        ("pencil", 2114, 200),
        ("signature", 2112, 200),
        ("signature", 2115, 300),
        ("signature", 2118, 200),
        ("initials", 4025, 300),
        ("one-line", 4025, 300),
    ],
)
def test_a_few_strokes_do_not_turn_a_sheet(how, seed, dpi):
    page = pages.near_blank(how, seed, dpi)
    (found,) = analyse(page.jpeg(), page.dpi)
    assert found.angle_deg == 0.0 or abs(found.angle_deg - page.angle_deg) <= 0.15


def test_an_edge_beyond_the_rim_leads_no_lean_astray():
    # seen: a side that runs out of the image, its foot at the rim taken for the edge itself
    for how, seed in (("tint", 4008), ("specks", 4028)):
        page = pages.true_blank(how, seed, 200)
        (found,) = analyse(page.jpeg(), page.dpi)
        assert abs(found.angle_deg - page.angle_deg) <= 0.1


def test_a_small_photograph_is_straightened_by_its_edges_alone():
    # seen: 2 degrees out, for the hair of a portrait of 3 x 4 cm made lines like print
    page = pages.on_glass(("photo-3x4", "a5"), 5000, 200)
    photo = page.items[0]
    found = analyse(page.jpeg(), 200)
    near = min(found, key=lambda one: math.dist(middle(one.item.quad), middle(photo.quad)))
    assert abs(near.angle_deg - photo.angle_deg) <= 0.15
