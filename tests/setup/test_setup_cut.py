"""The plug is pulled while a box is being made; whoever types the same again gets a whole one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KILLED = -9


def may_lay_over() -> bool:
    """Root, with mounts of its own, on a Debian."""
    script = "mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w && mount -t overlay o "
    script += "-o lowerdir=/etc,upperdir=/mnt/u,workdir=/mnt/w /etc && command -v systemd-sysusers"
    words = ["unshare", "--mount", "sh", "-c", script]
    return (
        os.geteuid() == 0
        and not Path("/run/systemd/system").exists()  # there install would start the services
        and subprocess.run(words, capture_output=True, check=False).returncode == 0
    )


pytestmark = pytest.mark.skipif(not may_lay_over(), reason="no root folder of our own here")


def cut(folder: Path, line: str, delay_ms: float = 0) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    words = ["unshare", "--mount", sys.executable, "-m", "tests.setup.cut_root"]
    done = subprocess.run(
        [*words, line, str(delay_ms), str(folder)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """An install that nobody disturbed."""
    found = cut(tmp_path_factory.mktemp("whole"), "")
    assert (found["code"], found["again"], found["check"]) == (0, 0, 0)
    return found


def goes_on_as_if_nothing_had_been(found: dict[str, Any], whole: dict[str, Any]) -> None:
    # whoever kills may come late on a busy machine; then a whole install was repeated, no more
    assert found["died"] in (KILLED, 0), found["first"]
    assert (found["code"], found["again"], found["check"]) == (0, 0, 0), found["told"]
    assert found["third"][-1] == "0 changes"
    assert found["tree"] == whole["tree"]


@pytest.mark.parametrize(
    ("line", "delay_ms"),
    [
        ("user tramhoso is new", 0),
        ("config.toml is new", 0),
        ("drivers of USB scanners", 4),
        ("tramhoso-web.service is new", 0),
        ("leads to release", 0),
        ("certificate authority and the page", 120),
    ],
)
def test_an_install_that_was_cut_goes_on_and_leaves_nothing_twice(tmp_path, whole, line, delay_ms):
    goes_on_as_if_nothing_had_been(cut(tmp_path, line, delay_ms), whole)


@pytest.mark.campaign
@pytest.mark.timeout(1800)
def test_it_may_be_cut_at_every_line_that_it_says(tmp_path, whole):
    changes = whole["lines"] - 2  # after its last change it says what to write on the label
    for line in range(1, changes):
        for delay_ms in (0, 2, 12):
            folder = tmp_path / f"{line}-{delay_ms}"
            goes_on_as_if_nothing_had_been(cut(folder, str(line), delay_ms), whole)
