"""Pull the plug while the real services scan, fill, seal and send; count what was lost.

``python -m tests.campaigns.power_cut_services [--cuts 100] [--seed 1] [--weaken folder|files]``
(root, one loop device, about ten seconds a cut on two cores). The card is a real ext4,
EXT4_IOC_SHUTDOWN drops all that was not synced, every process is killed, the memory is emptied;
then fsck, mount, and every promise a page had shown is looked for. At the end all that is sealed
must be at the ward once, with a receipt. Prints one JSON object, ends with 1 on damage.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.campaigns.at_the_ward import against_the_ward
from tests.campaigns.card import make_ext4, mount, pull_the_plug, replay, unmount
from tests.campaigns.card_house import CardHouse, Visitors, Witness, settle, weaken
from tests.campaigns.command import asks, run
from tests.campaigns.promises import Promises, broken

CARD_BYTES = 256 << 20
WAIT_S, JITTER_S = 90.0, 0.7  # for a phase to begin; and then
SETTLE_S = 180.0
# How far a visit is let come before the plug is pulled: something new of this kind is seen.
PHASES: dict[str, Callable[[Promises], object]] = {
    "scan": lambda seen: seen.pages.keys(),
    "form": lambda seen: seen.answers.items(),
    "seal": lambda seen: {d for d, s in seen.states.items() if s == "sealing"},
    "send": lambda seen: seen.sealed_files.keys(),
    "receipt": lambda seen: seen.receipts.keys(),
}


def campaign(home: Path, cuts: int, seed: int = 1) -> dict[str, object]:
    """*cuts* times: let people come, pull the plug, look. What was promised, what was gone."""
    dice = random.Random(seed)
    image, house = home / "card.img", CardHouse(home / "house")
    make_ext4(image, CARD_BYTES)
    mount(image, house.state)
    damage: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    promised = visits = done = arrived = 0
    began = time.monotonic()
    try:
        house.__enter__()
        for number in range(cuts):
            witness = Witness(house.state).start()
            visitors = Visitors(house, seed * 1000 + number).start()
            phase = dice.choice(tuple(PHASES))
            reached[phase] += witness.waited_for(PHASES[phase], WAIT_S)
            time.sleep(dice.uniform(0, JITTER_S))  # the campaign's own dice
            seen = witness.stop()
            pull_the_plug(house.state)
            house.fall()
            visitors.stop()
            promised, visits, done = seen.count(), visits + visitors.ended, number + 1
            unmount(house.state)
            damage["file system"] += not replay(image)
            mount(image, house.state)
            found = broken(seen, house.state)
            said = f"cut {done} in {phase}: {seen.count()} promises, broken {dict(found)}"
            print(said, file=sys.stderr)  # noqa: T201
            damage += found
            house.begin_again()
            if +damage:
                break
        settle(house, SETTLE_S)
        house.fall()
        arrived, at_ward = against_the_ward(house.ward_home, house.state)
        damage += at_ward
    finally:
        house.close()
        unmount(house.state)
    return {
        "cuts": done,
        "cut in": dict(reached),
        "whole visits": visits,
        "promises standing at the last cut": promised,
        "revisions at the ward": arrived,
        "damage": dict(+damage),
        "seconds": round(time.monotonic() - began),
    }


def main() -> None:
    """The campaign, once."""
    parser = asks(__doc__, cuts=100, seed=1)
    parser.add_argument("--weaken", choices=("folder", "files"))
    run(parser, _asked, mounts=True)


def _asked(home: Path, asked: argparse.Namespace) -> dict[str, object]:
    if asked.weaken:
        weaken(asked.weaken)
    return campaign(home, asked.cuts, asked.seed)


if __name__ == "__main__":
    main()
