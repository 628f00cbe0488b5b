"""Empty sides are found, and nothing that somebody left on a page is ever taken for empty.

Thresholds were set on seeds below 100 at 200 and 300 dpi; these are others, at other dpi.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest
from PIL import Image, ImageDraw

from appliance.core.paper.findings import Blank, Quad
from appliance.imaging.doubts.blank import OtherSide, find_blank
from tests import pages
from tests.pages import Page

_LOOK_DPI = 100


def look(page: Page, off_px: float = 2.0) -> tuple[Image.Image, Quad]:
    """The small picture that every step shares, and the sheet as far as it could be found."""
    scale = _LOOK_DPI / page.dpi
    size = (round(page.image.width * scale), round(page.image.height * scale))
    luck = random.Random(page.image.width)
    a, b, c, d = (
        (x * scale + luck.uniform(-off_px, off_px), y * scale + luck.uniform(-off_px, off_px))
        for x, y in page.only.quad
    )
    return page.image.resize(size, Image.Resampling.BOX), (a, b, c, d)


def judged(page: Page) -> Blank:
    small, quad = look(page)
    return find_blank(small, _LOOK_DPI, quad)


@pytest.mark.parametrize("left", pages.NEAR_BLANKS)
def test_whatever_somebody_left_on_a_page_keeps_it(left: str) -> None:
    for seed in range(1000, 1006):
        found = judged(pages.near_blank(left, seed, 150))
        assert not found.is_blank, (seed, found.evidence)
        assert "mark" in found.evidence


@pytest.mark.parametrize("worn", pages.TRUE_BLANKS)
def test_an_empty_side_is_found_however_worn(worn: str) -> None:
    missed = [
        (seed, found.evidence)
        for seed in range(1000, 1006)
        if not (found := judged(pages.true_blank(worn, seed, 150))).is_blank
    ]
    # dust upon a fold upon the other side's ink is now and then too much: the page stays
    assert len(missed) <= (worn == "all"), missed


@pytest.mark.parametrize("name", sorted(pages.PAPERS))
def test_no_paper_is_taken_for_an_empty_side(name: str) -> None:
    assert not judged(pages.paper(name, 1001, 150)).is_blank


def test_a_photograph_is_not_empty() -> None:
    whole = pages.on_glass(["photo"], 1003, 150)
    small, quad = look(whole)
    assert not find_blank(small, _LOOK_DPI, quad).is_blank


def test_a_page_scanned_in_the_dark_is_not_called_empty() -> None:
    black = Image.new("RGB", (827, 1169), (40, 38, 36))
    found = find_blank(black, _LOOK_DPI)
    assert not found.is_blank
    assert "paper" in found.evidence


def test_the_evidence_names_what_was_not_counted() -> None:
    assert "hole" in judged(pages.true_blank("holes", 1002, 150)).evidence


@pytest.mark.parametrize("seed", [34, 61, 79])
def test_a_punched_hole_that_touches_ink_from_behind_is_still_a_hole(seed: int) -> None:
    found = judged(pages.true_blank("all", seed, (200, 300)[seed % 2]))
    assert found.is_blank, found.evidence


def test_a_circled_number_near_the_edge_is_no_punched_hole() -> None:
    sheet = Image.new("RGB", (827, 1169), (244, 243, 240))
    draw = ImageDraw.Draw(sheet)
    draw.ellipse((40, 500, 66, 526), outline=(40, 60, 150), width=2)
    draw.line((53, 507, 53, 519), fill=(40, 60, 150), width=2)
    assert not find_blank(sheet, _LOOK_DPI).is_blank


def test_a_large_dark_patch_is_a_mark_though_nothing_around_it_is_paper() -> None:
    sheet = Image.new("RGB", (827, 1169), (244, 243, 240))
    ImageDraw.Draw(sheet).rectangle((200, 300, 600, 700), fill=(70, 70, 72))
    assert not find_blank(sheet, _LOOK_DPI).is_blank


def test_a_pale_coloured_mark_counts_though_it_is_no_darker_than_ink_from_behind() -> None:
    sheet = Image.new("RGB", (827, 1169), (244, 243, 240))
    ImageDraw.Draw(sheet).ellipse((400, 500, 520, 620), outline=(252, 214, 216), width=4)
    assert not find_blank(sheet, _LOOK_DPI).is_blank


def test_small_dots_in_a_row_are_writing_and_as_many_apart_are_dust() -> None:
    for step, expected in ((4, False), (80, True)):
        sheet = Image.new("RGB", (827, 1169), (244, 243, 240))
        for n in range(8):
            x, y = 100 + n * step, 300 + n * (0 if step == 4 else 90)
            ImageDraw.Draw(sheet).rectangle((x, y, x + 1, y + 1), fill=(50, 50, 50))
        assert find_blank(sheet, _LOOK_DPI).is_blank is expected


def both(front: Page, back: Page, *, upside_down: bool = False) -> Blank:
    """The back judged with the front beside it."""
    small, quad = look(back)
    if upside_down:  # a device that turns backs so that a page turned over its short edge stands
        wide, high = small.size
        small = small.transpose(Image.Transpose.ROTATE_180)
        a, b, c, d = ((wide - x, high - y) for x, y in quad)
        quad = (c, d, a, b)
    front_look, front_quad = look(front)
    return find_blank(small, _LOOK_DPI, quad, OtherSide(front_look, _LOOK_DPI, front_quad))


@pytest.mark.parametrize("upside_down", [False, True])
def test_the_other_side_explains_what_shows_through_thin_paper(upside_down: bool) -> None:
    for seed in range(1000, 1003):
        front, back = pages.duplex("letter", seed, 300, back="plain", depth=0.26)
        assert not judged(back).is_blank  # without that side such thin paper looks written on
        found = both(front, back, upside_down=upside_down)
        assert found.is_blank, (seed, found.evidence)
        assert "shows through" in found.evidence


@pytest.mark.parametrize("left", pages.NEAR_BLANKS)
def test_the_other_side_hides_nothing_that_somebody_left(left: str) -> None:
    for seed in (1000, 1001):
        for depth in (0.1, 0.2):
            front, back = pages.duplex("letter", seed, 200, back=left, depth=depth)
            found = both(front, back)
            assert not found.is_blank, (seed, depth, found.evidence)


def test_a_front_that_is_another_sheets_explains_nothing() -> None:
    stranger, _ = pages.duplex("letter", 1009, 150)
    _, back = pages.duplex("sparse", 1001, 150, back="pencil", depth=0.02)
    assert not both(stranger, back).is_blank
    _, empty = pages.duplex("form", 1003, 150, back="plain", depth=0.26)
    assert "shows through" not in both(pages.on_glass(["photo"], 1003, 150), empty).evidence


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_none_of_hundred_and_fifty_near_blanks_is_called_empty_and_most_empty_sides_are() -> None:
    found = Counter[tuple[bool, bool]]()
    for seed in range(2000, 2025):
        dpi = (150, 240)[seed % 2]
        for left in pages.NEAR_BLANKS:
            found[False, judged(pages.near_blank(left, seed, dpi)).is_blank] += 1
        for worn in pages.TRUE_BLANKS:
            found[True, judged(pages.true_blank(worn, seed, dpi)).is_blank] += 1
    print(found)  # noqa: T201 - the figure that this campaign is for
    assert found[False, True] == 0
    assert found[True, True] >= 0.98 * (found[True, True] + found[True, False])
