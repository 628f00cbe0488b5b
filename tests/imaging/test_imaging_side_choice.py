"""Which line near a side is the sheet's edge: an outer one, and one a true size away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.imaging.geometry.side_choice import Candidate, Side, chosen

REACH = (3.0, 5.5)
ID1 = (85.6, 53.98)


def places(*lines: list[Candidate], rough: tuple[float, float]) -> list[float | None]:
    return [side.place_mm for side in chosen(lines, rough, REACH)]


def clear(place: float) -> Candidate:
    return Candidate(place, 0.9)


def test_the_outer_of_two_clear_lines_is_the_edge():
    sides = ([Candidate(0.5, 0.7), Candidate(3.0, 0.9)], [clear(0.5)], [clear(0.5)], [clear(0.5)])
    assert places(*sides, rough=(101.0, 151.0)) == [0.5] * 4


def test_a_code_printed_along_the_edge_of_a_card_is_no_edge():
    left = [Candidate(0.2, 0.3), Candidate(1.7, 0.95)]  # the card's own, and the code's
    sides = ([clear(0.2)], [clear(0.2)], [clear(0.2)], left)
    assert places(*sides, rough=(ID1[0] + 0.4, ID1[1] + 0.4))[3] == 0.2


def test_a_shadow_outside_is_passed_over_for_the_true_size():
    right = [Candidate(0.1, 0.4), Candidate(3.2, 0.5)]
    sides = ([clear(0.0)], right, [clear(0.0)], [clear(0.0)])
    assert places(*sides, rough=(ID1[0] + 3.2, ID1[1]))[1] == 3.2


def test_an_edge_that_hardly_shows_is_believed_where_the_size_asks_for_it():
    faint = Candidate(2.0, 0.08, sure=False)
    sides = ([clear(0.0)], [faint], [clear(0.0)], [clear(0.0)])
    assert places(*sides, rough=(ID1[0] + 2.0, ID1[1]))[1] == 2.0
    assert places(*sides, rough=(70.0, ID1[1]))[1] is None


def test_an_edge_that_no_line_shows_is_assumed_but_not_called_seen():
    sides = ([clear(0.0)], [clear(0.0)], [clear(0.0)], [])
    left = chosen(sides, (210.0 + 4.0, 297.0), REACH)[3]
    assert left == Side(pytest.approx(4.0), seen=False)
    assert places(*sides, rough=(210.0 + 9.0, 297.0))[3] is None  # too far to be assumed


def test_an_edge_that_no_line_shows_is_no_reason_to_pass_over_a_clear_one():
    # seen: 2.5 mm of a card lost at the rim of the glass, to a faint line of its print
    below = [clear(2.5), Candidate(4.9, 0.18)]
    sides = ([], [clear(2.8)], below, [clear(1.8)])
    assert places(*sides, rough=(ID1[0] + 4.6, ID1[1] + 8.5))[2] == 2.5


@given(
    st.lists(
        st.lists(
            st.builds(
                Candidate, st.floats(-3, 6, width=32), st.floats(0.05, 1.0), sure=st.booleans()
            ),
            max_size=5,
        ),
        min_size=4,
        max_size=4,
    ),
    st.tuples(st.floats(20, 320), st.floats(20, 320)),
)
def test_whatever_lines_there_are_a_seen_edge_is_one_of_them(lines, rough):
    for side, own in zip(chosen(lines, rough, REACH), lines, strict=True):
        if side.seen:
            assert side.place_mm in [line.place_mm for line in own]
        elif side.place_mm is not None:
            assert -REACH[0] <= side.place_mm <= REACH[1]
