"""The short form of the power-cut campaign; the long one is run by hand."""

from __future__ import annotations

import pytest

from tests.campaigns.parts import card
from tests.campaigns.parts.short_form import outcome_of


@pytest.mark.timeout(600)
def test_what_was_promised_is_there_after_the_plug_was_pulled() -> None:
    if not card.can_run():
        pytest.skip("needs root, loop devices and e2fsprogs")
    seen = outcome_of("power_cut", "--cuts", "3")
    assert seen["damage"] == {}
    assert seen["promised"] >= 3
