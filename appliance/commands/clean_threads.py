"""How many pages this board can clean at once."""

from __future__ import annotations

import os
from pathlib import Path

AT_ONCE = 2  # the decoding and drawing run beside each other, Python's own part does not
ENOUGH_MB = 1_000  # two pages of 300 dpi take 220 MB; a board of 512 MB holds services as well
_MEMINFO = Path("/proc/meminfo")


def threads_here(cores: int | None = None, meminfo: Path = _MEMINFO) -> int:
    """Two where two cores and a gigabyte are free for it, else one.

    *cores*: those that this process may use, unless told.
    """
    cores = cores or len(os.sched_getaffinity(0))
    return AT_ONCE if cores >= AT_ONCE and _free_mb(meminfo) >= ENOUGH_MB else 1


def _free_mb(meminfo: Path) -> float:
    """What the kernel could give without pushing anything out; 0 where it does not say."""
    try:
        for line in meminfo.read_text(encoding="ascii").splitlines():
            name, _, rest = line.partition(":")
            if name == "MemAvailable":
                return int(rest.split()[0]) * 1.024e-3
    except (OSError, ValueError, IndexError):
        return 0.0
    return 0.0
