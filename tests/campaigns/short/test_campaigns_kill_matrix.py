"""The kill matrix in its short form; docs/reliability.md tells of the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaigns.kill_matrix import campaign
from tests.campaigns.parts.kill_errands import Errand
from tests.campaigns.parts.kill_steps import EVERY_STEP

ERRANDS = (
    Errand(0, sheets=1, walk_up=0, photos=1, takes_files=True, supplements=1, gives_up=True),
    Errand(1, sheets=0, walk_up=1, erases=True, regrets=True),
)
ELSEWHERE = {"seal-failed-before-files-gone"}  # test_campaigns_kill_seal.py


@pytest.mark.timeout(900)
def test_services_that_die_lose_no_paper_send_none_twice_and_leave_none_behind(
    tmp_path: Path,
) -> None:
    outcome, house = campaign(tmp_path, kills=6, errands=ERRANDS, seed=5, guests=2, pace=3)
    assert outcome["damage"] == {}
    assert int(str(outcome["kills"])) >= 6
    assert set(EVERY_STEP) - house.passed() <= ELSEWHERE
