"""A point where Lan takes visits at home on Monday evening, and people at the point on Saturday."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from flask import Flask

from appliance.core.point.appointment import Details, Kind
from appliance.core.point.roster import Takes
from appliance.desk.point import Point
from appliance.desk.running import appointments, duty
from appliance.desk.running.appointments import Booked, Wanted
from appliance.store.people.volunteers import Volunteer
from tests.duty import conftest as duty_tests
from tests.duty.conftest import *
from tests.station_page.conftest import Browser

__all__ = ["evening", "phone"]
__all__ += duty_tests.__all__

MONDAY, SATURDAY = date(2026, 11, 23), date(2026, 11, 28)
MARKS = ("Bà Tám Thử Nghiệm", "0900 000 123", "12 ngõ Mẫu, thôn Đông", "khai tử cho ông nhà")
DETAILS = Details(*MARKS)


@pytest.fixture
def evening(point: Point, lan: Volunteer) -> None:
    """Four visits at home, six people at the point."""
    wanted = duty.Wanted(lan.id, MONDAY, time(18), time(20), takes=Takes.HOME)
    duty.plan(point, wanted, lan.id)
    wanted = duty.Wanted(lan.id, SATURDAY, time(8), time(11), takes=Takes.POINT)
    duty.plan(point, wanted, lan.id)


def at(point: Point, hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=point.zone)


def wanted_at(point: Point, hour: int, minute: int = 0, kind: Kind = Kind.HOME) -> Wanted:
    return Wanted(kind, at(point, hour, minute), DETAILS, consent=True)


def book(point: Point, hour: int, minute: int = 0, phone: str = "10.0.0.7") -> Booked:
    return appointments.book(point, wanted_at(point, hour, minute), address=phone)


@pytest.fixture
def phone(app: Flask) -> Browser:
    """A citizen's, on the point's Wi-Fi."""
    return Browser(app.test_client())
