"""One booted machine with a box in it, for all tests of this folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.boot.machine import DidNotBoot, Machine, cannot_boot
from tests.boot.roots import PROJECT, NoDebian, debian_root, wheels

SUITE = os.environ.get("TRAMHOSO_SUITE", "bookworm")


def clean_clone(folder: Path) -> Path:
    """What `git clone` would bring: the files that are tracked, as they stand here now."""
    said = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    for name in filter(None, said.split("\0")):
        if not name.startswith(("docs/pages/", "tests/campaigns/")) and (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    return folder


def booted(suite: str, folder: Path, *more: str) -> Iterator[Machine]:
    """Debian without any of ours, booted; the clone at /src, the bundle at /bundle.

    *more* are packages besides. A plain Debian that does not boot says nothing about the project:
    then the tests are left out.
    """
    if why := cannot_boot():
        pytest.skip(f"no container boots here: {why}")
    try:
        root = debian_root(suite, *more)
    except NoDebian as error:
        pytest.skip(f"no Debian can be made here: {error}")
    shown = {clean_clone(folder / "src"): "/src", wheels(suite): "/bundle"}
    box = Machine(root, folder, shown)
    try:
        box.boot()
    except DidNotBoot as error:
        box.off()
        pytest.skip(f"no container boots here: {error}")
    try:
        yield box
    finally:
        box.off()


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One machine for the tests of this folder, which stand on each other."""
    yield from booted(SUITE, tmp_path_factory.mktemp("boot"))
