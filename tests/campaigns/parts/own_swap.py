"""Swap of our own on this machine for a while, and processes that are pushed out to it.

Swap belongs to a whole machine, so it is made, and taken away again, by a shell that waits for our
end: it goes as well when we are killed. The same with the group that is squeezed: whoever is still
in it then is killed. Nothing is left but a file in a folder of the campaign's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OLD_GROUPS, NEW_GROUPS = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
TOOLS = ("losetup", "mkswap", "swapon", "swapoff")
SQUEEZE_EVERY_S, UNDONE_S = 0.5, 60.0
# Says one word when it is ready, waits until nobody holds its other end, and undoes.
_WAIT = 'trap "" HUP INT TERM; cat >/dev/null'
_FILE = f"""set -e
place=$(losetup --find --show "$0")
trap 'swapoff "$place" || true; losetup --detach "$place"' EXIT
mkswap --quiet "$place"; swapon "$place"; echo "$place"; {_WAIT}"""
_COMPRESSED = f"""set -e
number=$(cat /sys/class/zram-control/hot_add); place=/dev/zram$number
trap 'swapoff "$place" || true; echo "$number" >/sys/class/zram-control/hot_remove' EXIT
echo "$0" >"/sys/block/zram$number/disksize"
mkswap --quiet "$place"; swapon --priority 100 "$place"; echo "$place"; {_WAIT}"""
_GROUP = f"""set -e
mkdir "$0"
end() {{
  for try in 1 2 3 4 5 6 7 8 9 10; do
    while read -r process; do kill -9 "$process"; done <"$0/cgroup.procs"
    rmdir "$0" && return
    sleep 0.3
  done
}}
trap 'end "$0" 2>/dev/null' EXIT
echo "$0"; {_WAIT}"""


class SwapRefused(RuntimeError):
    """This machine lets us have no swap, or no group of our own."""


@contextmanager
def swap_in(image: Path, size: int) -> Iterator[str]:
    """A device whose every byte lies in *image*, used as swap meanwhile. Only root may."""
    with image.open("wb") as file:
        file.truncate(size)
    with _undone(_FILE, str(image)) as place:
        yield place


@contextmanager
def compressed_memory(size: int) -> Iterator[str | None]:
    """As Raspberry Pi OS has it: zram, used before all other swap; None where there is none."""
    if not Path("/sys/class/zram-control").exists():
        yield None
        return
    with _undone(_COMPRESSED, str(size)) as place:
        yield place


@contextmanager
def memory_group(name: str) -> Iterator[Group]:
    """A control group whose processes can be pushed out, of the first or the second kind."""
    old = (OLD_GROUPS / "memory.force_empty").exists()
    top = OLD_GROUPS if old else NEW_GROUPS
    if not old and "memory" not in _said_by(top / "cgroup.subtree_control").split():
        raise SwapRefused("no group of ours can have a say about memory")
    with _undone(_GROUP, str(top / name)) as folder:
        yield Group(Path(folder))


class Group:
    """Processes, and the memory they have."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with contextlib.suppress(OSError):  # only the first kind asks
            (folder / "memory.swappiness").write_text("100")

    def inside(self, *command: str) -> list[str]:
        """A command line that runs *command* in this group, with all that it starts."""
        return ["sh", "-c", 'echo $$ >"$0" && exec "$@"', f"{self._folder}/cgroup.procs", *command]

    def squeeze(self) -> None:
        """Push out all that can be, now."""
        for name, word in (("memory.force_empty", "0"), ("memory.reclaim", "4G")):
            with contextlib.suppress(OSError):  # some of it was needed again at once
                (self._folder / name).write_text(word)

    @contextmanager
    def squeezed(self) -> Iterator[None]:
        """Again and again, until it is over."""
        over = threading.Event()

        def work() -> None:
            while not over.wait(SQUEEZE_EVERY_S):
                self.squeeze()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def used(place: str) -> int:
    """Bytes that lie there now."""
    for line in Path("/proc/swaps").read_text("ascii").splitlines()[1:]:
        device, _, _, kilobytes, _ = line.split()
        if device == place:
            return int(kilobytes) << 10
    return 0


def can_run() -> bool:
    """Whether this machine may let us: root, loop devices, the tools."""
    tools = all(shutil.which(tool) for tool in TOOLS)
    return os.geteuid() == 0 and Path("/dev/loop-control").exists() and tools


def _said_by(path: Path) -> str:
    return path.read_text("ascii") if path.exists() else ""


@contextmanager
def _undone(script: str, word: str) -> Iterator[str]:
    """What *script* says first; it ends, and undoes, when we leave or are no more."""
    shell = subprocess.Popen(
        ["sh", "-c", script, word],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # whoever ends our whole group leaves it alone
    )
    assert shell.stdin is not None
    assert shell.stdout is not None
    assert shell.stderr is not None
    try:
        said = shell.stdout.readline().strip()
        if not said:
            raise SwapRefused(shell.stderr.read().strip())
        yield said
    finally:
        shell.stdin.close()
        shell.wait(UNDONE_S)
        shell.stdout.close()
        shell.stderr.close()
