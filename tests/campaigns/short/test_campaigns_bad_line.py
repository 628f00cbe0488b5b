"""The short form of the bad line; the long one is run by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.pretend.bad_network import HALF_OPEN, Trouble
from tests.campaigns.bad_line import Fate, campaign


@pytest.mark.timeout(300)
def test_over_a_line_cut_half_of_the_time_each_dossier_arrives_once(tmp_path: Path) -> None:
    seen = campaign(tmp_path, 2, cut=0.5, seed=3, good_first=1)
    assert seen["damage"] == {}
    assert seen["arrived once"] == 2


def test_half_of_the_connections_are_cut_and_some_are_worse() -> None:
    fate = Fate(0.5, seed=1, half_open=0.02)
    fate.good = False
    drawn = [fate(number) for number in range(2000)]
    cut = sum(t.cut_up_after is not None or t.cut_down_after is not None for t in drawn)
    assert 0.45 < cut / len(drawn) < 0.55
    assert 20 < drawn.count(HALF_OPEN) < 70
    assert len({t.portal for t in drawn}) == 7  # six answers of somebody else, and none
    assert 0.4 < drawn.count(Trouble()) / len(drawn) < 0.5
