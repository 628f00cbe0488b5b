"""A ward, a box and a stick; the stick is a plain folder unless a test needs a real one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.folder.boxes import CarryingBox, new_stick, point_with_lan
from tests.folder.media import Stick, why_not
from tests.folder.office import Office
from web.ward.init import WardMade, init_ward
from web.ward.settings import WardSettings


@pytest.fixture(scope="session")
def ward_made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, WardMade]:
    """A ward's home as `ward init` leaves it, made once."""
    home = tmp_path_factory.mktemp("ward-made") / "home"
    return home, init_ward(WardSettings(home))


@pytest.fixture(scope="session")
def point_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A point's database with all tables and a volunteer, made once."""
    path = tmp_path_factory.mktemp("point-made") / "point.db"
    point_with_lan(path)
    return path


@pytest.fixture
def office(tmp_path: Path, ward_made: tuple[Path, WardMade]) -> Iterator[Office]:
    home, made = ward_made
    shutil.copytree(home, tmp_path / "ward")
    office = Office(tmp_path / "ward", made)
    yield office
    office.close()


@pytest.fixture
def place(tmp_path: Path, office: Office) -> Path:
    """A prepared stick, plugged in at the box."""
    return new_stick(tmp_path / "usb", office.made)


@pytest.fixture
def new_box(
    tmp_path: Path, office: Office, place: Path, point_made: Path
) -> Iterator[Callable[..., CarryingBox]]:
    """Further boxes, each with its own token."""
    boxes: list[CarryingBox] = []

    def new_box(token: str, ward: WardMade | None = None, url: str = "") -> CarryingBox:
        home = tmp_path / f"box-{len(boxes) + 1}"
        (home / "state").mkdir(parents=True)
        shutil.copy(point_made, home / "state/point.db")
        boxes.append(CarryingBox(home, ward or office.made, place, token, url))
        return boxes[-1]

    yield new_box
    for box in boxes:
        box.point.database.close()


@pytest.fixture
def box(new_box: Callable[..., CarryingBox], office: Office) -> CarryingBox:
    return new_box(str(office.made.token))


@pytest.fixture
def real_stick(tmp_path: Path) -> Iterator[Callable[[str], Stick]]:
    """A stick of a kind, prepared by nobody."""
    sticks: list[Stick] = []

    def make(kind: str) -> Stick:
        if why := why_not(kind):
            pytest.skip(why)
        sticks.append(Stick(tmp_path, kind))
        return sticks[-1]

    yield make
    for stick in sticks:
        stick.take_out()
