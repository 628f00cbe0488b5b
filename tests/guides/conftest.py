"""The point of the page's tests with hours written down, and a reader who never signs in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from appliance.core.hours_section import HoursSection
from appliance.desk.point import Point, open_point
from tests.station_page.conftest import (
    Browser,
    Clock,
    address,
    app,
    browser,
    clock,
    lan,
    migrated,
    stranger,
    tray,
)
from tests.station_page.conftest import point as bare_point

__all__ = [
    "address",
    "app",
    "bare_point",
    "browser",
    "clock",
    "lan",
    "migrated",
    "stranger",
    "tray",
]

# 22/11/2026, the clock of these tests, is a Sunday; 9:30 in Việt Nam
HOURS = HoursSection.model_validate({
    "address": "Nhà văn hóa thôn Đông, cạnh trường mầm non",
    "phone": "(số mẫu)",
    "monday": ["08:00-11:00 chị Lan", "14:00-16:30 anh Nam, bà Tư"],
    "wednesday": ["18:00-20:30 anh Nam"],
    "sunday": ["08:00-11:00 chị Lan"],
    "closed": [date(2026, 9, 2), date(2027, 2, 8)],
})  # fmt: skip


@pytest.fixture
def point(bare_point: Point, clock: Clock) -> Iterator[Point]:
    config = bare_point.config.model_copy(update={"hours": HOURS})
    with_hours = open_point(config, clock)
    yield with_hours
    with_hours.database.close()


@pytest.fixture
def reader(stranger: Browser) -> Browser:
    """Somebody from the street."""
    return stranger
