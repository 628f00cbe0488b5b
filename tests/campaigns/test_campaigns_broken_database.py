"""The short form of the spoilt database; the long one is run by hand."""

from __future__ import annotations

from pathlib import Path

from tests.campaigns.broken_database import campaign


def test_whatever_hurts_the_database_every_promise_is_kept(tmp_path: Path) -> None:
    seen = campaign(tmp_path, times=3, seed=4)
    assert seen["damage"] == {}
    assert isinstance(seen["found again"], int)
    assert seen["found again"] > 0
