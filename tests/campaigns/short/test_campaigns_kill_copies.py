"""kill -9 while a copy of the database is made, or put back: what was promised is there again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.desk.dossier import dossiers
from appliance.desk.keeping import restoring
from appliance.desk.point import Point, open_point
from appliance.services import upkeep
from appliance.store.people.volunteers import Volunteer
from tests.campaigns.parts.dying import dies_at
from tests.campaigns.parts.promises import broken, promises_in
from tests.point.conftest import *
from tests.point.conftest import TellingClock, scan_into
from tests.restoring.conftest import SLOT, fall, fill, hurt_header, start_again

MAKING = (
    "diary-page-before-copy",
    "copy-proof-gone-before-bytes",
    "copy-bytes-before-synced",
    "copy-bytes-before-proof",
    "copy-proof-before-its-name",
    "copy-before-old-diary-gone",
)
PUTTING_BACK = (
    "damaged-aside-between-files",
    "damaged-aside-before-copy-back",
    "copy-back-before-its-name",
    "copy-back-before-found-again",
    "found-file-back-before-row",
)


@pytest.fixture
def working(point: Point, helper: Volunteer) -> Iterator[Point]:
    """One that has two copies, as an hour after its first start."""
    restoring.make_copy(point)
    restoring.make_copy(point)
    return point


def work(point: Point) -> None:
    """A dossier that no copy knows."""
    dossier_id = dossiers.open_dossier(point, "khai-sinh", 1)
    fill(point, dossier_id)
    scan_into(point, dossier_id, SLOT)


def spoil(point: Point) -> None:
    """The card spoils the database and its log."""
    fall(point)
    hurt_header(point.database.path)
    Path(f"{point.database.path}-wal").write_bytes(bytes(4096))


def test_a_copy_that_was_cut_off_is_not_taken_and_the_other_one_is_whole(
    working: Point, config: Config, clock: TellingClock, tmp_path: Path
) -> None:
    point = working
    for step in MAKING:
        work(point)
        promised = promises_in(config.paths.state)
        point.database.close()
        dies_at(step, tmp_path, lambda: restoring.make_copy(open_point(config, clock)))
        spoil(point)
        point, told = start_again(config, clock)
        assert told.damage, step
        assert told.restored_from, step
        assert not broken(promised, config.paths.state), step
    point.database.close()


def test_putting_a_copy_back_goes_on_wherever_it_was_cut_off(
    working: Point, config: Config, clock: TellingClock, tmp_path: Path
) -> None:
    point = working
    for step in PUTTING_BACK:
        work(point)
        promised = promises_in(config.paths.state)
        spoil(point)
        dies_at(step, tmp_path, lambda: upkeep.run(open_point(config, clock)))
        point, _ = start_again(config, clock)
        assert not broken(promised, config.paths.state), step
    point.database.close()


def test_a_copy_whose_child_was_killed_says_nothing_about_the_database(
    working: Point, config: Config, clock: TellingClock, tmp_path: Path
) -> None:
    """For memory, say: upkeep goes on, and tries again the next time."""
    working.database.close()
    clock.pass_by(hours=2)

    def run() -> None:
        done = upkeep.run(open_point(config, clock))
        assert (done.damage, done.copied_bytes) == (None, None)

    dies_at("copy-bytes-before-synced", tmp_path, run)
    assert upkeep.run(working).copied_bytes is not None
