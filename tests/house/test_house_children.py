"""What a citizen's papers are opened in can neither eat the board nor leave a core file."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "command",
    [
        ["appliance.imaging.child.main", "400"],
        ["appliance.imaging.child.glance", "1000"],
        ["appliance.imaging.text.child", "150", "0"],
        ["appliance.papers.pdf_child"],
    ],
)
def test_a_child_that_opens_papers_has_a_roof_and_leaves_no_core_file(command: list[str]) -> None:
    with subprocess.Popen(
        [
            "sh",
            "-c",
            'ulimit -S -c "$(ulimit -H -c)"; exec "$@"',
            "sh",
            sys.executable,
            "-m",
            *command,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as child:
        deadline = time.monotonic() + 30
        while (limits := limits_of(child.pid))["address space"] == "unlimited":
            assert child.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        while limits["core file size"] != "0":  # the line after
            assert time.monotonic() < deadline
            limits = limits_of(child.pid)
        assert 0 < int(limits["address space"]) <= 1_200_000_000
        child.kill()


def limits_of(pid: int) -> dict[str, str]:
    """The soft ones, by the name in the kernel's table."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[4:26].strip(): line[26:].split()[0] for line in lines}
