"""Months are added up without losing or making up anything."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from appliance.core.point.figures import Channel, Figures, Month, median, share_percent, total
from appliance.core.point.served import place_key
from appliance.core.point.visits import Face, Purpose
from appliance.keys.canonical import canonical_json
from tests.figures.counts import figures


@given(st.lists(figures(), max_size=5), st.randoms())
def test_months_add_up_in_any_order_and_in_any_groups(parts, chance):
    whole = total(parts)
    chance.shuffle(parts)
    middle = len(parts) // 2
    assert total(parts[:middle]) + total(parts[middle:]) == whole
    assert whole.visits_in_all == sum(part.visits_in_all for part in parts)
    assert whole.dossiers_in_all == sum(part.dossiers_in_all for part in parts)
    assert sum(whole.by_channel.values()) == whole.dossiers_in_all


@given(st.lists(st.integers(0, 480), min_size=1, max_size=40))
def test_the_median_of_counts_is_that_of_the_values(values):
    counts: Mapping[int, int] = {value: values.count(value) for value in set(values)}
    assert median(counts) == statistics.median(values)


@given(figures())
def test_a_month_survives_the_wire(counts):
    month = Month.of("nha-van-hoa", "Nhà văn hóa", "2026-11", counts)
    assert Month.model_validate_json(canonical_json(month)) == month
    assert total([month]) == counts


def test_a_month_without_anything_says_that_nothing_is_known():
    nothing = Figures()
    assert nothing.minutes_median is None
    assert nothing.faces_told is None
    assert share_percent(3, None) is None
    assert share_percent(0, 0) is None


def test_four_answers_are_not_told_because_one_could_guess_whose_they_are():
    four = Figures(faces={Face.GLAD: 3, Face.SAD: 1})
    assert four.faces_told is None
    assert (four + Figures(faces={Face.GLAD: 1})).faces_told == {Face.GLAD: 4, Face.SAD: 1}


def test_the_share_is_that_of_khanh_dong_in_its_first_months():
    assert share_percent(103, 170) == pytest.approx(60.588, abs=0.001)


def test_a_month_that_no_calendar_has_and_a_negative_count_are_refused():
    for wrong in ({"month": "2026-13"}, {"visits": {Purpose.POST: -1}}, {"place": "a b"}):
        told = {"place": "TH-0001", "place_name": "Điểm", "month": "2026-11"} | wrong
        with pytest.raises(ValidationError):
            Month.model_validate(told)
    assert Channel("phone") is Channel.PHONE


def test_two_boxes_that_write_a_place_alike_mean_the_same_one():
    assert place_key("Nhà văn hóa – Tổ 5") == place_key("nhà văn hoá, tổ  5") == "nha-van-hoa-to-5"
    assert place_key("Café Lộc Vừng (xã Khánh Đông)") == "cafe-loc-vung-xa-khanh-dong"
    assert place_key("…") == ""
