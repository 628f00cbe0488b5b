"""A box that goes from place to place: each has its own hours, and tells them everywhere."""

from __future__ import annotations

import tomllib
from datetime import date, time
from pathlib import Path

import pytest

from appliance.config import read_config
from appliance.core.errors import ConfigWrong
from appliance.core.point.hours import opening_at
from appliance.core.point.hours_section import HoursSection
from appliance.core.point.roster import Takes
from appliance.core.point.served import ServedPlace
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import duty
from appliance.desk.running.usual_hours import offered_only
from appliance.papers.prints.leaflet import hours_lines
from appliance.store.people.volunteers import Volunteer
from tests.duty.test_duty_calendar import bring, event, ics
from tests.duty.test_duty_places import MONDAY, at, hall, plan
from tests.guides.test_guides_pages import words_of
from tests.station_page.conftest import Browser, Clock

__all__ = ["hall"]
WEDNESDAY = date(2026, 11, 25)
WRITTEN = """
monday = ["08:00-11:00 chị Lan"]
closed = [2026-12-02]
[at."trường  CŨ, thôn Tây"]
address = "ngõ 3, cạnh sân bóng"
phone = "0900 000 111"
monday = ["09:00-10:00 bà Tư"]
wednesday = ["18:00-20:30 anh Nam"]
closed = [2026-12-09]
[at."Nơi chưa ai thêm"]
friday = ["08:00-11:00"]
"""


@pytest.fixture
def hours() -> HoursSection:
    return HoursSection.model_validate(tomllib.loads(WRITTEN))


def door(point: Point, day: date) -> list[tuple[int, str, str]]:
    return [(one.opens.hour, one.place, one.on_duty) for one in duty.hours_on(point)(day)]


def test_each_place_keeps_its_own_week_and_holidays_of_the_point_close_all(
    point: Point, clock: Clock, hall: ServedPlace
) -> None:
    assert door(point, MONDAY) == [(8, "", "chị Lan"), (9, hall.name, "bà Tư")]
    assert door(point, WEDNESDAY) == [(18, hall.name, "anh Nam")]
    clock.pass_by(days=10)
    assert door(point, date(2026, 12, 2)) == []  # the point's holiday
    assert door(point, date(2026, 12, 9)) == []  # the place's own
    assert len(door(point, date(2026, 12, 16))) == 1


def test_who_is_planned_at_a_place_takes_the_name_written_there_and_nowhere_else(
    point: Point, lan: Volunteer, hall: ServedPlace
) -> None:
    plan(point, lan, (9, 10), hall.key)
    assert door(point, MONDAY) == [(8, "", "chị Lan"), (9, hall.name, "Lan")]


def test_a_place_where_nobody_is_received_has_no_hours(point: Point, hall: ServedPlace) -> None:
    assert door(point, date(2026, 11, 27)) == [], "written, but nobody added that place"
    served.close(point, hall.key)
    assert door(point, WEDNESDAY) == []
    assert [one for one in hours_lines(offered_only(point)) if "Tại" in one] == []


def test_a_closed_door_says_when_and_where_it_opens_next(
    point: Point, stranger: Browser, clock: Clock, hall: ServedPlace
) -> None:
    clock.now = at(point, 12)
    found = opening_at(at(point, 12), duty.hours_on(point))
    assert found is not None
    assert (found.day, found.shift.opens, found.shift.place) == (WEDNESDAY, time(18), hall.name)
    told = words_of(stranger.get("/guides").text)
    assert f"Mở lại: Thứ Tư, 25/11/2026, từ 18 giờ. Nơi tiếp bà con: {hall.name}." in told


def test_every_page_and_the_leaflet_tell_the_hours_of_each_place(
    point: Point, browser: Browser, stranger: Browser, lan: Volunteer, hall: ServedPlace
) -> None:
    public = words_of(stranger.get("/guides/hours").text)
    assert f"Giờ ở {hall.name}" in public
    assert "Thứ Tư 18 giờ đến 20 giờ 30 Người trực: anh Nam" in public
    assert "ngõ 3, cạnh sân bóng" in public
    assert "Nơi chưa ai thêm" not in public
    desk = words_of(browser.get(f"/duty?day={MONDAY}").text)
    assert f"08:00–11:00 chị Lan, 09:00–10:00 bà Tư ({hall.name})" in desk
    assert '<option value="18:00-20:30">' in browser.get("/duty").text
    assert f"Tại {hall.name}: Thứ Hai 09:00–10:00; Thứ Tư 18:00–20:30" in hours_lines(
        offered_only(point)
    )


def test_who_books_at_a_place_reads_its_address(
    point: Point, stranger: Browser, lan: Volunteer, hall: ServedPlace
) -> None:
    plan(point, lan, (18, 19), hall.key, Takes.POINT)
    assert f"Tại {hall.name} (ngõ 3, cạnh sân bóng)" in words_of(stranger.get("/book").text)


def test_a_calendar_file_may_name_a_place_by_its_address(
    point: Point, lan: Volunteer, hall: ServedPlace
) -> None:
    bring(point, ics(event(rest="SUMMARY:Lan\nLOCATION:ngõ 3\\, cạnh sân bóng")))
    (found,) = duty.planned_between(point, MONDAY, WEDNESDAY)
    assert found.place == hall.key


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('[hours.at."…"]\nmonday = []', "'…' is no place's name"),
        ('[hours.at."Tổ 5"]\n[hours.at."tổ  5!"]', "are one place: write its hours once"),
        ('[hours.at."Tổ 5"]\nmonday = ["8h"]', "hours.at.Tổ 5.monday.0"),
        ('[hours.at."Tổ 5"]\nmondy = []', "unknown key; did you mean monday?"),
    ],
)
def test_a_slip_in_the_hours_of_a_place_is_told_with_its_place(
    tmp_path: Path, written: str, told: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"{written}\n")
    with pytest.raises(ConfigWrong) as wrong:
        read_config(path)
    assert told in str(wrong.value)
