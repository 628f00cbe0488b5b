"""One press out of many edges."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.debounce import Debounce

MS = 0.001


def presses(edges: list[tuple[float, bool]], quiet_s: float = 50 * MS) -> list[float]:
    """The moments that count, of (moment, down?) edges."""
    debounce = Debounce(quiet_s)
    return [at for at, down in edges if debounce.is_press(down=down, at=at)]


def train(start: float, count: int, every: float, *, ends_down: bool) -> list[tuple[float, bool]]:
    """*count* edges of a contact that bounces and comes to rest."""
    return [(start + n * every, ((count - 1 - n) % 2 == 0) == ends_down) for n in range(count)]


def test_the_first_edge_answers_at_once():
    assert presses([(10.0, True)]) == [10.0]


@pytest.mark.parametrize("bounces", [1, 3, 5, 21])
def test_a_bouncing_press_is_one_press(bounces):
    assert presses(train(1.0, bounces, 2 * MS, ends_down=True)) == [1.0]


@pytest.mark.parametrize("bounces", [1, 3, 5, 21])
def test_a_bouncing_release_is_no_press(bounces):
    down = train(1.0, 5, 2 * MS, ends_down=True)
    up = train(2.0, bounces, 2 * MS, ends_down=False)
    assert presses(down + up) == [1.0]


def test_a_train_longer_than_the_quiet_time_is_still_one_press():
    assert presses(train(1.0, 101, 4 * MS, ends_down=True)) == [1.0]


def test_two_real_presses_are_two():
    first = train(1.0, 5, 2 * MS, ends_down=True) + train(1.2, 5, 2 * MS, ends_down=False)
    second = [(at + 0.5, down) for at, down in first]
    assert presses(first + second) == [1.0, 1.5]


def test_a_lost_upward_edge_costs_no_later_press():
    assert presses([(1.0, True), (3.0, True)]) == [1.0, 3.0]


def test_letting_go_is_no_press():
    assert presses([(1.0, False)]) == []


def test_no_quiet_time_counts_every_downward_edge():
    assert presses(train(1.0, 5, 2 * MS, ends_down=True), quiet_s=0) == [1.0, 1.004, 1.008]


@given(gaps=st.lists(st.floats(min_value=0.0, max_value=0.2), max_size=60))
def test_no_two_presses_are_ever_nearer_than_the_quiet_time(gaps):
    edges, at = [], 100.0
    for place, gap in enumerate(gaps):
        at += gap
        edges.append((at, place % 2 == 0))
    moments = presses(edges)
    assert all(b - a >= 50 * MS for a, b in pairwise(moments))
