"""How much memory is really free: the board's, and the service's own limit."""

from __future__ import annotations

from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")


def available_bytes(meminfo: Path = Path("/proc/meminfo")) -> int:
    """What a process may still take, by the kernel's own estimate and the unit's MemoryMax."""
    board = _said("MemAvailable", meminfo)
    return min(board, _left_in_cgroup(board))


def board_bytes(meminfo: Path = Path("/proc/meminfo")) -> int:
    """What the kernel has of the board's memory: a little less than is soldered on."""
    return _said("MemTotal", meminfo)


def _said(name: str, meminfo: Path) -> int:
    for line in meminfo.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


def _left_in_cgroup(otherwise: int) -> int:
    try:
        own = Path("/proc/self/cgroup").read_text(encoding="ascii").strip().rpartition("::")[2]
        folder = _CGROUPS / own.lstrip("/")
        limit = (folder / "memory.max").read_text(encoding="ascii").strip()
        used = int((folder / "memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return otherwise  # no cgroup v2, or no limit of memory there
    return otherwise if limit == "max" else max(0, int(limit) - used)
