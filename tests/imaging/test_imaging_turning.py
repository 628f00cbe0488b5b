"""Pages stand upright, or a person is asked; never the wrong way without asking."""

from __future__ import annotations

import math

import pytest
from PIL import Image

from appliance.core.paper.turns import agreed
from appliance.imaging.geometry import osd, osd_program
from appliance.imaging.geometry.turning import sideways_of, turn_of
from appliance.imaging.pipeline import analyse, with_osd
from tests import pages
from tests.pages.truth import middle

DPI, SEED = 150, 2200


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_letters_tell_which_way_up_a_page_stands(turn):
    told = []
    for number, name in enumerate(("form", "letter", "table", "certificate", "by-hand")):
        page = pages.paper(name, SEED + number, DPI, turn=turn)
        (found,) = analyse(page.image, DPI)
        told.append(found.turn)
        assert found.turn in (turn, None), name
    assert told.count(turn) >= 4


@pytest.mark.skipif(not osd_program.osd_is_here(), reason="tesseract is not installed")
@pytest.mark.parametrize("turn", [90, 180])
def test_tesseract_is_asked_where_letters_leave_a_doubt(turn):
    page = pages.paper("letter", SEED, DPI, turn=turn)
    (found,) = analyse(page.image, DPI)
    doubtful = type(found)(found.item, found.angle_deg, None)
    assert with_osd(page.image, DPI, doubtful).turn == turn


def test_without_tesseract_a_doubt_stays_a_doubt(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert osd.turn_by_osd(Image.new("L", (600, 800), 255)).turn is None


def test_a_page_without_letters_is_left_to_a_person():
    for look in (Image.new("L", (827, 1169), 240), Image.effect_noise((827, 1169), 60)):
        assert turn_of(look, sideways=sideways_of(look)).turn is None


@pytest.mark.parametrize("seed", [4000, 4008, 4026])
def test_the_hills_of_a_photograph_are_no_lines_of_print(seed):
    page = pages.on_glass(("card-front", "card-back", "photo"), seed, 200)
    photo = next(item for item in page.items if item.name == "photo")
    found = analyse(page.jpeg(), 200)
    near = min(found, key=lambda one: math.dist(middle(one.item.quad), middle(photo.quad)))
    assert near.turn is None


def test_small_print_without_serifs_is_not_turned_upside_down():
    # seen: the edges of its lines spoke louder for the wrong way than its accents for the right
    page = pages.paper("a5", 5077, 200, turn=90)
    (found,) = analyse(page.jpeg(), 200)
    assert found.turn in (None, 90)


def test_a_batch_that_agrees_decides_for_its_doubtful_pages():
    assert agreed([180, None, 180]) == [180, 180, 180]


@pytest.mark.parametrize("turns", [[0, None, 180], [0, None], [None, None], []])
def test_a_batch_that_differs_or_hardly_speaks_decides_nothing(turns):
    assert agreed(turns) == turns
