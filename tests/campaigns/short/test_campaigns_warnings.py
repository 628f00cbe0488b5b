"""The short form of the campaign of warnings; the long one is run by hand."""

from __future__ import annotations

import pytest

from tests.campaigns.warnings import CASES, scored


@pytest.mark.parametrize("name", ["scan/folded", "scan/overlapping", "portrait/blurred"])
def test_what_is_wrong_with_a_scan_is_found_and_named(name: str) -> None:
    score = scored(CASES[name], seed=7700, count=1)
    assert (score.found, score.right) == (1, score.placed), score.wrong


@pytest.mark.parametrize("name", ["scan/glass", "portrait/clean", "photo/clean", "photo/creased"])
def test_a_good_page_is_left_in_peace(name: str) -> None:
    score = scored(CASES[name], seed=7700, count=1)
    assert not score.others, score.wrong


@pytest.mark.parametrize("name", ["photo/thumb", "photo/corner folded", "photo/side folded"])
def test_what_covers_a_photographed_sheet_is_found_and_named(name: str) -> None:
    score = scored(CASES[name], seed=7700, count=1)
    assert (score.found, score.right) == (1, 1), score.wrong
