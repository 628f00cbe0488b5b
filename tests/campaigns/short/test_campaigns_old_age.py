"""A short life in fast motion; the long ones are in docs/reliability.md."""

from __future__ import annotations

from pathlib import Path

from appliance.config import RetentionSection
from tests.campaigns.old_age import campaign


def test_what_a_point_holds_stays_the_same_once_things_begin_to_go(tmp_path: Path) -> None:
    keep = RetentionSection(finished_days=14, trail_days=30)
    told = campaign(tmp_path, days=80, visitors=1, rounds=1, keep=keep, every=5)
    assert told["is flat"], told
    assert told["set aside"] == 0
