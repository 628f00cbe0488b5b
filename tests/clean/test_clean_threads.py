"""How many pages a board cleans at once when nobody says."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.commands.clean_threads import threads_here


def board(folder: Path, free_kb: int) -> Path:
    said = folder / "meminfo"
    said.write_text(f"MemTotal:        8000000 kB\nMemAvailable:    {free_kb} kB\n")
    return said


@pytest.mark.parametrize(("cores", "free_kb", "threads"), [
    (4, 3_000_000, 2), (2, 980_000, 2), (2, 970_000, 1), (4, 260_000, 1), (1, 3_000_000, 1),
])  # fmt: skip
def test_two_pages_at_once_need_two_cores_and_a_gigabyte(tmp_path, cores, free_kb, threads):
    assert threads_here(cores, board(tmp_path, free_kb)) == threads


@pytest.mark.parametrize("said", ["", "MemAvailable: much", "MemAvailable:"])
def test_a_board_that_does_not_tell_its_memory_cleans_one_page_at_a_time(tmp_path, said):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(said)
    assert threads_here(4, meminfo) == 1
    assert threads_here(4, tmp_path / "none") == 1
