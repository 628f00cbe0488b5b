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
from collections import Counter
from pathlib import Path

from tests.campaigns.parts.at_the_ward import against_the_ward
from tests.campaigns.parts.card import pull_the_plug
from tests.campaigns.parts.card_days import Days, house_with_a_card, people_come
from tests.campaigns.parts.card_house import settle, weaken
from tests.campaigns.parts.command import asks, run

CARD_BYTES = 256 << 20
WAIT_S, SETTLE_S = 90.0, 180.0  # for a phase to begin; for everything to arrive


def campaign(home: Path, cuts: int, seed: int = 1) -> dict[str, object]:
    """*cuts* times: let people come, pull the plug, look. What was promised, what was gone."""
    dice = random.Random(seed)
    reached: Counter[str] = Counter()
    done, days = 0, Days()
    with house_with_a_card(home, CARD_BYTES) as (image, house):
        for number in range(cuts):
            come = people_come(house, seed * 1000 + number, dice, WAIT_S)
            reached[come.phase] += come.reached
            seen = come.witness.stop()
            pull_the_plug(house.state)
            house.fall()
            come.visitors.stop()
            done = number + 1
            days.lie_anew(image, house)
            days.look(house, come, seen, f"cut {done}")
            house.begin_again()
            if +days.damage:
                break
        settle(house, SETTLE_S)
        house.fall()
        arrived, at_ward = against_the_ward(house.ward_home, house.state)
        days.damage += at_ward
    return {"cuts": done, "cut in": dict(reached), **days.figures(arrived)}


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
