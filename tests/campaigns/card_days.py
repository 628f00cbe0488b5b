"""Days at a house whose point has a card of its own: people come, something befalls the card."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from appliance.demo.visit import play_visit
from tests.campaigns.at_the_ward import against_the_ward
from tests.campaigns.card import make_ext4, mount, unmount
from tests.campaigns.card_house import CardHouse, Visitors, Witness, settle
from tests.campaigns.promises import Promises

JITTER_S = 0.7
# How far a visit is let come before it happens: something new of this kind is seen.
PHASES: dict[str, Callable[[Promises], object]] = {
    "scan": lambda seen: seen.pages.keys(),
    "form": lambda seen: seen.answers.items(),
    "seal": lambda seen: {d for d, s in seen.states.items() if s == "sealing"},
    "send": lambda seen: seen.sealed_files.keys(),
    "receipt": lambda seen: seen.receipts.keys(),
}


class Coming(NamedTuple):
    """People who are on their way, and who looks at what they are shown."""

    witness: Witness
    visitors: Visitors
    phase: str  # in which it shall happen
    reached: bool  # whether it was seen to begin in time


@contextmanager
def house_with_a_card(home: Path, size: int) -> Iterator[tuple[Path, CardHouse]]:
    """The card's image and the house, whose state lies on it; nothing of both is left."""
    image, house = home / "card.img", CardHouse(home / "house")
    make_ext4(image, size)
    mount(image, house.state)
    try:
        house.__enter__()
        yield image, house
    finally:
        house.close()
        if house.state.is_mount():
            unmount(house.state)


def people_come(house: CardHouse, seed: int, dice: random.Random, wait_s: float) -> Coming:
    """Returns a moment after a phase has begun that the campaign's own dice choose."""
    witness = Witness(house.state).start()
    visitors = Visitors(house, seed).start()
    phase = dice.choice(tuple(PHASES))
    reached = witness.waited_for(PHASES[phase], wait_s)
    time.sleep(dice.uniform(0, JITTER_S))
    return Coming(witness, visitors, phase, reached)


def one_more_visit(house: CardHouse, settle_s: float) -> tuple[int, Counter[str]]:
    """Goes through by itself, and everything sealed arrives: revisions at the ward, and damage."""
    last = play_visit(house, 2, lambda line: None)
    settle(house, settle_s)
    arrived, damage = against_the_ward(house.ward_home, house.state)
    damage["no visit afterwards"] += not last.ward_has_all_bytes
    return arrived, +damage
