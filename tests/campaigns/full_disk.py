"""Fill the card while people come; look what they were promised.

``python -m tests.campaigns.full_disk [--times 20] [--seed 1] [--read-only]`` (root, one loop
device, about fifteen seconds a time). The real services work on a real ext4; at random moments
all room is taken but some bytes, and given back after some seconds. Every promise a page had shown
must hold, no service may end, and afterwards a whole visit must go through by itself. With
``--read-only`` the card is not full but refuses every write, see ``read_only_card``. Prints one
JSON object, ends with 1 on damage.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections import Counter
from pathlib import Path

from appliance.store.card.page_files import RESERVE_BYTES
from tests.campaigns.parts import read_only_card
from tests.campaigns.parts.card_days import Days, house_with_a_card, one_more_visit, people_come
from tests.campaigns.parts.card_house import told_by_services
from tests.campaigns.parts.command import asks, run

CARD_BYTES = 192 << 20
LEAVES = (0, 4096, 200_000, RESERVE_BYTES // 2, RESERVE_BYTES)  # from nothing to a nearly full card
RESTED_S = 10.0
WAIT_S, LASTS_S, SETTLE_S = 60.0, (2.0, 6.0), 240.0


class Ballast:
    """What other programs left on the card."""

    def __init__(self, card: Path) -> None:
        self._card, self._file = card, card / "ballast"

    def fill(self, leave: int) -> None:
        """All room but *leave* bytes, also what only root may use."""
        self.empty()
        room = os.statvfs(self._card)
        size = room.f_bfree * room.f_frsize - leave
        with self._file.open("wb") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, max(size, 1))
            except OSError:  # its own blocks of addresses: take what there is, to the last byte
                _fill_to_the_end(file.fileno())

    def empty(self) -> None:
        self._file.unlink(missing_ok=True)


def campaign(home: Path, times: int, seed: int = 1) -> dict[str, object]:
    """*times* times: let people come, take the room, give it back, look."""
    dice = random.Random(seed)
    told: Counter[str] = Counter()
    days = Days()
    with house_with_a_card(home, CARD_BYTES) as (_, house):
        ballast = Ballast(house.state)
        for number in range(times):
            come = people_come(house, seed * 1000 + number, dice, WAIT_S)
            ballast.fill(dice.choice(LEAVES))
            end = time.monotonic() + dice.uniform(*LASTS_S)
            while time.monotonic() < end:
                told.update(told_by_services(house.state))
                time.sleep(0.5)
            seen = come.witness.stop()
            ballast.empty()
            house.fallen = True  # ends the visit under way: its citizen went home
            come.visitors.stop()
            house.fallen = False
            house.must_be_alive()
            days.look(house, come, seen, f"{number + 1},")
        time.sleep(RESTED_S)  # a press while the station rests over a fault calls for help only
        arrived = one_more_visit(house, days, SETTLE_S)
    return {"times": times, "told by the services": dict(told), **days.figures(arrived)}


def _fill_to_the_end(handle: int) -> None:
    block = bytes(1 << 20)
    while block:
        try:
            os.write(handle, block)
        except OSError:
            block = block[: len(block) // 2]


def main() -> None:
    """The campaign, once."""
    parser = asks(__doc__, times=20, seed=1)
    parser.add_argument("--read-only", action="store_true", help="a card that cannot be written")
    run(parser, _asked, mounts=True)


def _asked(home: Path, asked: argparse.Namespace) -> dict[str, object]:
    chosen = read_only_card.campaign if asked.read_only else campaign
    return chosen(home, asked.times, asked.seed)


if __name__ == "__main__":
    main()
