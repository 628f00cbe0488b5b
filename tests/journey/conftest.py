"""A whole point and its ward, running."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.demo.house import House
from appliance.desk.point import Point, open_point
from appliance.pretend.sample_pages import write_sample_pages


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn once: a house finds them and draws none of its own."""
    folder = tmp_path_factory.mktemp("papers")
    write_sample_pages(folder)
    return folder


@pytest.fixture
def home(tmp_path: Path, papers: Path) -> Path:
    shutil.copytree(papers, tmp_path / "house" / "papers")
    return tmp_path / "house"


@pytest.fixture
def house(home: Path) -> Iterator[House]:
    with House(home) as running:
        yield running


@pytest.fixture
def point(house: House) -> Iterator[Point]:
    opened = open_point(house.config())
    yield opened
    opened.database.close()
