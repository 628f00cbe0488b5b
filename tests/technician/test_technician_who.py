"""Who runs a command: root becomes the services' user, wholly and for good."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASKED = """
import os
from appliance.commands.who import become
os.setgroups([0, 4])
become(65534, ["scanner", "no-such-group-here"])
print(os.getresuid(), os.getresgid(), 0 in os.getgroups())
try:
    os.setuid(0)
except PermissionError:
    print("for good")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another")
def test_root_becomes_the_owner_with_no_way_back_and_none_of_roots_groups():
    done = subprocess.run(
        [sys.executable, "-c", ASKED],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    who, forever = done.stdout.splitlines()
    assert who.startswith("(65534, 65534, 65534) ")
    assert who.endswith(" False")
    assert forever == "for good"
