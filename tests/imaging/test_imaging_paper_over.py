"""A corner folded over, and a second sheet: found by their edges, named where they hide writing.

Thresholds were set on seeds below 2300; these are others.
"""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw

from appliance.core.paper.findings import Quad
from appliance.imaging.doubts.folded_corner import folded_corner
from appliance.imaging.doubts.trouble import find_troubles
from appliance.imaging.geometry.spots import Spots
from tests import pages
from tests.pages import Page, spoilt
from tests.pages.shapes import centre

_DPI, _LOOK = 200, 2
_A4: Quad = ((0.0, 0.0), (827.0, 0.0), (827.0, 1169.0), (0.0, 1169.0))
_WHITE = (244, 243, 240)


def warned(page: Page) -> dict[str, str | None]:
    look = page.image.reduce(_LOOK)
    found = find_troubles(look, page.dpi / _LOOK, quad_of(page))
    return {warn.code: warn.place for warn in found}


def quad_of(page: Page) -> Quad:
    a, b, c, d = ((x / _LOOK, y / _LOOK) for x, y in page.items[0].quad)
    return a, b, c, d


def told(sheet: Image.Image, quad: Quad = _A4) -> dict[str, str | None]:
    return {warn.code: warn.place for warn in find_troubles(sheet, 100, quad)}


def folded(line: tuple[tuple[int, int], tuple[int, int]], tip: tuple[int, int]) -> Image.Image:
    """A white sheet whose upper left corner lies over it, lit from above."""
    sheet = Image.new("RGB", (827, 1169), _WHITE)
    draw = ImageDraw.Draw(sheet)
    draw.polygon([(0, 0), *line], fill=(236, 236, 236))
    draw.polygon([*line, tip], fill=(240, 239, 236))
    for start in line:
        draw.line((*start, *tip), fill=(205, 205, 203), width=3)
    return sheet


@pytest.mark.parametrize("corner", spoilt.CORNERS)
def test_every_corner_folded_over_is_found_and_named(corner: str) -> None:
    for seed in range(7500, 7503):
        name = ("letter", "form", "certificate")[seed % 3]
        found = warned(pages.spoiled("folded", seed, _DPI, place=corner, name=name))
        assert found.get("covered") == corner, (seed, found)


def test_the_flap_must_lie_where_the_fold_puts_the_corner() -> None:
    right = folded(((200, 0), (0, 200)), (200, 200))
    assert told(right) == {"covered": "top-left"}
    wrong = folded(((200, 0), (0, 200)), (130, 130))  # no paper folds so
    assert "covered" not in told(wrong)


def test_creases_that_cross_near_a_corner_are_no_flap() -> None:
    sheet = Image.new("RGB", (827, 1169), _WHITE)
    draw = ImageDraw.Draw(sheet)
    for off, level in ((0, 214), (1, 222), (2, 232)):
        draw.line((0, 240 + off, 827, 240 + off), fill=(level,) * 3)
        draw.line((240 + off, 0, 240 + off, 1169), fill=(level,) * 3)
    assert "covered" not in told(sheet)


def test_a_small_thing_is_never_folded() -> None:
    card: Quad = ((0.0, 0.0), (337.0, 0.0), (337.0, 212.0), (0.0, 212.0))
    sheet = folded(((90, 0), (0, 90)), (90, 90)).crop((0, 0, 337, 212))
    assert folded_corner(np.asarray(sheet.convert("L")), 100, card) == 0
    assert "covered" not in told(sheet, card)


def test_a_second_sheet_is_named_where_it_covers_the_first() -> None:
    for seed in range(7500, 7506):
        page = pages.spoiled("overlapping", seed, _DPI, place="", name="letter")
        place = warned(page)["overlapping"]
        x, y = centre(page.troubles[0].region)
        assert place in near(Spots(quad_of(page)), x / _LOOK, y / _LOOK), seed


def near(spots: Spots, x: float, y: float, width: float = 827, height: float = 1169) -> set[str]:
    """The names of the ninths that a point lies in or within a twentieth of the sheet from."""
    steps = (-0.05, 0.0, 0.05)
    return {spots.name([(x + dx * width, y + dy * height)]) for dx in steps for dy in steps}


@pytest.mark.parametrize("place", ["top-left", "top-right", "bottom-left", "bottom-right"])
def test_the_sheet_above_lies_on_the_steep_side_of_its_shadow(place: str) -> None:
    sheet = Image.new("RGB", (827, 1169), _WHITE)
    row, column = place.split("-")
    left, top = (-10 if column == "left" else 347), (-10 if row == "top" else 579)
    shade = Image.new("L", sheet.size)
    box = (left, top, left + 490, top + 600)
    for grown in range(10, 0, -1):
        around = (box[0] - grown, box[1] - grown, box[2] + grown, box[3] + grown)
        ImageDraw.Draw(shade).rectangle(around, fill=6 * (11 - grown))
    sheet.paste((40, 40, 40), (0, 0), shade)
    ImageDraw.Draw(sheet).rectangle(box, fill=_WHITE)
    grain = Image.effect_noise(sheet.size, 4).convert("RGB")
    sheet = ImageChops.add(sheet, grain, 1, -128)  # without any it would be a scan that broke off
    assert told(sheet) == {"overlapping": place}
