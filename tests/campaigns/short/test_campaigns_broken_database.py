"""The short form of the spoilt database; the long one is run by hand."""

from __future__ import annotations

import pytest

from tests.campaigns.parts.short_form import outcome_of


@pytest.mark.timeout(600)
def test_whatever_hurts_the_database_every_promise_is_kept() -> None:
    seen = outcome_of("broken_database", "--times", "3", "--seed", "4")
    assert seen["damage"] == {}
    assert seen["found again"] > 0
