"""The plug is pulled at every line that an install says, and at every line and step of an update.

``python -m tests.campaigns.set_up_cut [--rounds 3] [--seed 7] [--every 1]``, as root: in this
machine's own Debian, thrown away each time. After a cut install the same again must give the very
files of one that nobody cut. After a cut update the old release's set-up must give the box of
before, and, cut once more, the same update the box of after; unless it had come to its end. Prints
its figures as one line of JSON. *every*: only each so-manyth line and step, for a short look.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.campaigns.parts.command import Outcome, asks, run
from tests.setup.thrown_away_box import BoxAndBundle
from tests.setup.trees import Tree, without_chance

KILLED, DIED = -9, 137
LATEST_S = 0.06  # after a line was said; most steps last less
Cut = Callable[[BoxAndBundle], bool]  # whether it was cut before its end


def main() -> None:
    """The campaign, once."""
    run(asks(__doc__, rounds=3, seed=7, every=1), _campaign)


def _campaign(folder: Path, asked: argparse.Namespace) -> Outcome:
    began = time.monotonic()
    machine = BoxAndBundle(folder)
    try:
        found = _Cuts(machine, random.Random(asked.seed), asked.rounds, asked.every)
        found.installs()
        machine.must_install()
        found.updates()
    finally:
        machine.close()
    spent = {"cpu_s": round(sum(os.times()[:4])), "seconds": round(time.monotonic() - began)}
    load = round(os.getloadavg()[2])
    return {**found.counted, **spent, "load": load, "damage": found.damage}


class _Cuts:
    """Everything is laid over *machine*, which stays as it is."""

    def __init__(
        self, machine: BoxAndBundle, chance: random.Random, rounds: int, every: int
    ) -> None:
        self._machine, self._chance = machine, chance
        self._rounds, self._every = rounds, every
        self.counted: Counter[str] = Counter()
        self.damage: list[str] = []

    def installs(self) -> None:
        """A first install, at each of its lines."""
        with self._machine.laid_over("install") as box:
            _, lines = box.cut(0, 0)
            whole = without_chance(box.root.tree())
        self.counted["install_lines"] = len(lines)
        for number, turn in self._each(lines):
            with self._machine.laid_over(f"install-{number}-{turn}") as box:
                died, _ = box.cut(number, self._delay_s())
                self.counted["installs_cut"] += died == KILLED
                where = f"install cut after {lines[number - 1]!r}"
                self._must(where, box.install().returncode == 0, "the same again fails")
                self._alike(where, without_chance(box.root.tree()), whole)
                self._must(where, box.check().returncode == 0, "check finds something")

    def updates(self) -> None:
        """An update, at each of its lines, and at each of its steps where the set-up alone dies."""
        with self._machine.laid_over("update") as box:
            _, lines = box.cut(0, 0, *box.from_stick())
            after = box.settled_tree()
            assert box.runs() == box.new, lines
        self.counted["update_lines"] = len(lines)
        for number, turn in self._each(lines):
            where = f"update cut after {lines[number - 1]!r}"
            self._to_both_ends(where, f"line-{number}-{turn}", self._pulled_at(number), after)
        for name in self._steps():
            for count in itertools.count(1, self._every):
                step = f"{name}:{count}"
                where = f"update died at {step}"
                if not self._to_both_ends(where, step, _died_at(step), after):
                    break
                self.counted["update_steps"] += 1

    def _to_both_ends(self, where: str, name: str, cut: Cut, after: Tree) -> bool:
        """Whether it was cut at all: not where an update does not come to, or was too quick."""
        with self._machine.laid_over(name) as box:
            if not self._was_cut(box, cut):
                return False
            if self._can_go_back(where, box):
                self.counted["undone"] += 1
                self._must(where, box.install().returncode == 0, "the old set-up fails")
                self._must(where, box.runs() == box.old, "the old release does not run")
                self._alike(f"{where}, undone", box.settled_tree(), {})
                self._was_cut(box, cut)
            self.counted["finished"] += 1
            self._must(where, box.update().returncode == 0, "the same update again fails")
            self._must(where, box.runs() == box.new, "the new release does not run")
            self._alike(f"{where}, finished", box.settled_tree(), after)
        return True

    def _was_cut(self, box: BoxAndBundle, cut: Cut) -> bool:
        box.from_stick()
        was_cut = cut(box)
        self.counted["updates_cut"] += was_cut
        return was_cut

    def _can_go_back(self, where: str, box: BoxAndBundle) -> bool:
        """An update that came to its end is not taken back; a half one the box must tell of."""
        if "before" in box.root.shell("ls -A /opt/tramhoso").split():
            self._must(where, box.check().returncode == 68, "check does not tell of it")
            return True
        return box.runs() == box.old

    def _pulled_at(self, line: int) -> Cut:
        return lambda box: box.cut(line, self._delay_s(), *box.from_stick())[0] == KILLED

    def _steps(self) -> list[str]:
        """The names that an update passes; most of them several times."""
        with self._machine.laid_over("steps") as box:
            box.root.shell("mkdir /run/passed")
            box.update(TRAMHOSO_PASSINGS="/run/passed")
            return [Path(name).stem for name in box.root.shell("ls -tr /run/passed").split()]

    def _each(self, lines: list[str]) -> Iterator[tuple[int, int]]:
        numbers = range(1, len(lines) + 1, self._every)
        return itertools.product(numbers, range(self._rounds))

    def _delay_s(self) -> float:
        return self._chance.choice((0.0, self._chance.uniform(0, LATEST_S)))

    def _must(self, where: str, so: bool, otherwise: str) -> None:
        if not so:
            self.damage.append(f"{where}: {otherwise}")
            sys.stderr.write(f"{self.damage[-1]}\n")

    def _alike(self, where: str, found: Tree, wanted: Tree) -> None:
        odd = sorted(dict(found.items() ^ wanted.items()))
        self._must(where, not odd, f"{len(odd)} files differ: {' '.join(odd[:3])}")


def _died_at(step: str) -> Cut:
    return lambda box: box.update(TRAMHOSO_DIE_AT=step).returncode == DIED


if __name__ == "__main__":
    main()
