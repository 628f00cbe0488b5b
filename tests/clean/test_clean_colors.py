"""Seals, ink, pencil and guilloché before and after, measured where the truth says they are."""

from __future__ import annotations

import colorsys
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageChops

from appliance.core.paper.findings import Kind, PageMode
from appliance.imaging.cleaning import clean_page
from appliance.imaging.colors.inks import dark_channel, ink_in, stencils_of
from appliance.imaging.colors.modes import Way, dark_marks, ladder, plated, survey
from appliance.imaging.colors.paper import light_on
from appliance.imaging.sight import sight_of
from appliance.plates import decoded, shown
from tests import pages

SEEDS = (1301, 1302, 1303)  # never used for tuning
DPI = 240  # nor this


@cache
def drawn(name: str, seed: int) -> pages.Page:
    return pages.paper(name, seed, DPI, angle_deg=0, margin_mm=0)


def evened(page: pages.Page) -> Image.Image:
    light = light_on(page.image.reduce(2))
    assert light is not None
    return light.evened(page.image.copy())


def seen(page: pages.Page, way: Way) -> Image.Image:
    """The page as a reader of the PDF sees it, at the scan's size."""
    sheet = plated(evened(page), way, DPI, (210, 297))
    return shown(sheet.plates).resize(page.image.size, Image.Resampling.BOX)


def heart(page: pages.Page, name: str) -> np.ndarray:
    """Where *name* lies for certain: well inside its mask."""
    return np.asarray(page.masks[name]) > 250


def color(image: Image.Image, where: np.ndarray) -> tuple[float, float, float]:
    red, green, blue = np.median(np.asarray(image)[where], axis=0) / 255
    return colorsys.rgb_to_hsv(red, green, blue)


def hue_apart(a: float, b: float) -> float:
    turn = abs(a - b) * 360
    return min(turn, 360 - turn)


WAYS = [Way(PageMode.CLEAN, DPI, 60), Way(PageMode.PALETTE, DPI), Way(PageMode.LAYERS, 300)]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.mode.value)
@pytest.mark.parametrize("name", ["seal", "ink"])
def test_seals_stay_red_and_ink_stays_blue(name, way):
    for seed in SEEDS:
        page = drawn("form", seed)
        if name not in page.masks or heart(page, name).sum() < 50:
            continue
        where = heart(page, name)
        scanned, _, _ = color(page.image, where)
        _, saturation, value = color(evened(page), where)  # what division alone makes of it
        hue_now, saturation_now, value_now = color(seen(page, way), where)
        assert hue_apart(scanned, hue_now) <= 8, (seed, scanned * 360, hue_now * 360)
        assert saturation_now >= saturation - 0.1, (seed, saturation, saturation_now)
        assert abs(value_now - value) <= 0.12, (seed, value, value_now)


@pytest.mark.parametrize("way", WAYS[:2], ids=lambda way: way.mode.value)
def test_the_guilloche_of_a_certificate_keeps_its_tint(way):
    page = drawn("certificate", SEEDS[0])
    where = heart(page, "guilloche")
    even, now = np.asarray(evened(page)).astype(int), np.asarray(seen(page, way)).astype(int)
    before = np.median(even[where], axis=0)
    after = now[where].mean(axis=0)
    assert 255 - after.min() >= 0.5 * (255 - before.min()), (before, after)
    assert after.argmin() == before.argmin()


@pytest.mark.parametrize("name", ["form", "letter", "table", "certificate"])
def test_bare_paper_becomes_white_and_even(name):
    page = drawn(name, SEEDS[1])
    even = np.asarray(evened(page)).min(axis=2)
    bare = np.ones(even.shape, dtype=bool)
    for mask in page.masks.values():
        bare &= np.asarray(mask) == 0
    bare[:60] = bare[-60:] = False
    bare[:, :60] = bare[:, -60:] = False
    assert np.percentile(even[bare], 25) >= 245
    thirds = np.array_split(np.where(bare, even, 255), 3)
    assert max(np.median(t) for t in thirds) - min(np.median(t) for t in thirds) <= 4


def test_faint_pencil_is_as_dark_as_it_was_against_its_paper():
    page = pages.near_blank("pencil", 1304, DPI, angle_deg=0)
    where = heart(page, next(iter(page.masks)))
    before = np.asarray(page.image).astype(int).min(axis=2)
    paper = np.median(before)
    after = np.asarray(evened(page)).astype(int).min(axis=2)
    assert 255 - np.median(after[where]) >= 0.85 * (paper - np.median(before[where]))


def way_of(page: pages.Page, kind: Kind = Kind.AUTO) -> Way:
    look = page.image.resize([round(side * 100 / DPI) for side in page.image.size])
    light = light_on(look)
    if light is None:
        return ladder(kind, None)[0]
    dark = dark_marks(dark_channel(page.image), light, 1).resize(look.size, Image.Resampling.BOX)
    return ladder(kind, survey(light.evened(look), dark))[0]


@pytest.mark.parametrize(
    ("name", "modes"),
    [
        ("form", {PageMode.LAYERS}),
        ("letter", {PageMode.LAYERS, PageMode.BILEVEL}),
        ("table", {PageMode.LAYERS, PageMode.BILEVEL}),
        ("by-hand", {PageMode.LAYERS}),
        ("certificate", {PageMode.PALETTE, PageMode.CLEAN}),
    ],
)
def test_each_paper_travels_in_the_cheapest_way_that_shows_it(name, modes):
    for seed in SEEDS:
        assert way_of(drawn(name, seed)).mode in modes, seed


def test_shade_on_the_paper_becomes_no_ink():
    page = drawn("letter", SEEDS[0]).image
    slope = Image.linear_gradient("L").resize(page.size).point(lambda v: 170 + v // 3)
    shaded = ImageChops.multiply(page, Image.merge("RGB", [slope] * 3))

    def ink(image: Image.Image) -> int:
        (item,) = clean_page(lambda: sight_of(image, DPI), ask_osd=False).items
        assert item.plated.mode in (PageMode.LAYERS, PageMode.BILEVEL)
        return sum(int(np.count_nonzero(decoded(plate))) for plate in item.plated.plates)

    assert ink(shaded) == pytest.approx(ink(page), rel=0.2)


def test_a_pen_stroke_has_no_black_rim():
    """Its soft edge has lost its colour, and was black before; so the file was larger too."""
    page = pages.paper("by-hand", SEEDS[0], 300)
    (item,) = clean_page(lambda: sight_of(page.jpeg(), 300), ask_osd=False).items
    black, *colored = (int(np.count_nonzero(decoded(plate))) for plate in item.plated.plates)
    assert colored
    assert black < 0.025 * sum(colored)


@pytest.mark.parametrize("how", ["pencil", "pale-stamp"])
def test_what_is_pale_is_never_made_into_a_stencil(how):
    page = pages.near_blank(how, 1305, DPI, angle_deg=0)
    assert way_of(page).mode in (PageMode.PALETTE, PageMode.CLEAN)


def test_a_picture_on_a_form_keeps_its_shades():
    page = drawn("form", SEEDS[0])
    image = page.image.copy()
    face = Image.radial_gradient("L").resize((round(30 / 25.4 * DPI), round(40 / 25.4 * DPI)))
    rosy = Image.merge(
        "RGB", (face, face.point(lambda v: v * 7 // 10), face.point(lambda v: v // 2))
    )
    image.paste(rosy, (1400, 300))
    look = image.resize([round(side * 100 / DPI) for side in image.size])
    found = survey(light_on(look).evened(look))
    assert ladder(Kind.AUTO, found)[0].mode is PageMode.CLEAN


def test_a_certificate_keeps_its_shades_while_there_is_room():
    page = drawn("certificate", SEEDS[0])
    look = page.image.resize([round(side * 100 / DPI) for side in page.image.size])
    even = light_on(look).evened(look)
    ways = ladder(Kind.CERTIFICATE, survey(even))
    assert ways[0].mode is PageMode.CLEAN
    assert ways[-1].mode is PageMode.PALETTE  # never a stencil, however small it must be
    sizes = [
        plated(evened(page).resize(scaled(page, way)), way, way.resolution_dpi, (210, 297))
        for way in ways
    ]
    weights = [sheet.size_bytes for sheet in sizes]
    assert weights == sorted(weights, reverse=True), weights


def scaled(page: pages.Page, way: Way) -> tuple[int, int]:
    wide, high = (round(side * way.resolution_dpi / DPI) for side in page.image.size)
    return wide, high


def test_cards_and_photos_are_never_evened():
    for kind in (Kind.ID_CARD, Kind.PHOTO):
        assert {way.mode for way in ladder(kind, None)} == {PageMode.FULL}
    assert min(way.resolution_dpi for way in ladder(Kind.ID_CARD, None)) == 300


def test_a_dark_picture_has_no_paper_to_even():
    noise = Image.effect_noise((400, 500), 120).convert("RGB")
    assert light_on(noise.point(lambda v: v // 3)) is None


def test_black_print_makes_no_red_or_blue_stencil():
    for seed in SEEDS:
        page = drawn("sparse", seed)
        found = list(stencils_of(evened(page), DPI))
        colored = sum(int(np.count_nonzero(one.mask)) for one in found[1:])
        inked = sum(int(np.count_nonzero(one.mask)) for one in found)
        has_color = any(name in page.masks for name in ("seal", "ink"))
        assert has_color or colored <= 0.002 * inked


def test_ink_stays_where_it_is_when_margins_are_not_looked_at():
    fine = Image.new("L", (300, 400), 255)
    fine.paste(0, (120, 90, 180, 130))
    limit = Image.new("L", (150, 200), 128)
    everywhere, within = ink_in(fine, limit), ink_in(fine, limit, (96, 72, 240, 168))
    assert ImageChops.logical_xor(everywhere, within).getbbox() is None
    assert within.getbbox() == (120, 90, 180, 130)
