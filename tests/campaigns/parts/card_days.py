"""Days at a house whose point has a card of its own: people come, something befalls the card."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from appliance.demo.visit import play_visit
from tests.campaigns.parts.at_the_ward import against_the_ward
from tests.campaigns.parts.card import make_ext4, mount, replay, unmount
from tests.campaigns.parts.card_house import CardHouse, Visitors, Witness, settle
from tests.campaigns.parts.promises import Promises, broken

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


@dataclass
class Days:
    """What a campaign on one card comes to: its figures grow with each thing that befell it."""

    damage: Counter[str] = field(default_factory=Counter)
    visits: int = 0
    promised: int = 0  # what pages had shown when it befell the card the last time
    began: float = field(default_factory=time.monotonic)

    def lie_anew(self, image: Path, house: CardHouse) -> None:
        """The card's own journal is read back as at the next start; a fault there is damage."""
        unmount(house.state)
        self.damage["file system"] += not replay(image)
        mount(image, house.state)

    def look(self, house: CardHouse, come: Coming, seen: Promises, about: str) -> None:
        """Count who got through, and every promise that does not stand now; say so in a line."""
        self.visits, self.promised = self.visits + come.visitors.ended, seen.count()
        found = broken(seen, house.state)
        said = f"{about} in {come.phase}: {seen.count()} promises, broken {dict(found)}"
        print(said, file=sys.stderr)  # noqa: T201
        self.damage += found

    def figures(self, arrived: int) -> dict[str, object]:
        """The end of every campaign's figures; *arrived*: revisions at the ward."""
        return {
            "whole visits": self.visits,
            "promises standing at the end": self.promised,
            "revisions at the ward": arrived,
            "damage": dict(+self.damage),
            "seconds": round(time.monotonic() - self.began),
        }


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


def one_more_visit(house: CardHouse, days: Days, settle_s: float) -> int:
    """Goes through by itself, and everything sealed arrives. Returns the revisions at the ward."""
    last = play_visit(house, 2, lambda line: None)
    settle(house, settle_s)
    arrived, damage = against_the_ward(house.ward_home, house.state)
    damage["no visit afterwards"] += not last.ward_has_all_bytes
    days.visits, days.damage = days.visits + 1, days.damage + damage
    return arrived
