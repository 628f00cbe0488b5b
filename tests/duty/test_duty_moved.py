"""A shift goes to another place: told, taken back, and nobody who booked is moved along unasked."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from appliance.core.point.appointment import Kind
from appliance.core.point.roster import Duty, RosterRefused, Takes, Why
from appliance.core.point.served import ServedPlace
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import appointments, calendars, duty
from appliance.store.people.volunteers import Volunteer
from tests.duty.test_duty_calendar import TITLES
from tests.duty.test_duty_places import MONDAY, WHO, at, hall, plan
from tests.guides.test_guides_pages import words_of
from tests.station_page.conftest import Browser

__all__ = ["hall"]


def planned(point: Point) -> list[Duty]:
    return duty.planned_between(point, MONDAY, MONDAY + timedelta(days=1))


def move(browser: Browser, shift: int, place: str, **fields: str) -> tuple[str, str]:
    """Where the browser goes on, and what it reads there."""
    answer = browser.post(f"/duty/{shift}/place", place=place, **fields)
    return answer.location, words_of(browser.get(answer.location).text)


def test_a_shift_goes_to_another_place_and_one_touch_takes_it_back(
    point: Point, browser: Browser, lan: Volunteer, hall: ServedPlace
) -> None:
    shift = plan(point, lan, (8, 11), "")
    assert "Chuyển ca sang nơi khác" in words_of(browser.get(f"/duty/{shift}").text)
    path, told = move(browser, shift, hall.key, sequence="0")
    assert f"Đã chuyển ca Thứ Hai, 23/11/2026, 08:00–11:00 sang: {hall.name}." in told
    assert f"Ca này vừa được chuyển từ: {point.config.point.name}." in told
    assert path.endswith("?was=TH-0001")
    assert [one.place for one in planned(point)] == [hall.key]
    link = calendars.written(point, lan.id, *TITLES).decode()
    assert "LOCATION:Trường cũ thôn Tây" in link
    assert "SEQUENCE:1" in link, "a calendar that subscribed changes what it shows"
    path, told = move(browser, shift, "TH-0001", sequence="1", back="yes")
    assert "?was" not in path
    assert "vừa được chuyển từ" not in told
    assert [one.place for one in planned(point)] == [""]


def test_what_cannot_be_moved_stays_and_says_why(
    point: Point, browser: Browser, lan: Volunteer, hall: ServedPlace
) -> None:
    shift = plan(point, lan, (8, 11), hall.key)
    browser.get(f"/duty/{shift}")
    assert "Ca này vốn ở nơi đó." in move(browser, shift, hall.key, sequence="0")[1]
    assert "Nơi đó không còn trong danh sách" in move(browser, shift, "nowhere", sequence="0")[1]
    assert "màn hình khác" in move(browser, shift, "", sequence="9")[1]
    assert [one.place for one in planned(point)] == [hall.key]
    served.close(point, hall.key)
    with pytest.raises(RosterRefused) as refused:
        duty.move(point, plan(point, lan, (14, 15), ""), 0, hall.key, lan.id)
    assert refused.value.why is Why.NO_PLACE
    duty.cancel(point, shift, 0, lan.id)
    path, told = move(browser, shift, "", sequence="0")
    assert path.startswith("/duty#"), "a shift that is gone has no page to go back to"
    assert "màn hình khác" in told


def test_who_booked_there_is_told_and_keeps_the_old_place(
    point: Point, browser: Browser, lan: Volunteer, hall: ServedPlace
) -> None:
    shift = plan(point, lan, (18, 19), "", Takes.POINT)
    wanted = appointments.Wanted(Kind.POINT, at(point, 18), WHO, consent=True)
    appointments.book(point, wanted, by=lan.id)
    assert "Trong ca này có 1 hẹn đã đặt" in words_of(browser.get(f"/duty/{shift}").text)
    told = move(browser, shift, hall.key, sequence="0")[1]
    assert f"Bà con đã đặt hẹn tại {point.config.point.name} trong ca này: H-1." in told
    assert appointments.one(point, 1)[0].place == ""
    assert "H-1" not in words_of(browser.get(f"/duty/{shift}").text), "nobody booked at the hall"


def test_one_box_at_two_places_at_once_is_told(
    point: Point, browser: Browser, lan: Volunteer, nam: Volunteer, hall: ServedPlace
) -> None:
    plan(point, nam, (10, 12), "")
    shift = plan(point, lan, (8, 11), "")
    browser.get(f"/duty/{shift}")
    told = move(browser, shift, hall.key, sequence="0")[1]
    assert f"Trần Văn Nam, 10:00–12:00, {point.config.point.name}" in told
    assert "Hộp chỉ ở được một nơi" in told
    later = duty.Wanted(lan.id, MONDAY, time(12), time(13))
    (number,) = duty.plan(point, later, lan.id)
    assert "Hộp chỉ ở được" not in move(browser, number, hall.key, sequence="0")[1]


def test_a_point_with_one_place_offers_no_move(
    point: Point, browser: Browser, lan: Volunteer
) -> None:
    page = browser.get(f"/duty/{plan(point, lan, (8, 11), '')}").text
    assert "Chuyển ca sang nơi khác" not in page
