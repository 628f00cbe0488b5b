"""The short form of the power-cut campaign; the long one is run by hand."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.campaigns import card, power_cut


def test_what_was_promised_is_there_after_the_plug_was_pulled(tmp_path: Path) -> None:
    if not card.can_run():
        pytest.skip("needs root, loop devices and e2fsprogs")
    try:
        seen = power_cut.campaign(tmp_path, cuts=3, weaken="nothing")
    except subprocess.CalledProcessError as error:
        if "mount" in error.cmd:
            pytest.skip("this machine lets nobody mount a loop device")
        raise
    assert seen["damage"] == {}
    assert isinstance(seen["promised"], int)
    assert seen["promised"] >= 3
