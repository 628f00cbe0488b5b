"""What somebody must photograph again is told, with its place; good photographs stay in peace.

Thresholds were set on seeds below 200; ``tests.campaigns.warnings`` counts on many more.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from appliance.core.paper.findings import Kind, Warn, with_places_turned
from appliance.imaging.child.main import cleaned
from appliance.imaging.child.wire import CleanOrder
from appliance.imaging.doubts.folded_side import folded_side
from appliance.imaging.doubts.in_the_way import things_over
from appliance.imaging.doubts.photographed import Unlit, photo_troubles
from appliance.imaging.photos.photo import photo_of, sheet_in
from appliance.imaging.sight import sight_of
from tests import pages
from tests.pages import Page, phone, phone_spoilt
from tests.pages.papers import PAPERS

_SIZE = (1700, 2250)
_SEEDS = range(7600, 7602)


def photo(what: str, seed: int, spoil: phone.Spoil | None = None, name: str = "letter") -> Page:
    rng = pages.chance("troubles", what, seed)
    page = phone.photograph(PAPERS[name](rng, 200), rng, _SIZE, 1.0, 0.4, spoil=spoil)
    return phone_spoilt.afterwards(what, page, rng, seed)


def told(page: Page, kind: Kind = Kind.FORM) -> dict[str, str | None]:
    sheet = sheet_in(photo_of(page.image), kind)
    assert sheet.unlit is not None
    look = sight_of(sheet.image, sheet.resolution_dpi).look
    found = (*photo_troubles(sheet.unlit, look, 0, kind), *sheet.warnings)
    return {warn.code: warn.place for warn in found}


def a4() -> tuple[float, float]:
    return 210.0, 297.0


@pytest.mark.parametrize("name", ["letter", "form", "certificate", "table"])
def test_a_good_photograph_raises_no_warning(name: str) -> None:
    for seed in _SEEDS:
        assert told(photo("clean", seed, name=name)) == {}, seed


def test_a_letter_that_was_folded_once_is_not_covered() -> None:
    for seed in _SEEDS:
        rng = pages.chance("creased", seed)
        assert told(photo("creased", seed, phone_spoilt.creased(rng, a4()))) == {}, seed


@pytest.mark.parametrize("skin", phone_spoilt.SKINS)
def test_a_thumb_of_any_skin_is_named_where_it_lies(skin: tuple[int, int, int]) -> None:
    number = phone_spoilt.SKINS.index(skin)
    place = (*phone_spoilt.CORNERS, *phone_spoilt.SIDES)[number]
    spoil = phone_spoilt.thumb(pages.chance("thumb", number), place, skin, a4())
    assert told(photo("thumb", 7600 + number, spoil)).get("covered") == place


@pytest.mark.parametrize("place", phone_spoilt.CORNERS)
def test_a_corner_folded_over_is_named_on_a_photograph(place: str) -> None:
    spoil = phone_spoilt.folded_corner(pages.chance("corner", place), place, a4())
    assert told(photo("corner", 7610, spoil)) == {"covered": place}


@pytest.mark.parametrize("place", phone_spoilt.SIDES)
def test_a_side_folded_over_is_named_although_nothing_is_missing(place: str) -> None:
    spoil = phone_spoilt.folded_side(pages.chance("side", place), place, a4())
    assert told(photo("side", 7611, spoil)).get("covered") == place


@pytest.mark.parametrize("what", ["shaken", "unfocused"])
def test_a_shaking_hand_and_a_wrong_focus_are_unsharp(what: str) -> None:
    for seed in _SEEDS:
        assert told(photo(what, seed)) == {"unsharp": None}, seed


def test_a_photograph_in_the_dark_is_told_and_nothing_else_of_it() -> None:
    for seed in _SEEDS:
        assert told(photo("dim", seed)) == {"too-dark": None}, seed


@pytest.mark.parametrize("number", range(4))
def test_a_sheet_that_runs_out_of_the_picture_is_cut_there(number: int) -> None:
    found = told(photo("beyond", 7600 + 2 * number, name="form"))
    assert list(found) == ["photo-sheet-cut"]
    row, column = phone_spoilt.CORNERS[number].split("-")
    named = (found["photo-sheet-cut"] or "").split("-")
    assert set(named) <= {row, column, "middle"}
    assert set(named) & {row, column}


def test_cards_and_pictures_are_not_judged_as_paper() -> None:
    spoil = phone_spoilt.thumb(
        pages.chance("thumb", 0), "top-left", phone_spoilt.SKINS[3], a4()
    )  # fmt: skip
    page = photo("thumb", 7600, spoil)
    assert told(page, Kind.PHOTO) == {}
    assert told(page, Kind.ID_CARD) == {}


def test_a_table_beside_a_sheet_that_was_not_found_covers_nothing() -> None:
    half = Image.new("RGB", (827, 1169), (235, 235, 230))
    half.paste((60, 45, 30), (0, 0, 827, 500))
    assert photo_troubles(Unlit(half, sheet_seen=False), half) == ()
    assert "covered" in {warn.code for warn in photo_troubles(Unlit(half), half)}


def test_what_lies_inside_the_sheet_or_is_a_sliver_covers_nothing() -> None:
    sheet = Image.new("RGB", (827, 1169), (235, 235, 230))
    sheet.paste((150, 110, 90), (300, 300, 420, 460))  # a portrait, glued on
    sheet.paste((60, 45, 30), (0, 0, 16, 1169))  # four millimetres of the table
    assert things_over(sheet) == []
    sheet.paste((150, 110, 90), (0, 300, 120, 460))
    assert len(things_over(sheet)) == 1


def test_soft_shadows_are_paper_and_hard_edges_are_not() -> None:
    light = np.full((1169, 827), 235.0)
    light[:, 500:] = 105.0
    soft = np.cumsum(np.pad(light, ((0, 0), (60, 60)), mode="edge"), axis=1)
    soft = (soft[:, 120:] - soft[:, :-120])[:, :827] / 120
    shaded, hard = (Image.fromarray(v.astype(np.uint8)).convert("RGB") for v in (soft, light))
    assert things_over(shaded) == []
    assert len(things_over(hard)) == 1


def test_an_edge_within_the_margins_is_no_folded_side() -> None:
    plain = np.full((1169, 827), 230, np.uint8)
    plain[100:] = 215
    assert folded_side(plain) is not None
    plain[100:, :60] = plain[100:, -60:] = 230  # a tinted table, 15 mm from either side
    assert folded_side(plain) is None


def test_the_child_names_the_place_on_the_upright_page() -> None:
    spoil = phone_spoilt.folded_corner(pages.chance("upright"), "top-left", a4())
    page = photo("corner", 7612, spoil, name="form")
    out = BytesIO()
    page.image.rotate(-90, expand=True).save(out, "JPEG", quality=88)
    (thing,) = cleaned(out.getvalue(), CleanOrder(camera=True, resolution_dpi=150))
    assert thing.seen.found.turn == 270
    assert Warn("covered", "top-left", severe=True) in thing.seen.found.warnings


@pytest.mark.parametrize(
    ("turn", "place"), [(0, "top-left"), (90, "top-right"), (270, "bottom-left")]
)
def test_a_place_goes_along_when_the_page_is_turned(turn: int, place: str) -> None:
    (turned,) = with_places_turned((Warn("covered", "top-left"),), turn)
    assert turned.place == place
