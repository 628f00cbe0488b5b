"""The short form of the bags' evenings; docs/reliability.md tells of the long one."""

from __future__ import annotations

import pytest

from tests.campaigns.parts.short_form import outcome_of


@pytest.mark.campaign  # 15 s of a core; in every run the same way home is a property (tests/bag)
@pytest.mark.timeout(300)
def test_bags_that_die_on_the_way_bring_each_dossier_and_each_number_home_once() -> None:
    seen = outcome_of("bags", "--bags", "2", "--evenings", "1", "--dossiers", "1", "--kills", "3")
    assert seen["damage"] == {}
    assert seen["stuck"] == []
    assert seen["dossiers"] == 2
    assert seen["kills"] >= 2
