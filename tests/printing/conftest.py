"""A print system for the tests that need one, and eyes for the sheets."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.printing.print_system import PROGRAMS, ROLL, ROLL_SIZES, PrintSystem


@pytest.fixture(scope="module")
def print_system() -> Iterator[PrintSystem]:
    """CUPS with an A4 printer *sheets* and a till roll *slips*, both on and well."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")
    if os.geteuid() != 0:
        pytest.skip("only root makes a network namespace")
    if subprocess.run(["unshare", "--net", "--mount", "true"], check=False).returncode != 0:
        pytest.skip("this machine lets nobody make a network namespace")
    with PrintSystem() as system:
        system.add_printer("sheets", 8633)
        system.add_printer("slips", 8634, ROLL.format(sizes=ROLL_SIZES))
        yield system


@pytest.fixture
def tool(tmp_path: Path) -> Callable[..., str]:
    """Run a program on a PDF: ``tool(pdf, "pdfinfo")``. Fails when the program complains."""

    def run(pdf: bytes, *command: str, after: tuple[str, ...] = ()) -> str:
        path = tmp_path / "sheet.pdf"
        path.write_bytes(pdf)
        done = subprocess.run(
            [*command, str(path), *after], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    return run


@pytest.fixture
def words(tool: Callable[..., str]) -> Callable[[bytes], str]:
    """What a reader finds in a PDF, on one line."""
    return lambda pdf: " ".join(tool(pdf, "pdftotext", "-layout", after=("-",)).split())
