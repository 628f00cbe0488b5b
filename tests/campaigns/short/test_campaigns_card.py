"""The card of a campaign comes back as it was mended, whatever else begins on the machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaigns.parts import card
from tests.campaigns.parts.short_form import ROOT

# A stranger copies all mounts that it sees, as containers and units with a /tmp of their own do.
MEANWHILE = """
import subprocess, sys
from pathlib import Path
from tests.campaigns.parts import card
from tests.campaigns.parts.command import with_own_mounts
with_own_mounts()  # a machine of our own, for the stranger's sake
image, place, alone = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "alone"
stranger = subprocess.Popen(
    ["sh", "-c", "read _; exec unshare --mount sh -c 'echo here; read _'"],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
)
if alone:
    with_own_mounts()
card.make_ext4(image, 8 << 20)
card.mount(image, place)
stranger.stdin.write(b"\\n")
stranger.stdin.flush()
assert stranger.stdout.readline() == b"here\\n"
card.pull_the_plug(place)
try:
    card.unmount(place, 1.0)
    assert card.replay(image)
    with card.mounted(image, place):
        (place / "paper").write_text("whole")
    print("whole")
except Exception as error:
    print(error)
stranger.communicate(b"\\n")
"""


@pytest.mark.parametrize(
    ("mounts", "said"), [("alone", "whole"), ("with others", "is still there after umount")]
)
def test_a_container_that_begins_meanwhile_does_not_hold_the_card(
    tmp_path: Path, mounts: str, said: str
) -> None:
    if not card.can_run():
        pytest.skip("needs root, loop devices and e2fsprogs")
    done = subprocess.run(
        [sys.executable, "-c", MEANWHILE, tmp_path / "card.img", tmp_path / "card", mounts],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said in done.stdout, done.stderr
