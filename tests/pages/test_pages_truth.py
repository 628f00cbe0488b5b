"""The drawn papers are what they say they are, every time."""

from __future__ import annotations

import hashlib
import math

import pytest

from tests import pages
from tests.pages.cards import check


def test_the_same_seed_draws_the_same_page_and_another_seed_another() -> None:
    one, again, other = (pages.paper("form", seed, 100).image.tobytes() for seed in (5, 5, 6))
    assert hashlib.sha256(one).digest() == hashlib.sha256(again).digest()
    assert one != other


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_corners_tell_the_angle_and_where_the_text_begins(turn: int) -> None:
    item = pages.paper("letter", 8, 100, angle_deg=3.0, turn=turn).only
    (ax, ay), (bx, by) = item.quad[:2]
    assert math.degrees(math.atan2(by - ay, bx - ax)) == pytest.approx(3.0)
    assert item.turn == turn
    (ax, ay), (bx, by) = item.upright_quad[:2]  # the line of text, as it lies in the image
    lies = math.degrees(math.atan2(by - ay, bx - ax)) % 360
    assert lies == pytest.approx((3.0 - turn) % 360)


def test_a_red_seal_lies_under_its_mask_however_the_page_is_turned() -> None:
    for turn in (0, 90):
        page = pages.paper("certificate", 9, 100, angle_deg=-4.0, turn=turn)
        mask = page.masks["seal"]
        red, green, _ = (
            sum(value * count for value, count in enumerate(band.histogram(mask)))
            / max(1, sum(band.histogram(mask)))
            for band in page.image.split()
        )
        assert red > green + 60


def test_things_on_the_glass_lie_apart_and_wholly_on_it() -> None:
    page = pages.on_glass(["card-front", "card-back", "photo-3x4"], 11, 100)
    for item in page.items:
        for x, y in item.quad:
            assert 0 <= x <= page.image.width
            assert 0 <= y <= page.image.height


def test_front_and_back_of_a_seed_are_of_one_person() -> None:
    holder = pages.holder(12)
    (payload,) = pages.card("front", 12, 150).only.payloads
    first, second, _ = pages.card("back", 12, 150).only.mrz
    assert payload.split("|")[0] == holder.number == first[15:27]
    assert check(first[5:14]) == first[14]
    assert len(first) == len(second) == 30
