"""kill -9 of every service, at any moment and at every named step, while people go on.

``python -m tests.campaigns.kill_matrix [--kills 500] [--dossiers 200] [--seed 1] [--guests 4]
[--weaken row-first]``. Station, its children, page, uploader and ward die again and again;
visitors try again as people do. Afterwards every page that was shown is there and decodes, the
ward holds every sealed revision once and byte for byte, and no file lies about that nobody can
explain. A table of kills, then one JSON object; ends with 1 on damage.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import random
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from appliance.desk.point import Point, open_point
from appliance.store.dossier import outbox
from tests.campaigns.parts.card_house import weaken
from tests.campaigns.parts.command import asks, run
from tests.campaigns.parts.kill_end import (
    later,
    nothing_is_lost_or_doubled,
    nothing_lies_about,
    set_aside,
)
from tests.campaigns.parts.kill_errands import Diary, Errand, errand
from tests.campaigns.parts.kill_house import SERVICES, Caretaker, Hunter, Keeper, KillHouse
from tests.campaigns.parts.kill_steps import EVERY_STEP
from tests.campaigns.parts.kill_visitors import Visitor
from tests.campaigns.parts.kill_watcher import Watcher

# How long each lives on the average: the page takes longest to come back.
LIFE_S = {"station": 14.0, "web": 40.0, "uploader": 7.0, "ward": 8.0}
SETTLE_S, BEGIN_S, HURRY_S, TELL_S = 1800.0, 60.0, 2.0, 30.0


class Matrix:
    """One campaign in one house."""

    def __init__(
        self,
        house: KillHouse,
        kills: int,
        errands: list[Errand],
        seed: int,
        pace: float,
        longest_s: float,
    ) -> None:
        self._house, self._kills, self._errands, self._pace = house, kills, errands, pace
        self._ends = time.monotonic() + longest_s
        self._dice = random.Random(seed)
        self._point: Point = open_point(house.config())
        self._waiting = list(reversed(errands))
        self._photo = photograph(house.home / "papers")
        self._stop, self._over = threading.Event(), threading.Event()
        self.diary = Diary()
        self.watcher = Watcher(self._point, self.diary)
        self.at_random: Counter[str] = Counter()
        self.damage: Counter[str] = Counter()
        self._keepers = [self._keeper_of(service) for service in SERVICES]
        self._hunter = Hunter(house, self._own_dice(), self.at_random)
        self._hunter.wanted = self._behind
        self._caretaker = Caretaker(
            house, self._point, self._own_dice(), self._behind, self.at_random
        )
        self._all: tuple[Keeper | Caretaker, ...] = (*self._keepers, self._caretaker)

    @property
    def killed(self) -> int:
        """By us, and by themselves at a named step."""
        return self.at_random.total() + self._house.died().total()

    def run(self, guests: int) -> None:
        """Everything, to the last look."""
        self.watcher.start()
        people = [threading.Thread(target=self._come, daemon=True) for _ in range(guests)]
        threading.Thread(target=self._hurry, daemon=True).start()
        killers = (*self._all, self._hunter)
        try:
            for thread in (*(killer.thread for killer in killers), *people):
                thread.start()
            self._wait_until_enough()
        finally:
            for killer in killers:
                killer.stop()
            for killer in killers:
                killer.thread.join(90)
        self._all_up_again()
        for person in people:
            person.join(SETTLE_S)
        self._settle()
        self._over.set()
        for keeper in self._all:
            self.damage["a service ended by itself"] += len(keeper.fell)
            self.watcher.moments += keeper.fell
        self._look_at_the_end()

    def _keeper_of(self, service: str) -> Keeper:
        def life() -> float:
            return self._life(service)

        dice = self._own_dice()
        return Keeper(self._house, service, dice, life, self._behind, self.at_random)

    def _life(self, service: str) -> float:
        """Shorter when kills are behind dossiers, longer when they are ahead; then for ever."""
        if self.killed >= self._kills:
            return math.inf
        mean = LIFE_S[service] / self._pace / self._behind()
        return 0.3 + self._dice.expovariate(1 / mean)

    def _behind(self) -> float:
        """1 when kills and dossiers come along together; more when kills are missing."""
        if self.killed >= self._kills:
            return 0.0
        killed, done = self.killed / self._kills, len(self.diary.done) / len(self._errands)
        return max(0.05, min(3.0, math.exp(12 * (done - killed))))

    def _come(self) -> None:
        while not self._stop.is_set():
            try:
                wish = self._waiting.pop()
            except IndexError:
                if self.killed >= self._kills:
                    return
                wish = errand(len(self._errands), self._dice)  # somebody is there to the last kill
                self._errands.append(wish)
            Visitor(
                self._house, self._point, self.diary, wish, self._own_dice(), self._photo
            ).stay(self._over.is_set)  # fmt: skip

    def _hurry(self) -> None:
        """Somebody touches *try again* at what waits, so that no rest lasts for minutes."""
        while not self._over.wait(HURRY_S):
            try:
                with self._point.database.writing() as connection:
                    outbox.retry(connection)
            except Exception as error:
                print("retry:", error, file=sys.stderr)  # noqa: T201

    def _wait_until_enough(self) -> None:
        told, wanted = time.monotonic(), len(self._errands)
        while len(self.diary.done) < wanted or self.killed < self._kills:
            time.sleep(0.2)
            if time.monotonic() - told > TELL_S:
                told = time.monotonic()
                print(f"{len(self.diary.done)} dossiers, {self.killed} kills, "  # noqa: T201
                      f"damage {dict(self.watcher.damage)}, stuck {len(self.diary.stuck)}",
                      file=sys.stderr)  # fmt: skip
            if time.monotonic() > self._ends:
                break
            fell = any(keeper.fell for keeper in self._all)
            if self.diary.stuck or fell:
                break
        self._stop.set()

    def _all_up_again(self) -> None:
        """As after the last kill of all: each service starts, and nothing ends it any more."""
        for service in SERVICES:
            if self._house.is_alive(service):
                self._house.kill(service)
                self.at_random[service] += 1
            self._house.start(service)
        self._house.wait_for_the_page()
        self._caretaker.one_to_the_end()

    def _settle(self) -> None:
        ends = time.monotonic() + SETTLE_S
        while time.monotonic() < ends:
            self._house.must_be_alive()
            with self._point.database.reading() as connection:
                queue = outbox.queue(connection)
            if not queue.waiting and not queue.needs_person:
                return
            time.sleep(0.3)

    def _look_at_the_end(self) -> None:
        self.watcher.stop()
        for service in ("uploader", "station"):  # which erase when they are done, or begin
            self._house.kill(service)
            self._house.start(service)
        ends = time.monotonic() + BEGIN_S
        later(self._house, self._point)
        while (lies := nothing_lies_about(self._house, self._point)) and time.monotonic() < ends:
            time.sleep(0.5)
        self.damage += lies
        self.damage += self.watcher.damage
        self.damage["people who were stuck"] += len(self.diary.stuck)
        self.damage += nothing_is_lost_or_doubled(self._house, self._point, self.diary)

    def _own_dice(self) -> random.Random:
        return random.Random(self._dice.random())

    def outcome(self) -> dict[str, object]:
        """The figures."""
        died = self._house.died()
        done = [self.diary.opened[one] for one in self.diary.done]
        return {
            "kills": self.killed,
            "at random": dict(self.at_random),
            "at named steps": died.total(),
            "steps never died at": sorted(set(EVERY_STEP) - set(died)),
            "dossiers": len(done),
            "with a supplement": sum(bool(one.supplements) for one in done),
            "with a photograph": sum(bool(one.photos) for one in done),
            "from walk-ups": sum(bool(one.walk_up) for one in done),
            "pages watched": self.watcher.pages_seen,
            "steps tried again": self.diary.asked_again,
            "files set aside": set_aside(self._point),
            "stuck": self.diary.stuck,
            "damage": dict(+self.damage),
        }

    def close(self) -> None:
        """Let go of the store."""
        self._over.set()
        self._point.database.close()


def campaign(
    home: Path,
    kills: int,
    errands: Sequence[Errand],
    seed: int = 1,
    guests: int = 6,
    pace: float = 1.0,
    longest_s: float = math.inf,
) -> tuple[dict[str, object], KillHouse]:
    """The figures, and the house, which knows what was passed and where processes died."""
    began, used = time.monotonic(), _cpu_s()
    house = KillHouse(home / "house")
    with house:
        matrix = Matrix(house, kills, list(errands), seed, pace, longest_s)
        try:
            matrix.run(guests)
        finally:
            matrix.close()
            for line in matrix.watcher.moments:
                print(line, file=sys.stderr)  # noqa: T201
    outcome = matrix.outcome()
    left = house.left_over()
    if left:
        outcome["damage"] = {**dict(outcome["damage"]), "processes left over": len(left)}  # type: ignore[call-overload]
    took = {
        "seconds": round(time.monotonic() - began),
        "of a core": round(_cpu_s() - used),
        "load": round(os.getloadavg()[1], 1),
    }
    return outcome | took, house


def _cpu_s() -> float:
    """Of us and of everything that ended below us."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def photograph(papers: Path) -> bytes:
    """A small picture of a paper, as a phone brings it."""
    with Image.open(sorted(papers.glob("*.jpg"))[0]) as page:
        out = io.BytesIO()
        page.resize((1000, 1414)).save(out, "JPEG", quality=85)
    return out.getvalue()


def main() -> None:
    """The campaign, once."""
    parser = asks(__doc__, kills=500, dossiers=200, seed=1, guests=6, minutes=math.inf)
    parser.add_argument("--weaken", choices=("row-first",))
    parser.add_argument("--home", type=Path, help="an empty folder that is kept")
    run(parser, _asked)


def _asked(home: Path, asked: argparse.Namespace) -> dict[str, object]:
    if asked.weaken:
        weaken(asked.weaken)
    dice = random.Random(asked.seed)
    errands = [errand(number, dice) for number in range(asked.dossiers)]
    outcome, house = campaign(
        asked.home or home,
        asked.kills,
        errands,
        asked.seed,
        asked.guests,
        longest_s=asked.minutes * 60,
    )
    died = house.died()
    for step in EVERY_STEP:
        print(f"{died[step]:5} {step}")  # noqa: T201
    return outcome


if __name__ == "__main__":
    main()
