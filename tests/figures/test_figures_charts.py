"""Bars that the pages' own policy lets through, and that say their name aloud."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.papers.figures.charts import bars, lying_bars

SVG = "{http://www.w3.org/2000/svg}"


def bars_in(svg: str) -> list[float]:
    """The heights of the bars, in their order."""
    group = ET.fromstring(svg).find(f".//{SVG}g[@class='series columns']")
    assert group is not None
    return [float(bar.get("height", 0)) for bar in group.iter(f"{SVG}rect")]


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=24).filter(any))
def test_bars_are_as_high_as_their_numbers(values: list[int]) -> None:
    drawn = bars_in(bars([(f"T{n}", value) for n, value in enumerate(values)], "Hồ sơ"))
    assert len(drawn) == len(values)
    for value, height in zip(values, drawn, strict=True):
        assert height == pytest.approx(value / max(values) * max(drawn), rel=1e-3, abs=0.01)


def test_a_chart_brings_no_style_no_script_and_its_own_name() -> None:
    svg = bars([("T1", 3), ("T2", 5)], 'Hồ sơ "tháng" <b>')
    assert 'role="img" aria-label="Hồ sơ &quot;tháng&quot; &lt;b&gt;"' in svg
    assert not re.search(r"style|script|href|on\w+=|url\(", svg)
    ET.fromstring(svg)


def test_words_from_outside_stay_words() -> None:
    svg = bars([("<script>alert(1)</script>", 3), ("b & c", 5)], "x")
    assert "<script" not in svg
    ET.fromstring(svg)


@pytest.mark.parametrize("values", [[], [("T1", 5)], [("T1", 0), ("T2", 0)]])
def test_nothing_to_compare_is_no_chart(values: list[tuple[str, int]]) -> None:
    assert bars(values, "Hồ sơ") == ""


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=12).filter(any))
def test_lying_bars_are_as_long_as_their_numbers_the_first_on_top(values: list[int]) -> None:
    """Also where the words are alike once they are short."""
    words = [f"Đăng ký một việc rất dài số {n}" for n in range(len(values))]
    root = ET.fromstring(lying_bars(list(zip(words, values, strict=True)), "Hồ sơ"))
    group = root.find(f".//{SVG}g[@class='series bars']")
    assert group is not None
    drawn = sorted(group.iter(f"{SVG}rect"), key=lambda bar: float(bar.get("y", 0)))
    lengths = [float(bar.get("width", 0)) for bar in drawn]
    assert len(lengths) == len(values)
    for value, length in zip(values, lengths, strict=True):
        assert length == pytest.approx(value / max(values) * max(lengths), rel=1e-3, abs=0.01)
