"""The point of the page's tests with hours written down, and a reader who never signs in."""

from __future__ import annotations

from datetime import date

import pytest

from appliance.core.point.hours_section import HoursSection
from tests.station_page.conftest import *
from tests.station_page.conftest import Browser

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
def hours() -> HoursSection:
    return HOURS


@pytest.fixture
def reader(stranger: Browser) -> Browser:
    """Somebody from the street."""
    return stranger
