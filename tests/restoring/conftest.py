"""A point whose database is hurt in the ways that cards hurt one."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point, open_point
from appliance.desk.sending import sealing
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.services import upkeep
from appliance.services.upkeep import Upkeep
from tests.point.conftest import *
from tests.point.conftest import TellingClock

SLOT = "giay_chung_sinh"
PAGE = 4096


def hurt_pages(database: Path, seed: int = 1) -> None:
    """Blocks of the card came back as other bytes; the header is left whole."""
    dice = random.Random(seed)
    with database.open("r+b") as file:
        pages = os.fstat(file.fileno()).st_size // PAGE
        for number in dice.sample(range(1, pages), max(1, pages // 3)):
            os.pwrite(file.fileno(), dice.randbytes(PAGE), number * PAGE)


def hurt_header(database: Path) -> None:
    with database.open("r+b") as file:
        file.write(b"\0" * 100)


def hurt_by_half(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 2 // PAGE * PAGE)


def hurt_to_nothing(database: Path) -> None:
    os.truncate(database, 0)


def hurt_by_loss(database: Path) -> None:
    database.unlink()


HURTS: dict[str, Callable[[Path], None]] = {
    "pages overwritten": hurt_pages,
    "header overwritten": hurt_header,
    "cut in half": hurt_by_half,
    "cut to nothing": hurt_to_nothing,
    "gone": hurt_by_loss,
}


@pytest.fixture(params=HURTS)
def hurt(request: pytest.FixtureRequest) -> Callable[[Path], None]:
    return HURTS[request.param]


def checkpoint(point: Point) -> None:
    """All that was committed lies in the database's own file, as an hour later."""
    with point.database.reading() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")


def fall(point: Point) -> None:
    """Every process is gone; nothing is checkpointed or tidied by a friendly close."""
    checkpoint(point)
    point.database.close()
    for ending in ("-wal", "-shm"):
        Path(f"{point.database.path}{ending}").unlink(missing_ok=True)


def start_again(config: Config, clock: TellingClock) -> tuple[Point, Upkeep]:
    """What a box does when it is switched on."""
    again = open_point(config, clock)
    return again, upkeep.run(again)


def fill(point: Point, dossier_id: str) -> None:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))


def seal(point: Point, dossier_id: str, helper_id: int) -> None:
    sealing.ask_to_seal(point, dossier_id, helper_id, consented=True)
    assert sealing.grant_next(point, cleaned) == dossier_id
