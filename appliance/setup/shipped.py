"""What of a clone goes with a release: the code, its units, and the set-up that lays them down."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

ROOMS = ("appliance", "web", "systemd")
SINGLE = ("setup_pi.sh", "pyproject.toml", "README.md", "LICENSE", "docs/config.example.toml")


def shipped(source: Path) -> Iterator[Path]:
    """Every file of a release in *source*, a clone or what an earlier release carried."""
    yield from (source / name for name in SINGLE)
    for room in ROOMS:
        for path in (source / room).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and "egg-info" not in str(path):
                yield path


def copy_shipped(source: Path, place: Path) -> None:
    """The same files below *place*."""
    for path in shipped(source):
        copy = place / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    (place / "setup_pi.sh").chmod(0o755)
