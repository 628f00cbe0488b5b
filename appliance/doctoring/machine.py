"""Where the kernel tells how the machine is; a test lays files of its own there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """The folders that are read. Nothing is ever written there."""

    proc: Path = Path("/proc")
    sys: Path = Path("/sys")
    run: Path = Path("/run")
    dev: Path = Path("/dev")
    opt: Path = Path("/opt/tramhoso")
    etc: Path = Path("/etc/tramhoso")

    @classmethod
    def below(cls, root: Path) -> Machine:
        """The same folders under *root*."""
        return cls(*(root / name for name in ("proc", "sys", "run", "dev", "opt", "etc")))


def read(file: Path) -> str | None:
    """What stands in *file* without its line end; None when there is no such file to read."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None


def number_in(file: Path) -> int | None:
    """The number in *file*; None when there is none."""
    try:
        return int(read(file) or "")
    except ValueError:
        return None
