"""A paper shrinks no more than it must, and becomes parts when its floor is over the budget."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.errors import PdfTooBig
from appliance.core.paper.findings import PageMode
from appliance.core.paper.plates import Coding, Plate, PlatedPage
from appliance.papers.fitting import (
    FILE_BYTES,
    PAGE_BYTES,
    part_file_stem,
    part_title,
    shrunk_to_fit,
)


@dataclass
class Weighted:
    """A page that weighs what its ladder says."""

    ladder: list[int]
    rung: int = 0

    @property
    def plated(self) -> PlatedPage:
        plate = Plate(Coding.JPEG, bytes(self.ladder[self.rung]), 1, 1)
        return PlatedPage(210, 297, (plate,), PageMode.CLEAN, 200)

    def shrink(self) -> bool:
        if self.rung + 1 >= len(self.ladder):
            return False
        self.rung += 1
        return True


def budget(*weights: int) -> int:
    return FILE_BYTES + sum(weight + PAGE_BYTES for weight in weights)


def test_a_paper_that_fits_is_left_as_it_deserves():
    pages = [Weighted([5000, 100]), Weighted([3000, 100])]
    assert len(shrunk_to_fit(pages, budget(5000, 3000))) == 1
    assert [page.rung for page in pages] == [0, 0]


def test_the_heaviest_page_shrinks_first_and_only_as_far_as_needed():
    pages = [Weighted([5000, 2500, 100]), Weighted([3000, 100])]
    assert len(shrunk_to_fit(pages, budget(2500, 3000))) == 1
    assert [page.rung for page in pages] == [1, 0]


def test_what_is_over_the_budget_at_its_floor_becomes_parts_in_order():
    pages = [Weighted([9000, 4000]), Weighted([9000, 4000]), Weighted([9000, 4000])]
    parts = shrunk_to_fit(pages, budget(4000, 4000))
    assert [len(part) for part in parts] == [2, 1]
    assert all(page.rung == 1 for page in pages)


def test_a_page_that_alone_is_too_big_is_refused_by_name():
    with pytest.raises(PdfTooBig):
        shrunk_to_fit([Weighted([100]), Weighted([9000, 8000])], budget(7000))


@given(
    st.lists(st.lists(st.integers(1, 5000), min_size=1, max_size=4), min_size=1, max_size=12),
    st.integers(0, 12_000),
)
def test_no_page_is_lost_and_no_part_is_over_the_budget(ladders, room):
    pages = [Weighted(sorted(ladder, reverse=True)) for ladder in ladders]
    limit = budget(5000) + room
    parts = shrunk_to_fit(pages, limit)
    assert [page for part in parts for page in part] == [page.plated for page in pages]
    for part in parts:
        assert budget(*(page.size_bytes for page in part)) <= limit


def test_parts_are_named_for_people_and_for_files():
    assert part_title("Sổ hộ khẩu", 1, 2) == "Sổ hộ khẩu (phần 1/2)"
    assert part_title("Sổ hộ khẩu", 1, 1) == "Sổ hộ khẩu"
    assert part_file_stem("So ho khau", 2, 3) == "So ho khau phan 2-3"
