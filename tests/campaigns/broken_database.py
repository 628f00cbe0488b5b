"""Spoil the database in the ways that cards do; count what was promised and is gone.

``python -m tests.campaigns.broken_database [--times 100] [--seed 1]`` (about a second a time). A
desk opens dossiers, fills, scans and seals; copies are made now and then; every process ends, the
database is hurt (blocks overwritten, its header, cut short, gone, its WAL lost) and, once in
five times, the newer copy with it. Upkeep starts the box again, and every promise is looked for.
Prints one JSON object, ends with 1 on damage.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path

from appliance.desk.dossier import dossiers
from appliance.desk.keeping import restoring
from appliance.desk.point import Point, open_point
from appliance.pretend.sample_answers import sample_answers
from appliance.services import upkeep
from appliance.store.people.volunteers import Role, add_volunteer
from tests.campaigns.parts.command import asks, run
from tests.campaigns.parts.promises import broken, promises_in
from tests.point.conftest import TellingClock, WardKeys, point_config, scan_into
from tests.restoring.conftest import HURTS, SLOT, fall, seal

WAL_LOST = "its WAL lost"


def campaign(home: Path, times: int, seed: int) -> dict[str, object]:
    """*times* times: work, hurt, start again, look."""
    dice, clock = random.Random(seed), TellingClock()
    config = point_config(home, WardKeys())
    point = open_point(config, clock)
    upkeep.run(point)
    with point.database.writing() as connection:
        helper = add_volunteer(connection, "Lan", "482915", Role.VOLUNTEER, clock()).id
    restoring.make_copy(point)
    restoring.make_copy(point)
    damage: Counter[str] = Counter()
    hurt_by: Counter[str] = Counter()
    found = restored = 0
    began = time.monotonic()
    for number in range(times):
        _work(point, helper, dice)
        promised = promises_in(config.paths.state)
        how = dice.choice([*HURTS, WAL_LOST])
        hurt_by[how] += 1
        _hurt(point, how, seed * 1000 + number, newer_copy_too=number % 5 == 4)
        point = open_point(config, clock)
        told = upkeep.run(point)
        restored += told.damage is not None
        found += told.found_again
        damage["damage not seen"] += told.damage is None and how != WAL_LOST
        lost = broken(promised, config.paths.state)
        print(f"{number + 1}, {how}: {dict(lost)}", file=sys.stderr)  # noqa: T201
        damage += lost
    point.database.close()
    return {
        "times": times,
        "hurt by": dict(hurt_by),
        "copies that took its place": restored,
        "found again": found,
        "promises at the last time": promised.count() if times else 0,
        "damage": dict(+damage),
        "seconds": round(time.monotonic() - began),
    }


def _work(point: Point, helper: int, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 3)):
        dossier_id = dossiers.open_dossier(point, "khai-sinh", helper)
        dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
        if dice.random() < 0.3:
            restoring.make_copy(point)
        scan_into(point, dossier_id, SLOT, dice.randint(1, 3))
        if dice.random() < 0.3:
            seal(point, dossier_id, helper)


def _hurt(point: Point, how: str, seed: int, *, newer_copy_too: bool) -> None:
    if newer_copy_too:
        newest = restoring.copies_of(point).finished()[0]
        HURTS["pages overwritten"](restoring.copies_of(point).path_of(newest))
    if how == WAL_LOST:
        state = point.config.paths.state
        kept = (state / "point.db").read_bytes()
        point.database.close()
        for path in state.glob("point.db*"):
            path.unlink()
        (state / "point.db").write_bytes(kept)
        return
    fall(point)
    HURTS[how](point.database.path)


def main() -> None:
    """The campaign, once."""
    parser = asks(__doc__, times=100, seed=1)
    run(parser, lambda home, asked: campaign(home, asked.times, asked.seed))


if __name__ == "__main__":
    main()
