"""A point with hours written down and three volunteers, one of them signed in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from appliance.core.hours_section import HoursSection
from appliance.desk.point import Point, open_point
from appliance.store.volunteers import Role, Volunteer, add_volunteer
from tests.quickly import LIGHT_PIN
from tests.station_page.conftest import (
    PIN,
    Clock,
    address,
    app,
    browser,
    clock,
    lan,
    migrated,
    stranger,
    tray,
    window,
)
from tests.station_page.conftest import point as bare_point

__all__ = [
    "address", "app", "bare_point", "browser", "clock", "lan", "migrated", "stranger", "tray",
    "window",
]  # fmt: skip

# The clock of these tests: Sunday 22/11/2026, 9:30 in Việt Nam
HOURS = HoursSection.model_validate({
    "monday": ["08:00-11:00 chị Lan", "14:00-16:30 anh Nam"],
    "sunday": ["08:00-11:00 bà Tư"],
})  # fmt: skip


@pytest.fixture
def point(bare_point: Point, clock: Clock) -> Iterator[Point]:
    config = bare_point.config.model_copy(update={"hours": HOURS})
    with_hours = open_point(config, clock)
    yield with_hours
    with_hours.database.close()


def somebody(point: Point, name: str) -> Volunteer:
    with point.database.writing() as connection:
        return add_volunteer(connection, name, PIN, Role.VOLUNTEER, point.clock(), LIGHT_PIN)


@pytest.fixture
def nam(point: Point) -> Volunteer:
    return somebody(point, "Trần Văn Nam")


@pytest.fixture
def tu(point: Point) -> Volunteer:
    return somebody(point, "bà Tư")
