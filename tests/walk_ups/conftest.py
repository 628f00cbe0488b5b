"""A point whose clock and uptime move only when told, and presses without a dossier."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from appliance.config import Config
from appliance.desk.pages import scanning
from appliance.desk.point import Point, open_point
from appliance.store.dossier import scan_requests
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.point.conftest import *
from tests.point.conftest import TellingClock as WallClock
from tests.point.conftest import jpeg, lay_page
from tests.quickly import LIGHT_PIN, lay_tables

PIN = "135790"


class TellingClock(WallClock):
    """Both clocks of a box; a time server moves the wall clock alone."""

    uptime_s = 500.0

    def uptime(self) -> float:
        return self.uptime_s

    def pass_by(self, **much: float) -> None:
        before = self.now
        super().pass_by(**much)
        self.uptime_s += (self.now - before).total_seconds()

    def jump(self, **much: float) -> None:
        super().pass_by(**much)


@pytest.fixture
def clock() -> TellingClock:
    return TellingClock()


@pytest.fixture
def point(config: Config, clock: TellingClock) -> Iterator[Point]:
    opened = open_point(config, clock, clock.uptime)
    lay_tables(opened.database)
    yield opened
    opened.database.close()


@pytest.fixture
def second(point: Point) -> Volunteer:
    with point.database.writing() as connection:
        return add_volunteer(
            connection, "Người thứ hai", PIN, Role.VOLUNTEER, point.clock(), LIGHT_PIN
        )


def begin(point: Point) -> int:
    """The button is pressed and paper moves."""
    request = scanning.press(point, scanning.AskedBy.PANEL)
    scanning.start_request(point, request)
    return request


def bring(point: Point, request: int, number: int, shade: int = 250) -> str:
    """One sheet comes out of the feeder."""
    with point.database.reading() as connection:
        row = scan_requests.open_request(connection)
    assert row is not None
    side = lay_page(point.spool / str(request), number, jpeg(shade=shade))
    return scanning.save_page(point, request, scan_requests.place_of(row), side)


def press(point: Point, pages: int = 1, shade: int = 250) -> int:
    """A whole batch of somebody; returns the number of the request."""
    request = begin(point)
    for number in range(1, pages + 1):
        bring(point, request, number, shade)
    scanning.end_request(point, request, None)
    return request


def key_files(point: Point) -> set[str]:
    return {path.name for path in (point.config.paths.runtime / "desk-keys").glob("age1*")}
