"""Short form of the search of swap: the search itself, the installer's step, and what is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns.parts import own_swap
from tests.campaigns.parts.own_swap import Group, SwapRefused, memory_group, swap_in
from tests.campaigns.parts.raw_search import Marks, search_image
from tests.campaigns.parts.short_form import ROOT, outcome_of
from tests.campaigns.raw_swap import HEAD_BYTES, holding, switched_off

NAME = "Trần Thị Mẫu Hoa"
LITTLE = 48 << 20
OURS = f"tramhoso-test-{os.getpid()}"
PATIENCE_S = 60.0


@pytest.fixture
def marks() -> Marks:
    made = Marks()
    made.add_word(NAME)
    return made


@pytest.fixture
def squeezed(tmp_path: Path) -> Iterator[Group]:
    if not own_swap.can_run():
        pytest.skip("needs root, loop devices and util-linux")
    try:
        with (
            memory_group(OURS) as group,
            swap_in(tmp_path / "0", LITTLE),
        ):
            pass
    except SwapRefused as refused:
        pytest.skip(f"no swap of our own here: {refused}")
    with memory_group(OURS) as group:
        yield group


def test_what_a_process_holds_is_found_in_swap_until_the_installer_switches_it_off(
    squeezed: Group, marks: Marks, tmp_path: Path
) -> None:
    with swap_in(tmp_path / "on.img", LITTLE):
        with holding(squeezed, b"\n".join(marks.known)):
            squeezed.squeeze()
        assert search_image(tmp_path / "on.img", marks)[1].keys() == {*marks.known.values()}
    with swap_in(tmp_path / "off.img", LITTLE) as place, switched_off(place):
        with holding(squeezed, b"\n".join(marks.known)):
            squeezed.squeeze()
        written, found = search_image(tmp_path / "off.img", marks)
    assert not found
    assert written <= HEAD_BYTES


HOLDS_ALL = """
import sys, time
from pathlib import Path
from tests.campaigns.parts.own_swap import memory_group, swap_in
from tests.campaigns.raw_swap import holding
with swap_in(Path(sys.argv[1]), int(sys.argv[2])) as place, memory_group(sys.argv[3]) as group:
    with holding(group, b"papers"):
        print(place, flush=True)
        time.sleep(600)
"""


def test_swap_and_group_go_even_when_whoever_made_them_is_killed(
    squeezed: Group, tmp_path: Path
) -> None:
    image, name = tmp_path / "killed.img", f"{OURS}-killed"
    words = [sys.executable, "-c", HOLDS_ALL, str(image), str(LITTLE), name]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as maker:
        assert maker.stdout is not None
        place = maker.stdout.readline().strip()
        assert left_of(image, name) == ["swap", "device", "group"]
        assert place in Path("/proc/swaps").read_text()
        maker.send_signal(signal.SIGKILL)
    ends = time.monotonic() + PATIENCE_S
    while left_of(image, name) and time.monotonic() < ends:
        time.sleep(0.05)
    assert left_of(image, name) == []


def left_of(image: Path, name: str) -> list[str]:
    devices = subprocess.run(
        ["losetup", "--noheadings", "--output", "NAME", "--associated", str(image)],
        capture_output=True, check=True, text=True,
    ).stdout.split()  # fmt: skip
    swaps = Path("/proc/swaps").read_text().split()
    group = any((top / name).is_dir() for top in (own_swap.OLD_GROUPS, own_swap.NEW_GROUPS))
    left = {"swap": any(one in swaps for one in devices), "device": bool(devices), "group": group}
    return [what for what, is_there in left.items() if is_there]


@pytest.mark.campaign
def test_services_that_are_pushed_out_leave_nothing_on_the_card() -> None:
    seen = outcome_of("raw_swap", "--visits", "1", "--cuts", "1")
    assert seen["squeezed in vain"] == []
    assert seen["missed on the control"] == []
    assert seen["as shipped: bytes written to the card"] == 0
    assert seen["as shipped: found"] == {}
