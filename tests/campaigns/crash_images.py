"""Record every block that the real services write, then look at the cards a cut may leave.

``python -m tests.campaigns.crash_images [--images 200] [--seconds 90] [--seed 1]
[--weaken folder|files]`` (root, /dev/fuse, one loop device). Each image holds all writes up to a
flush, and of those after it all, some, or torn ones; fsck, mount, upkeep, and every promise that
a page had shown by then is looked for. Prints one JSON object, ends with 1 on damage.
"""

from __future__ import annotations

import argparse
import random
import shutil
import time
from collections import Counter
from pathlib import Path

from appliance.desk.point import open_point
from appliance.services import upkeep
from tests.campaigns.parts import card
from tests.campaigns.parts.block_recorder import FLUSH, Step, images, recording
from tests.campaigns.parts.card_house import CardHouse, Visitors, Witness, weaken
from tests.campaigns.parts.command import asks, run
from tests.campaigns.parts.promises import Promises, broken

CARD_BYTES = 192 << 20
FIRST_PROMISE_S = 120.0


def can_run() -> bool:
    """Whether this machine lets us."""
    return card.can_run() and Path("/dev/fuse").exists() and bool(shutil.which("fusermount3"))


def campaign(home: Path, count: int, seconds: float, seed: int = 1) -> dict[str, object]:
    """Record *seconds* of visits, then look at *count* crash images."""
    began = time.monotonic()
    image, house = home / "card.img", CardHouse(home / "house")
    card.make_ext4(image, CARD_BYTES)
    base = image.read_bytes()
    log, seen, visits = _record(house, base, home / "fuse", seconds, seed)
    first = next(at for at, promises in seen if promises.count())
    dice = random.Random(seed)
    cuts = dice.sample(range(first, len(log)), min(count, len(log) - first))
    damage: Counter[str] = Counter()
    damaged = promised = 0
    for cut, content in images(base, log, cuts, dice):
        before = [promises for at, promises in seen if at <= cut][-1]
        image.write_bytes(content)
        found = _look(house, image, before)
        damage += found
        damaged += bool(found)
        promised += before.count()
    return {
        "whole visits": visits,
        "block writes": sum(step is not FLUSH for step in log),
        "flushes": sum(step is FLUSH for step in log),
        "images": len(cuts),
        "promises looked for": promised,
        "images with damage": damaged,
        "damage": dict(damage),
        "seconds": round(time.monotonic() - began),
    }


def _record(
    house: CardHouse, base: bytes, fuse: Path, seconds: float, seed: int
) -> tuple[list[Step], list[tuple[int, Promises]], int]:
    """The log, each look with the step at which it was over, and how many visits ended."""
    with recording(base, fuse) as (disk, file):
        card.mount(file, house.state)
        try:
            house.__enter__()
            witness = Witness(house.state, lambda: len(disk.log)).start()
            visitors = Visitors(house, seed).start()
            witness.waited_for(lambda seen: seen.pages.keys(), FIRST_PROMISE_S)
            time.sleep(seconds)
            witness.stop()
            log = list(disk.log)
            house.fall()
            visitors.stop()
            return log, list(witness.seen), visitors.ended
        finally:
            house.close()
            card.unmount(house.state)


def _look(house: CardHouse, image: Path, before: Promises) -> Counter[str]:
    damage: Counter[str] = Counter()
    damage["file system"] += not card.replay(image)
    with card.mounted(image, house.state):
        point = open_point(house.config())
        try:
            damage["row without file"] += len(upkeep.run(point).rows_without_file)
        finally:
            point.database.close()
        damage += broken(before, house.state)
    return +damage


def main() -> None:
    """The campaign, once."""
    parser = asks(__doc__, images=200, seconds=90.0, seed=1)
    parser.add_argument("--weaken", choices=("folder", "files"))
    run(parser, _asked, mounts=True)


def _asked(home: Path, asked: argparse.Namespace) -> dict[str, object]:
    if asked.weaken:
        weaken(asked.weaken)
    return campaign(home, asked.images, asked.seconds, asked.seed)


if __name__ == "__main__":
    main()
