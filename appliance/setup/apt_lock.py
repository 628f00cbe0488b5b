"""Waits while somebody else installs packages: a first start does so by itself for minutes.

``python3 apt_lock.py [SECONDS]`` (root). apt waits for dpkg's lock at most, never for that of its
lists, and ``dpkg --configure`` for none; what it says then reads like a missing network. The
standard library only, run as a file: nothing of ours is installed yet.
"""

from __future__ import annotations

import fcntl
import os
import struct
import sys
import time
from collections.abc import Iterable
from pathlib import Path

LOCKS = (
    Path("/var/lib/dpkg/lock-frontend"),
    Path("/var/lib/dpkg/lock"),
    Path("/var/lib/apt/lists/lock"),
    Path("/var/cache/apt/archives/lock"),
)
LONGEST_S, LOOK_S = 600.0, 1.0
UNAVAILABLE = 69
_FLOCK = "hhqqi"  # struct flock of fcntl(2): type, whence, start, length, pid


def holder(locks: Iterable[Path] = LOCKS) -> str | None:
    """Who holds one of them, as ``NAME (PID)``; None when all are free, or are not there."""
    for place in locks:
        try:
            file = os.open(place, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
        finally:
            os.close(file)
        if kind != fcntl.F_UNLCK:
            return f"{_name_of(pid)} ({pid})"
    return None


def wait(longest_s: float, locks: Iterable[Path] = LOCKS) -> str | None:
    """Until nobody holds one, said once; else who still does after *longest_s*."""
    locks, ends, told = tuple(locks), time.monotonic() + longest_s, False
    while (who := holder(locks)) is not None and time.monotonic() < ends:
        if not told:
            _say(f"── {who} installs packages: waiting, {longest_s / 60:g} minutes at most")
            told = True
        time.sleep(LOOK_S)
    return who


def _name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:  # of another container, or just gone
        return "another program"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - what a technician reads


def main(words: list[str], locks: Iterable[Path] = LOCKS) -> int:
    """0: go on; 69: somebody still installs, which is said in one line."""
    who = wait(float(words[0]) if words else LONGEST_S, locks)
    if who is None:
        return 0
    _say(
        f"setup_pi.sh: {who} still installs packages, nothing was changed; "
        "when it has ended, or after a restart, the same again"
    )
    return UNAVAILABLE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
