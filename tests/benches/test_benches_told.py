"""Every bench can be run as docs/benchmarks.md says, and has its figures there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "docs" / "benchmarks.md"
SHARED = {"__init__", "machine", "full_house"}
FILES = {file.stem for file in (HOUSE / "benchmarks").glob("*.py")} - SHARED
FOLDERS = {file.parent.name for file in (HOUSE / "benchmarks").glob("*/__main__.py")}
BENCHES = sorted(FILES | FOLDERS)


@pytest.mark.parametrize("bench", BENCHES)
def test_a_bench_runs_from_the_repositorys_root_and_says_what_it_measures(bench: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{bench}", "--help"],
        cwd=HOUSE,
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert f"-m benchmarks.{bench}" in said.stdout
    assert "default:" in said.stdout, "how often it measures is for the reader to choose"


@pytest.mark.parametrize("bench", BENCHES)
def test_the_page_of_figures_names_the_command_of_every_bench(bench: str) -> None:
    assert f"`.venv/bin/python -m benchmarks.{bench}" in PAGE.read_text(encoding="utf-8")
