"""A point with hours written down and three volunteers, one of them signed in."""

from __future__ import annotations

import pytest

from appliance.core.point.hours_section import HoursSection
from appliance.desk.point import Point
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.quickly import LIGHT_PIN
from tests.station_page import conftest as page_tests
from tests.station_page.conftest import *
from tests.station_page.conftest import PIN

__all__ = ["nam", "tu"]
__all__ += page_tests.__all__

# The clock of these tests: Sunday 22/11/2026, 9:30 in Việt Nam
HOURS = HoursSection.model_validate({
    "monday": ["08:00-11:00 chị Lan", "14:00-16:30 anh Nam"],
    "sunday": ["08:00-11:00 bà Tư"],
})  # fmt: skip


@pytest.fixture
def hours() -> HoursSection:
    return HOURS


def somebody(point: Point, name: str) -> Volunteer:
    with point.database.writing() as connection:
        return add_volunteer(connection, name, PIN, Role.VOLUNTEER, point.clock(), LIGHT_PIN)


@pytest.fixture
def nam(point: Point) -> Volunteer:
    return somebody(point, "Trần Văn Nam")


@pytest.fixture
def tu(point: Point) -> Volunteer:
    return somebody(point, "bà Tư")
