"""How often a card says that it synced what it lost, while ext4 makes it read only.

``python -m tests.campaigns.lying_sync [--times 25]`` (root, one loop device, a second a time).
Nothing of ours is in it: four programs write a block, sync it and say so, until they are refused.
What was said and is not there after fsck is the kernel's; ``full_disk --read-only`` can lose as
much at the same moment.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.campaigns.parts import card
from tests.campaigns.parts.command import asks, run

CARD_BYTES, BLOCK, WRITERS, LIVE_S = 128 << 20, 4096, 4, 0.6
_WRITES = """
import os, sys
small, large = (os.open(sys.argv[1] + end, os.O_RDWR | os.O_CREAT) for end in ("", ".large"))
number = 0
while True:
    number += 1
    try:
        os.pwrite(large, os.urandom(300_000), number % 20 * 300_000)
        os.fdatasync(large)
        os.pwrite(small, b"%08d" % number * 512, (number - 1) * 4096)
        os.fdatasync(small)
    except OSError:
        break
    print(number, flush=True)
"""


def campaign(home: Path, times: int) -> dict[str, object]:
    """What was said to be synced last by each, and is gone."""
    lost = said = 0
    for _ in range(times):
        card.make_ext4(home / "card.img", CARD_BYTES)
        with card.mounted(home / "card.img", home / "card"):
            files = [home / "card" / str(number) for number in range(WRITERS)]
            last = _last_said(files, home / "card")
        card.replay(home / "card.img")
        with card.mounted(home / "card.img", home / "card"):
            for file, number in zip(files, last, strict=True):
                said += number > 0
                lost += number > 0 and not _holds(file, number)
    return {"times": times, "last blocks said to be synced": said, "of them gone": lost}


def _last_said(files: list[Path], folder: Path) -> list[int]:
    command = [sys.executable, "-c", _WRITES]
    writers = [subprocess.Popen([*command, str(file)], stdout=subprocess.PIPE) for file in files]
    time.sleep(LIVE_S)  # long enough for each to have begun
    card.turn_read_only(folder)
    words = [writer.communicate()[0].split() for writer in writers]
    return [int(said[-1]) if said else 0 for said in words]


def _holds(file: Path, number: int) -> bool:
    if not file.exists():
        return False
    return file.read_bytes()[(number - 1) * BLOCK : number * BLOCK] == b"%08d" % number * 512


def main() -> None:
    """The measurement, once."""
    run(
        asks(__doc__, times=25),
        lambda home, asked: campaign(home, asked.times),
        bad=(),
        mounts=True,
    )


if __name__ == "__main__":
    main()
