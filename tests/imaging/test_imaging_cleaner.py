"""Cleaning happens in a child that may die; the page and the station do not mind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from appliance.core.errors import DossierLocked, PageDamaged
from appliance.core.paper.rendition import LADDER
from appliance.imaging.child.cleaner import Cleaner
from appliance.imaging.child.main import cleaned
from appliance.imaging.child.small import SMALL_PX
from appliance.imaging.child.wire import CleanOrder

BOUND_S = 60
ORDER = CleanOrder(300)


@pytest.fixture
def cleaner() -> Iterator[Cleaner]:
    one = Cleaner()
    yield one
    one.close()


def wait_for(condition: Callable[[], Any]) -> None:
    until = time.monotonic() + BOUND_S
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        select.select([], [], [], 0.005)


def hear(cleaner: Cleaner, pages: int) -> list[tuple[str, Any]]:
    heard: list[tuple[str, Any]] = []
    while len(heard) < pages:
        assert select.select([cleaner], [], [], BOUND_S)[0], "the bell never rang"
        heard += cleaner.finished()
    return heard


def test_a_page_comes_back_as_it_would_be_cleaned_here(cleaner, a4):
    (page,) = cleaner.submit("p1", a4, ORDER).result(BOUND_S)
    assert (page,) == cleaned(a4, ORDER)
    assert page.size_bytes == page.plated.size_bytes < len(a4) / 4
    with Image.open(BytesIO(page.preview)) as preview:
        assert max(preview.size) == 1000
    with Image.open(BytesIO(page.small)) as small:
        assert max(small.size) == SMALL_PX
    assert len(page.small) < 6_000


def test_pages_are_told_in_order_through_the_file_number(cleaner, a4):
    for name in ("p1", "p2", "p3"):
        cleaner.submit(name, a4, ORDER)
    assert [name for name, _ in hear(cleaner, 3)] == ["p1", "p2", "p3"]
    assert cleaner.finished() == []


def test_a_child_killed_in_mid_page_costs_nothing(cleaner, a4):
    cleaner.submit("p1", a4, ORDER).result(BOUND_S)
    first = cleaner.child_pid
    os.kill(first, signal.SIGSTOP)  # it holds still with the page in its hands
    waiting = cleaner.submit("p2", a4, ORDER)
    wait_for(waiting.running)
    os.kill(first, signal.SIGKILL)
    assert waiting.result(BOUND_S) == cleaned(a4, ORDER)
    assert cleaner.child_pid not in (None, first)


def test_a_page_that_kills_its_child_twice_is_damaged_and_the_next_one_is_fine(cleaner, a4):
    killed = set()
    waiting = cleaner.submit("p1", a4, ORDER)
    until = time.monotonic() + BOUND_S
    while not waiting.done() and time.monotonic() < until:
        pid = cleaner.child_pid
        if pid and pid not in killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
    with pytest.raises(PageDamaged, match="2 times"):
        waiting.result(0)
    assert len(killed) == 2
    (page,) = cleaner.submit("p2", a4, ORDER).result(BOUND_S)
    assert page.plated.width_mm == pytest.approx(210, abs=0.5)


def test_a_child_that_hangs_is_killed_at_the_deadline_and_the_page_tried_again(a4):
    cleaner = Cleaner(page_deadline_s=5)
    try:
        cleaner.submit("p1", a4, ORDER).result(BOUND_S)
        hanging = cleaner.child_pid
        os.kill(hanging, signal.SIGSTOP)
        assert cleaner.submit("p2", a4, ORDER).result(BOUND_S)
        with pytest.raises(ProcessLookupError):
            os.kill(hanging, 0)
    finally:
        cleaner.close()


def test_a_damaged_page_is_said_so_without_a_second_try(cleaner, a4):
    cleaner.submit("p1", a4, ORDER).result(BOUND_S)
    pid = cleaner.child_pid
    with pytest.raises(PageDamaged):
        cleaner.submit("p2", a4[: len(a4) // 2], ORDER).result(BOUND_S)
    assert cleaner.child_pid == pid


def test_a_page_too_big_for_the_memory_limit_is_damaged_and_the_station_lives(a4):
    cleaner = Cleaner(memory_limit_mb=160)
    try:
        with pytest.raises(PageDamaged, match="memory"):
            cleaner.submit("p1", a4, ORDER).result(BOUND_S)
    finally:
        cleaner.close()


def test_a_master_is_fetched_only_when_its_turn_comes(cleaner, a4):
    fetched: list[str] = []

    def fetch(name: str) -> bytes:
        fetched.append(name)
        return a4

    first = cleaner.submit("p1", lambda: fetch("p1"), ORDER)
    second = cleaner.submit("p2", lambda: fetch("p2"), ORDER)
    first.result(BOUND_S)
    second.result(BOUND_S)
    assert fetched == ["p1", "p2"]


def test_a_locked_master_is_told_as_such(cleaner):
    def locked() -> bytes:
        raise DossierLocked("no desk key")

    cleaner.submit("p1", locked, ORDER)
    ((name, outcome),) = hear(cleaner, 1)
    assert name == "p1"
    assert isinstance(outcome.exception(), DossierLocked)


def test_another_way_for_the_seal_is_not_told_to_the_station(cleaner, a4):
    (page,) = cleaner.clean(a4, CleanOrder(300, plain=True, way=3, preview_px=0))
    assert (page.way, page.preview) == (3, b"")
    assert page.resolution_dpi == LADDER[2].resolution_dpi
    assert cleaner.finished() == []


def test_an_idle_cleaner_lets_its_child_go_and_takes_a_new_one_later(a4):
    cleaner = Cleaner(idle_s=0.2)
    try:
        cleaner.submit("p1", a4, ORDER).result(BOUND_S)
        wait_for(lambda: cleaner.child_pid is None)
        assert cleaner.submit("p2", a4, ORDER).result(BOUND_S)
    finally:
        cleaner.close()


def test_closing_leaves_no_child_and_cancels_what_waits(a4):
    cleaner = Cleaner()
    cleaner.submit("p1", a4, ORDER).result(BOUND_S)
    pid = cleaner.child_pid
    os.kill(pid, signal.SIGSTOP)
    in_hand, in_line = cleaner.submit("p2", a4, ORDER), cleaner.submit("p3", a4, ORDER)
    wait_for(in_hand.running)
    cleaner.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    for outcome in (in_hand, in_line):
        with pytest.raises(CancelledError):
            outcome.result(0)


def test_a_seal_that_asks_a_closed_cleaner_is_told_at_once(a4):
    cleaner = Cleaner()
    cleaner.close()
    cleaner.close()  # twice is no mistake
    with pytest.raises(CancelledError):
        cleaner.clean(a4, ORDER)


def test_a_station_that_dies_takes_its_child_with_it(a4, tmp_path):
    master = tmp_path / "a4.jpg"
    master.write_bytes(a4)
    script = (
        "import os, pathlib, sys\n"
        "from appliance.imaging.child.cleaner import Cleaner\n"
        "from appliance.imaging.child.wire import CleanOrder\n"
        "c = Cleaner()\n"
        "c.submit('p', pathlib.Path(sys.argv[1]).read_bytes(), CleanOrder(300)).result(60)\n"
        "print(c.child_pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    died = subprocess.run(
        [sys.executable, "-c", script, master], stdout=subprocess.PIPE, timeout=60, check=False
    )
    pid = int(died.stdout)

    def gone() -> bool:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
            return stat.rsplit(")", 1)[1].split()[0] == "Z"
        except FileNotFoundError:
            return True

    wait_for(gone)


def test_the_station_does_not_carry_the_image_library():
    script = (
        "import appliance.services.station, sys\n"
        "sys.exit(bool({'PIL', 'numpy', 'pikepdf', 'zxingcpp'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0


def test_a_child_without_a_page_gives_its_memory_back(cleaner, a4):
    """A seal and tesseract need it, and the child lives for a minute after its last page."""
    cleaner.submit("p1", a4, ORDER).result(BOUND_S)

    def held_mb() -> float:
        status = Path(f"/proc/{cleaner.child_pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    same_child = cleaner.child_pid
    wait_for(lambda: held_mb() < 70)
    assert cleaner.child_pid == same_child, "it was let go: that gives memory back too"
