"""Two bags, one evening without a line, one ward: everything arrives once, nothing collides."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from appliance.core.dossiers.submission import Bound, SubmissionState
from appliance.desk.dossier import dossiers
from appliance.desk.sending.waiting import list_waiting, try_again
from appliance.desk.shifts import bag
from tests.folder.boxes import LAN, CarryingBox
from tests.folder.conftest import point_made
from tests.folder.office import Office
from tests.ward.conftest import RunningWard
from tests.ward.papers import SealedDossier
from web.ward.database import reading
from web.ward.init import init_ward
from web.ward.settings import WardSettings
from web.ward.tables import dossier

__all__ = ["point_made"]


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[RunningWard]:
    settings = WardSettings(tmp_path / "ward")
    running = RunningWard(settings, init_ward(settings)).start()
    yield running
    running.kill()


@pytest.fixture
def office(ward: RunningWard) -> Iterator[Office]:
    office = Office(ward.settings.home, ward.made)
    yield office
    office.close()


@pytest.fixture
def new_bag(
    tmp_path: Path, ward: RunningWard, point_made: Path
) -> Iterator[Callable[[str, str], CarryingBox]]:
    bags: list[CarryingBox] = []

    def new_bag(code: str, token: str) -> CarryingBox:
        home = tmp_path / code
        (home / "state").mkdir(parents=True)
        shutil.copy(point_made, home / "state/point.db")
        box = CarryingBox(home, ward.made, tmp_path / "no-stick", token, ward.base)
        named = box.config.point.model_copy(update={"code": code})
        object.__setattr__(box.point, "config", box.config.model_copy(update={"point": named}))
        bags.append(box)
        return box

    yield new_bag
    for box in bags:
        box.point.database.close()


def at_the_ward(office: Office) -> list[str]:
    with reading(office.engine) as connection:
        return sorted(connection.scalars(select(dossier.c.id)))


def test_two_bags_bring_a_whole_evening_to_one_ward(
    ward: RunningWard, office: Office, new_bag: Callable[[str, str], CarryingBox]
) -> None:
    bags = [new_bag("BD-0001", str(ward.made.token)), new_bag("BD-0002", office.add_box("túi 2"))]
    made: list[tuple[CarryingBox, SealedDossier]] = []
    numbers: list[str] = []
    for turn in range(4):  # both work at once, far from any line
        for box in bags:
            made.append((box, box.seal(size=3_000, to=Bound.WARD)))
            view = dossiers.list_recent(box.point, 1)
            numbers.append(view[0].number)
        if turn < 2:  # nobody answers out here
            assert bags[turn].send_by_network("http://127.0.0.1:9/intake/v1") is not None
    assert len(set(numbers)) == len({one.id for _, one in made}) == 8
    assert [number[:7] for number in numbers] == ["BD-0001", "BD-0002"] * 4
    assert [bag.look_back(box.point).on_its_way for box in bags] == [4, 4]
    assert at_the_ward(office) == []

    for box in bags:  # home: what waited longest for its turn goes at once, too
        assert all(try_again(box.point, one.dossier_id) for one in list_waiting(box.point))
    order = [box for box, _ in made]
    random.Random(7).shuffle(order)
    for box in order:
        assert box.send_by_network(ward.base) is None
    assert at_the_ward(office) == sorted(one.id for _, one in made)
    assert office.count()[:2] == (8, 8)
    assert [box.state_of(one) for box, one in made] == [SubmissionState.DELIVERED] * 8
    for box in bags:
        assert list_waiting(box.point) == []
        assert bag.come_home(box.point, (), LAN) == bag.Erased(0, 0, 0, 0)
        assert bag.look_back(box.point).is_empty
    assert len({office.papers(one.id)["giay_chung_sinh"] for _, one in made}) == 8
