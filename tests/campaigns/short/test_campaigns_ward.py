"""The short form of the ward's stress; the long one is run by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaigns import ward_stress
from tests.ward.postgres import postgres_bin


@pytest.mark.postgres
def test_boxes_bring_everything_once_to_two_processes_though_one_is_killed(tmp_path: Path) -> None:
    if postgres_bin() is None:
        pytest.skip("PostgreSQL's server is not installed (apt install postgresql)")
    seen = ward_stress.campaign(tmp_path, devices=6, dossiers=5, size=60_000, seed=3)
    assert seen["dossiers"] == 30
    assert seen["damage"] == {}
